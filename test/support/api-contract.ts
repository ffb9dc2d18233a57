import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import type { OpenApiDocument, OperationObject } from '../../core/contract/openapi/openapi.ts';
import { responseOf } from '../../core/contract/openapi/text.ts';

export interface ContractOperation extends OperationObject {
  readonly method: string;
  /** With its parameters in braces. */
  readonly path: string;
}

export interface ApiContract {
  readonly operations: readonly ContractOperation[];
  /** What in an answer is not as documented; empty when all is. */
  answerFaults(operationId: string, status: number, contentType: string | null, body: string): string[];
  /** What in a value is not as one of the named schemas, or one in place, says. */
  faults(schema: object, value: unknown): string[];
}

/** Holds answers against the document: every member must be documented, although clients must put up with more. */
export const createApiContract = (document: OpenApiDocument): ApiContract => {
  const faults = validator(document);
  const closedFaults = validator(closed(document) as object);
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
  );
  return {
    operations,
    faults,
    answerFaults: (operationId, status, contentType, body) => {
      const operation = operations.find((each) => each.operationId === operationId);
      const reference = operation?.responses[status];
      if (reference === undefined) return [`status ${status} is not documented`];
      const { content } = responseOf(document, reference);
      if (content === undefined) return body === '' ? [] : ['a body where none is documented'];
      const media = content[contentType ?? ''];
      if (media === undefined) return [`content type ${contentType} is not documented`];
      if (contentType?.startsWith('text/')) return [];
      return closedFaults(closed(media.schema) as object, JSON.parse(body));
    },
  };
};

const validator = (document: object): ApiContract['faults'] => {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
  ajvFormats.default(ajv);
  ajv.addSchema(document, 'document');
  const compiled = new Map<string, ValidateFunction>();
  return (schema, value) => {
    const key = JSON.stringify(schema);
    const validate = compiled.get(key) ?? ajv.compile(atDocument(schema));
    compiled.set(key, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  };
};

/** References lead to the document wherever the schema is compiled. */
const atDocument = (schema: object): object =>
  JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"document#/'));

/** Objects whose members are listed have no others. */
const closed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, closed(each)]));
  const isObject = copy.type === 'object' && typeof copy.properties === 'object';
  return isObject && copy.additionalProperties === undefined ? { ...copy, additionalProperties: false } : copy;
};
