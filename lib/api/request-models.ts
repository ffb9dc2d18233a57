import { CfnModel, type IModel, Model, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { z } from 'zod';
import type { FunctionName } from '../../core/contract/environment.ts';
import { operations } from '../../core/contract/operations/operations.ts';

/**
 * The request bodies of the contract as API Gateway's models, by operation, made of the schemas that the handlers parse
 * by. They describe the API (exports, generated clients) and validate nothing: API Gateway's validator stops before the
 * function and puts all that it found into one sentence, where a caller needs each field and what it accepts; and it
 * knows nothing of the rules that no JSON schema can say (branch names, patterns, addresses).
 */
export const requestModels = (api: RestApi): ReadonlyMap<FunctionName, Readonly<Record<string, IModel>>> =>
  new Map(
    Object.entries(operations).flatMap(([operation, { body }]) => {
      if (body === undefined) return [];
      const id = `${operation}-request`;
      const { ref } = new CfnModel(api, id, {
        restApiId: api.restApiId,
        contentType: 'application/json',
        name: id.replaceAll('-', ''),
        schema: modelOf(body.schema),
      });
      // CDK's own class for models takes no schema as it is, only its retelling of one.
      const model: IModel = Model.fromModelName(api, `${id}-model`, ref);
      return [[operation as FunctionName, { 'application/json': model }]];
    }),
  );

/**
 * JSON schema draft 4, which is what API Gateway reads, without what only the function can check, and without defaults of
 * null: CloudFormation refuses a template that holds one.
 */
const modelOf = (schema: z.ZodType): object =>
  z.toJSONSchema(schema, {
    target: 'draft-4',
    io: 'input',
    unrepresentable: 'any',
    reused: 'inline',
    override: ({ jsonSchema }) => {
      if (jsonSchema.default === null) delete jsonSchema.default;
    },
  });
