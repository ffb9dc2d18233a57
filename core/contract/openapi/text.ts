import { own } from '../../domain/own.ts';
import type { OpenApiDocument, OperationObject, ResponseObject } from './openapi.ts';
import type { JsonSchema } from './schemas.ts';

/** What a reader is shown of the document, the same in the page and in docs/api.md. */

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly operation: OperationObject;
}

/** The calls of each tag, in the document's order. */
export const callsByTag = (
  document: OpenApiDocument,
): readonly { readonly name: string; readonly description: string; readonly calls: readonly Call[] }[] => {
  const calls = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  return document.tags.map((tag) => ({
    ...tag,
    calls: calls.filter(({ operation }) => operation.tags.includes(tag.name)),
  }));
};

/** A type as words and, for named schemas, links. */
export type TypePart = { readonly text: string } | { readonly schema: string };

const COMPONENT = /^#\/components\/schemas\//;

export const typeOf = (schema: JsonSchema): readonly TypePart[] => {
  if (schema.$ref !== undefined) return [{ schema: schema.$ref.replace(COMPONENT, '') }];
  if (schema.enum !== undefined) return joined(schema.enum.map((value) => [{ text: JSON.stringify(value) }]));
  if (schema.const !== undefined) return [{ text: JSON.stringify(schema.const) }];
  if (schema.anyOf !== undefined) return joined(schema.anyOf.map(typeOf));
  if (schema.type === 'array') return [...typeOf(schema.items ?? {}), { text: '[]' }];
  if (typeof schema.additionalProperties === 'object')
    return [{ text: 'map of ' }, ...typeOf(schema.additionalProperties)];
  if (schema.format === 'date-time') return [{ text: 'time' }];
  if (schema.type === undefined) return [{ text: 'any' }];
  return [{ text: [schema.type].flat().join(' or ') }];
};

const joined = (types: readonly (readonly TypePart[])[]): TypePart[] =>
  types.flatMap((type, i) => (i === 0 ? type : [{ text: ' or ' }, ...type]));

/** Bounds and the default, in words. */
export const limitsOf = (schema: JsonSchema): readonly string[] => {
  const limits: string[] = [];
  if (schema.default !== undefined) limits.push(`default ${JSON.stringify(schema.default)}`);
  const range = (min: number | undefined, max: number | undefined, unit: string): void => {
    if (min !== undefined && max !== undefined) limits.push(`${min} to ${max}${unit}`);
    else if (min !== undefined) limits.push(`at least ${min}${unit}`);
    else if (max !== undefined) limits.push(`at most ${max}${unit}`);
  };
  range(schema.minimum, schema.maximum, '');
  range(schema.minLength, schema.maxLength, ' characters');
  range(schema.minItems, schema.maxItems, ' items');
  return limits;
};

export interface Row {
  readonly name: string;
  readonly type: readonly TypePart[];
  readonly required: boolean;
  readonly description: string;
  readonly limits: readonly string[];
}

/** The members of an object. */
export const rowsOf = (schema: JsonSchema): readonly Row[] =>
  Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    type: typeOf(property),
    required: (schema.required ?? []).includes(name),
    description: property.description ?? '',
    limits: limitsOf(property),
  }));

/** A schema with its reference followed. */
export const resolved = (document: OpenApiDocument, schema: JsonSchema): JsonSchema =>
  schema.$ref === undefined ? schema : (own(document.components.schemas, schema.$ref.replace(COMPONENT, '')) ?? {});

/** An answer with its reference followed. */
export const responseOf = (
  document: OpenApiDocument,
  response: ResponseObject | { readonly $ref: string },
): ResponseObject => {
  if (!('$ref' in response)) return response;
  const found = own(document.components.responses, response.$ref.replace('#/components/responses/', ''));
  if (found === undefined) throw new Error(`no such response: ${response.$ref}`);
  return found;
};

/** A text in which `code` stands between backticks, as its parts. */
export const codeParts = (text: string): readonly { readonly code: boolean; readonly text: string }[] =>
  text.split('`').map((part, i) => ({ code: i % 2 === 1, text: part }));
