import type { z } from 'zod';
import { own } from '../../domain/own.ts';
import {
  type AnswerHeader,
  type AnswerSpec,
  type ApiOperation,
  answerHeaders,
  commonAnswers,
  everywhere,
  type Operation,
  tags,
} from '../operations/kit.ts';
import { operations } from '../operations/operations.ts';
import { type Route, routes } from '../routes.ts';
import { answerSchemas } from './answers.ts';
import { curlExample } from './curl.ts';
import { commonExamples, pathExamples } from './examples.ts';
import { headerName, parameterDescriptions, parameterExamples } from './parameters.ts';
import { requestSchemas } from './requests.ts';
import { type JsonSchema, type SchemaBook, schemaBook } from './schemas.ts';

export interface ParameterObject {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description: string;
  readonly schema: JsonSchema;
  readonly example?: string | number;
}

interface MediaType {
  readonly schema: JsonSchema;
  readonly example?: unknown;
}

export interface ResponseObject {
  readonly description: string;
  readonly headers?: Readonly<Record<string, { readonly $ref: string }>>;
  readonly content?: Readonly<Record<string, MediaType>>;
}

export interface OperationObject {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly ParameterObject[];
  readonly requestBody?: { readonly required: boolean; readonly content: Readonly<Record<string, MediaType>> };
  readonly responses: Readonly<Record<string, ResponseObject | { readonly $ref: string }>>;
  readonly 'x-codeSamples': readonly { readonly lang: string; readonly label: string; readonly source: string }[];
}

export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: Readonly<Record<string, unknown>> & { readonly title: string; readonly description: string };
  readonly servers: readonly { readonly url: string; readonly description: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly responses: Readonly<Record<string, ResponseObject>>;
    readonly headers: Readonly<Record<string, unknown>>;
    readonly securitySchemes: Readonly<Record<string, unknown>>;
  };
}

const description = `Keeps a searchable index of git repositories in step with their sources.

Everything but the service's own calls and the push hooks needs a bearer token, a JWT: \`npm run -s token\` prints one on one machine. Requests and answers are JSON. An error is a problem document (RFC 9457), with \`error\` and \`message\` beside its \`title\` and \`detail\`; a 400 names every field that is wrong. Unknown members of a request are refused; new members may be added to answers. Times are UTC, as in RFC 3339. Lists are paged: send \`next\` as \`cursor\` to get the next page.`;

/** The whole API as an OpenAPI 3.1 document, made from what the handlers parse and answer by. */
export const buildOpenApi = (): OpenApiDocument => {
  const requests = schemaBook(requestSchemas, 'input');
  const answers = schemaBook(answerSchemas, 'output');
  const paths = Object.groupBy(routes, ({ path }) => documentPath(path));
  return {
    openapi: '3.1.1',
    info: {
      title: 'Repository Sync',
      version: '1.0.0',
      description,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'The service that this document comes from.' }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths: Object.fromEntries(
      Object.entries(paths).map(([path, calls = []]) => [
        path,
        Object.fromEntries(
          calls.map((route) => [route.method.toLowerCase(), operationObject(route, requests, answers)]),
        ),
      ]),
    ),
    components: {
      schemas: { ...requests.components, ...answers.components },
      responses: Object.fromEntries(
        Object.entries(commonAnswers).map(([name, answer]) => {
          const example = own(commonExamples, name);
          return [name, responseObject(example === undefined ? answer : { ...answer, example }, true, answers)];
        }),
      ),
      headers: Object.fromEntries(
        Object.entries(answerHeaders).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
      ),
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A JWT of the configured issuer.' },
      },
    },
  };
};

/** A path in OpenAPI's notation, which knows no parameter of several segments: such a value is to be percent-encoded. */
const documentPath = (path: string): string => path.replace('+}', '}');

const operationObject = (route: Route, requests: SchemaBook, answers: SchemaBook): OperationObject => {
  const operation = operations[route.operation as ApiOperation];
  const parameters = [
    ...parametersOf('path', operation.params, requests, operation.words),
    ...parametersOf('query', operation.query, requests, operation.words),
    ...parametersOf('header', operation.headers, requests, operation.words),
  ];
  const needed = parameters.filter((each) => each.in === 'query' && each.required);
  const query = Object.fromEntries(needed.map(({ name, example }) => [name, String(example ?? '')]));
  return {
    operationId: route.operation,
    tags: [operation.tag],
    summary: route.summary,
    description: operation.description,
    security: route.auth === 'token' ? [{ token: [] }] : [],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...requestBody(operation, requests),
    responses: Object.fromEntries(
      Object.entries({ ...everywhere, ...operation.answers }).map(([status, answer]) => [
        status,
        referenceTo(answer) ?? responseObject(answer, Number(status) >= 400, answers),
      ]),
    ),
    'x-codeSamples': [{ lang: 'Shell', label: 'curl', source: curlExample(route, operation, query) }],
  };
};

const parametersOf = (
  place: ParameterObject['in'],
  schema: z.ZodObject | undefined,
  requests: SchemaBook,
  words: Operation['words'] = {},
): ParameterObject[] => {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = requests.convert(schema);
  return Object.entries(properties).map(([name, property]) => {
    const example = place === 'path' ? own(pathExamples, name) : own(parameterExamples, name);
    return {
      name: place === 'header' ? headerName(name) : name,
      in: place,
      required: place === 'path' || (required.includes(name) && property.default === undefined),
      description: own(words, name) ?? own(parameterDescriptions, name) ?? '',
      schema: property,
      ...(example === undefined ? {} : { example }),
    };
  });
};

const requestBody = ({ body }: Operation, requests: SchemaBook): Pick<OperationObject, 'requestBody'> => {
  if (body === undefined) return {};
  const media = { schema: requests.convert(body.schema), example: body.example };
  return { requestBody: { required: body.required, content: { 'application/json': media } } };
};

const responseObject = (answer: AnswerSpec, isProblem: boolean, answers: SchemaBook): ResponseObject => {
  const { description, schema, headers = [], example } = answer;
  const contentType = answer.contentType ?? (isProblem ? 'application/problem+json' : 'application/json');
  return {
    description,
    ...(headers.length === 0
      ? {}
      : { headers: Object.fromEntries(headers.map((name) => [name, headerReference(name)])) }),
    ...(schema === undefined
      ? {}
      : {
          content: {
            [contentType]: { schema: answers.convert(schema), ...(example === undefined ? {} : { example }) },
          },
        }),
  };
};

const headerReference = (name: AnswerHeader) => ({ $ref: `#/components/headers/${name}` });

/** A common answer is in the document once. */
const referenceTo = (answer: AnswerSpec): { readonly $ref: string } | null => {
  const found = Object.entries(commonAnswers).find(([, common]) => common === answer);
  return found === undefined ? null : { $ref: `#/components/responses/${found[0]}` };
};
