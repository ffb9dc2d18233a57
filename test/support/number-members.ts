import type { OpenApiDocument } from '../../core/contract/openapi/openapi.ts';
import type { JsonSchema } from '../../core/contract/openapi/schemas.ts';
import type { ContractOperation } from './api-contract.ts';

/** A number that a request may have. */
export interface NumberMember {
  readonly operation: ContractOperation;
  readonly in: 'query' | 'body';
  /** Its names from the outermost object on. */
  readonly path: readonly string[];
  readonly schema: JsonSchema;
}

/** Numbers as they are written, which have no place in a float, an integer, or a table that holds 38 digits between 1e-130 and 1e126. */
export const extremes = [
  ...['1e308', '-1e308', '1e400', '-1e400', '1e126', '1e-130', '1e-131', '1e-400', '-1e-400', '5e-324'],
  ...['9007199254740991', '9007199254740992', '9007199254740993', '-9007199254740993', '2147483648', '-2147483649'],
  ...['123456789012345678901234567890123456789', '0.123456789012345678901234567890123456789', '-0', '0', '1.5', '-1'],
] as const;

const isNumber = ({ type, anyOf = [] }: JsonSchema): boolean =>
  [type].flat().some((each) => each === 'number' || each === 'integer') || anyOf.some(isNumber);

/** Every number of every request. */
export const numberMembers = (
  document: OpenApiDocument,
  operations: readonly ContractOperation[],
): readonly NumberMember[] =>
  operations.flatMap((operation) => {
    const query = (operation.parameters ?? [])
      .filter(({ in: where, schema }) => where === 'query' && isNumber(schema))
      .map(({ name, schema }) => ({ operation, in: 'query' as const, path: [name], schema }));
    const body = Object.values(operation.requestBody?.content ?? {}).flatMap(({ schema }) =>
      within(document, schema, []).map((each) => ({ operation, in: 'body' as const, ...each })),
    );
    return [...query, ...body];
  });

const within = (
  document: OpenApiDocument,
  schema: JsonSchema,
  path: readonly string[],
): readonly Pick<NumberMember, 'path' | 'schema'>[] => {
  if (schema.$ref !== undefined)
    return within(document, document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, path);
  if (path.length > 0 && isNumber(schema)) return [{ path, schema }];
  const members = Object.entries(schema.properties ?? {});
  return [...(schema.anyOf ?? []).map((each) => [null, each] as const), ...members].flatMap(([name, each]) =>
    within(document, each, name === null ? path : [...path, name]),
  );
};

/** A body that has that number, as it is written, and these members. */
export const bodyWith = (path: readonly string[], written: string, others: object = {}): string => {
  const body = path.reduceRight((inner, name) => `{${JSON.stringify(name)}:${inner}}`, written);
  const more = JSON.stringify(others).slice(1, -1);
  return more === '' ? body : `{${more},${body.slice(1)}`;
};
