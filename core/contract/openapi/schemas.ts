import { z } from 'zod';
import { own } from '../../domain/own.ts';
import { BranchName, RemoteName } from '../ids.ts';
import { PathPattern } from '../path-pattern.ts';
import { IgnorePattern, SyncOptions } from '../sync-options.ts';

/** A JSON Schema of draft 2020-12, as OpenAPI 3.1 takes it. */
export interface JsonSchema {
  type?: string | string[];
  description?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  $ref?: string;
  [keyword: string]: unknown;
}

/** A schema that the document has under a name, with what it and its members mean. */
export interface NamedSchema {
  readonly name: string;
  readonly schema: z.ZodType;
  readonly description: string;
  readonly members: Readonly<Record<string, string>>;
}

/** Names a schema and describes every member of it; one that is left out does not compile. */
export const named = <Shape extends z.ZodRawShape>(
  name: string,
  schema: z.ZodType & { readonly shape: Shape },
  description: string,
  members: Readonly<Record<keyof Shape & string, string>>,
): NamedSchema => ({ name, schema, description, members });

/** `input`: what a caller may send. `output`: what it gets. */
export type Direction = 'input' | 'output';

/** Git's rules for a branch name, as far as one pattern tells them: {@link BranchName} checks the same with code. */
const BRANCH_PATTERN =
  '^(?!@$)(?![-/.])(?!.*(\\.\\.|@\\{|//|/\\.|\\.lock(/|$)|[/.]$))[^\\u0000-\\u0020\\u007f~^:?*\\[\\\\]+$';
const REMOTE_PATTERN = '^(?!@$)(?![-.])(?!.*(\\.\\.|@\\{|\\.lock$|\\.$))[^\\u0000-\\u0020\\u007f~^:?*\\[\\\\/]+$';

/** What refinements say in code, said as a pattern. */
const patterns = new Map<z.core.$ZodType, string>([
  [BranchName, BRANCH_PATTERN],
  [RemoteName, REMOTE_PATTERN],
  [IgnorePattern, '^[^\\u0000\\n\\r]*$'],
  [PathPattern, '^[^\\u0000\\n\\r]*$'],
]);

/** zod's own bounds of a whole number, which say nothing. */
const SAFE = Number.MAX_SAFE_INTEGER;

const tidy = (schema: JsonSchema, zodSchema: z.core.$ZodType, direction: Direction): void => {
  const pattern = patterns.get(zodSchema);
  if (pattern !== undefined) schema.pattern = pattern;
  // `format` says it; zod's pattern for it has 200 characters.
  if (schema.format === 'date-time') delete schema.pattern;
  if (schema.minimum === -SAFE) delete schema.minimum;
  if (schema.maximum === SAFE) delete schema.maximum;
  // Answers may gain members: a client must not refuse them.
  if (direction === 'output' && schema.additionalProperties === false) delete schema.additionalProperties;
  if (zodSchema === SyncOptions.shape.progress_webhook.unwrap()) schema.pattern = '^https?://';
  // Not the schema's own: beside `branch` there is none.
  if (zodSchema === SyncOptions.shape.branches) schema.default = ['current'];
  // One way to name a branch, or the other.
  if (zodSchema === SyncOptions) schema.dependentSchemas = { branch: { properties: { branches: false } } };
};

const COMPONENTS = '#/components/schemas/';
const ANONYMOUS = '-';

export interface SchemaBook {
  /** The named schemas, for `components.schemas`. */
  readonly components: Readonly<Record<string, JsonSchema>>;
  /** A schema as the document has it: a reference when it has a name. */
  convert(schema: z.ZodType): JsonSchema;
}

/** Turns zod's schemas into JSON Schemas; those that have a name become references to `components.schemas`. */
export const schemaBook = (schemas: readonly NamedSchema[], direction: Direction): SchemaBook => {
  const registry = z.registry<{ id: string }>();
  for (const { name, schema } of schemas) registry.add(schema, { id: name });
  const settings = {
    io: direction,
    target: 'draft-2020-12',
    override: ({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodType; jsonSchema: object }) =>
      tidy(jsonSchema as JsonSchema, zodSchema, direction),
  } as const;
  const convertAll = (book: typeof registry): Record<string, JsonSchema> => {
    const converted = z.toJSONSchema(book, { ...settings, uri: (id) => `${COMPONENTS}${id}` }).schemas;
    return structuredClone(converted) as Record<string, JsonSchema>;
  };
  const components = new Map<string, JsonSchema>();
  const all = convertAll(registry);
  for (const { name, description, members } of schemas) {
    const { $schema, $id, ...schema } = own(all, name) ?? {};
    for (const [member, text] of Object.entries(members)) {
      const property = own(schema.properties, member);
      if (property === undefined) throw new Error(`${name} has no member ${member}`);
      property.description = text;
    }
    components.set(name, { ...schema, description });
  }
  const names = new Map<z.ZodType, string>(schemas.map(({ name, schema }) => [schema, name]));
  return {
    components: Object.fromEntries(components),
    convert: (schema) => {
      const name = names.get(schema);
      if (name !== undefined) return { $ref: `${COMPONENTS}${name}` };
      const extended = z.registry<{ id: string }>();
      for (const { name, schema } of schemas) extended.add(schema, { id: name });
      extended.add(schema, { id: ANONYMOUS });
      const { $schema, $id, ...converted } = convertAll(extended)[ANONYMOUS] ?? {};
      return converted;
    },
  };
};
