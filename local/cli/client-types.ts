import { fresh } from '../../core/contract/openapi/file-answers.ts';
import type { OpenApiDocument, OperationObject, ParameterObject } from '../../core/contract/openapi/openapi.ts';
import type { JsonSchema } from '../../core/contract/openapi/schemas.ts';
import { responseOf } from '../../core/contract/openapi/text.ts';
import { own } from '../../core/domain/own.ts';

const head = '/** Written by `npm run docs:api` from the contract: change that, not this. */\n';

/** The contract as TypeScript, for client/src/api-types.ts: the schemas as types. */
export const clientTypes = (document: OpenApiDocument): string => {
  const schemas = withFreshness(document.components.schemas);
  const types = Object.entries(schemas).map(([name, schema]) => {
    const base = baseOf(name, schema, schemas);
    const text =
      base === null ? typeText(schema, '') : `${base} & ${typeText(without(schema, own(schemas, base)), '')}`;
    return `${comment(schema.description)}export type ${name} = ${text};\n`;
  });
  return [head, ...types].join('\n');
};

/** What each call takes and answers, and how it is made, for client/src/operations.ts. */
export const clientOperations = (document: OpenApiDocument): string => {
  const calls = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  const operations = calls.map(
    ({ operation }) =>
      `${comment(`${operation.summary}. ${operation.description}`, '  ')}  readonly ${JSON.stringify(operation.operationId)}: ${operationText(document, operation)};\n`,
  );
  const table = calls.map(
    ({ method, path, operation }) =>
      `  ${JSON.stringify(operation.operationId)}: ${JSON.stringify({ method, path })},\n`,
  );
  const named = Object.keys(document.components.schemas).filter((name) =>
    operations.some((text) => new RegExp(`: ${name}\\b`).test(text.replaceAll(/^ *\/\*\*.*$/gm, ''))),
  );
  return [
    head,
    `import type {\n${named.map((name) => `  ${name},\n`).join('')}} from './api-types.ts';\n`,
    `/** What each call takes and answers. */\nexport interface Operations {\n${operations.join('')}}\n`,
    `/** How each call is made. */\nexport const calls: { readonly [Name in keyof Operations]: { readonly method: string; readonly path: string } } = {\n${table.join('')}};\n`,
  ].join('\n');
};

/** What many answers say of the index that they are from. The document has no name for it, since no answer is it alone. */
const withFreshness = (schemas: Readonly<Record<string, JsonSchema>>): Readonly<Record<string, JsonSchema>> => {
  const { properties = {} } = own(schemas, 'Branch') ?? {};
  const members = Object.entries(properties).filter(([name]) => own(fresh, name) !== undefined);
  const Freshness: JsonSchema = {
    type: 'object',
    description: 'How fresh an answer is, beside its commit.',
    properties: Object.fromEntries(members),
    required: members.map(([name]) => name),
  };
  return { Freshness, ...schemas };
};

/** As few members in common are chance. */
const LEAST_IN_COMMON = 4;

const membersOf = ({ properties = {}, required = [] }: JsonSchema): Map<string, string> =>
  new Map(Object.entries(properties).map(([name, each]) => [name, JSON.stringify([each, required.includes(name)])]));

/** The schema with the most members of those that are whole in this one, member for member. */
const baseOf = (name: string, schema: JsonSchema, all: Readonly<Record<string, JsonSchema>>): string | null => {
  const members = membersOf(schema);
  const bases = Object.entries(all)
    .map(([other, each]) => ({ other, members: membersOf(each) }))
    .filter(
      (base) =>
        base.other !== name &&
        base.members.size >= LEAST_IN_COMMON &&
        base.members.size < members.size &&
        base.members.entries().every(([member, text]) => members.get(member) === text),
    );
  return bases.sort((a, b) => b.members.size - a.members.size)[0]?.other ?? null;
};

const without = (schema: JsonSchema, base: JsonSchema | undefined): JsonSchema => ({
  ...schema,
  properties: Object.fromEntries(
    Object.entries(schema.properties ?? {}).filter(([name]) => own(base?.properties ?? {}, name) === undefined),
  ),
});

const operationText = (document: OpenApiDocument, operation: OperationObject): string => {
  const { parameters = [], requestBody, responses } = operation;
  const body = Object.values(requestBody?.content ?? {})[0]?.schema;
  const answers = Object.entries(responses)
    .filter(([status]) => Number(status) < 400)
    .map(([, reference]) => {
      const media = Object.values(responseOf(document, reference).content ?? {})[0];
      return media === undefined ? 'null' : typeText(media.schema, '    ');
    });
  const parts = [
    ...(['path', 'query', 'header'] as const).flatMap((place) => parametersText(place, parameters)),
    ...(body === undefined
      ? []
      : [
          `body${requestBody?.required === true ? '' : '?'}: ${typeText(body, '    ')}${requestBody?.required === true ? '' : ' | undefined'}`,
        ]),
  ];
  return `{\n    readonly request: {${parts.map((part) => ` readonly ${part};`).join('')} };\n    readonly answer: ${[...new Set(answers)].join(' | ')};\n  }`;
};

const parametersText = (place: ParameterObject['in'], parameters: readonly ParameterObject[]): string[] => {
  const own = parameters.filter((each) => each.in === place);
  if (own.length === 0) return [];
  const isOptional = !own.some(({ required }) => required);
  const members = own.map(
    ({ name, required, schema }) =>
      `readonly ${JSON.stringify(name)}${required ? '' : '?'}: ${typeText(schema, '')}${required ? '' : ' | undefined'}`,
  );
  return [`${place}${isOptional ? '?' : ''}: { ${members.join('; ')} }${isOptional ? ' | undefined' : ''}`];
};

/** Keywords that say nothing that a type can. */
const bounds = new Set([
  ...['description', 'default', 'format', 'pattern', 'propertyNames', 'dependentSchemas'],
  ...['minLength', 'maxLength', 'minItems', 'maxItems', 'minimum', 'maximum'],
]);
const told = new Set([
  '$ref',
  'enum',
  'const',
  'anyOf',
  'type',
  'items',
  'properties',
  'required',
  'additionalProperties',
]);
const plain: Readonly<Record<string, string>> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  null: 'null',
};

/** Throws for a keyword that it does not know, rather than leave out what it says. */
const typeText = (schema: JsonSchema, indent: string): string => {
  const unknown = Object.keys(schema).filter((keyword) => !bounds.has(keyword) && !told.has(keyword));
  if (unknown.length > 0) throw new Error(`no type for the keyword ${unknown.join(', ')}`);
  if (schema.$ref !== undefined) return schema.$ref.replace('#/components/schemas/', '');
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.anyOf !== undefined) return schema.anyOf.map((each) => typeText(each, indent)).join(' | ');
  const types = [schema.type ?? 'unknown'].flat();
  return types.map((type) => oneType(type, schema, indent)).join(' | ');
};

const oneType = (type: string, schema: JsonSchema, indent: string): string => {
  if (type === 'array') return `readonly (${typeText(schema.items ?? {}, indent)})[]`;
  if (type !== 'object') return own(plain, type) ?? 'unknown';
  if (typeof schema.additionalProperties === 'object' && schema.properties === undefined)
    return `{ readonly [name: string]: ${typeText(schema.additionalProperties, indent)} }`;
  const inner = `${indent}  `;
  const members = Object.entries(schema.properties ?? {}).map(
    ([name, property]) =>
      `${comment(property.description, inner)}${inner}readonly ${JSON.stringify(name)}${schema.required?.includes(name) ? '' : '?'}: ${typeText(property, inner)}${schema.required?.includes(name) ? '' : ' | undefined'};\n`,
  );
  return `{\n${members.join('')}${indent}}`;
};

const comment = (text: string | undefined, indent = ''): string =>
  text === undefined ? '' : `${indent}/** ${text.replaceAll('*/', '* /')} */\n`;
