import fc from 'fast-check';
import type { JsonSchema } from '../../core/contract/openapi/schemas.ts';
import { anyCharacter } from './any-character.ts';

/** Addresses that lead nowhere beyond this machine: nothing that is generated may be asked for elsewhere. */
const addresses = ['http://127.0.0.1:1/hook', 'https://127.0.0.1:1/', 'http://[::1]:1/', 'https://localhost:1/x?y=z'];

/** Values that a JSON Schema allows. `components` resolves references. */
export const valid = (schema: JsonSchema, components: Readonly<Record<string, JsonSchema>>): fc.Arbitrary<unknown> => {
  const inner = (each: JsonSchema): fc.Arbitrary<unknown> => valid(each, components);
  if (schema.$ref !== undefined) return inner(components[schema.$ref.split('/').at(-1) ?? ''] ?? {});
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(inner));
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type) => inner({ ...schema, type })));
  switch (schema.type) {
    case 'string':
      return text(schema);
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -(2 ** 31), max: schema.maximum ?? 2 ** 31 });
    case 'number':
      return fc.double({
        noNaN: true,
        noDefaultInfinity: true,
        min: schema.minimum ?? -Number.MAX_VALUE,
        max: schema.maximum ?? Number.MAX_VALUE,
      });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(inner(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 4, 4),
      });
    case 'object': {
      const members = Object.entries(schema.properties ?? {}).map(([name, each]) => [name, inner(each)]);
      const model: Record<string, fc.Arbitrary<unknown>> = Object.fromEntries(members);
      return fc.record(model, { requiredKeys: schema.required ?? [] });
    }
    default:
      return fc.jsonValue();
  }
};

const text = ({ pattern, format, minLength = 0, maxLength = 300 }: JsonSchema): fc.Arbitrary<string> => {
  if (format === 'uri') return fc.constantFrom(...addresses);
  const bounds = { minLength, maxLength: Math.min(maxLength, 300) };
  if (pattern === undefined) return fc.oneof(fc.string(bounds), fc.string({ ...bounds, unit: 'grapheme' }));
  const expression = new RegExp(pattern, 'u');
  // stringMatching knows no lookahead: there, names that are likely to match, and those that do.
  const drawn = pattern.includes('(?!')
    ? fc.oneof(fc.stringMatching(/^[a-z][a-z0-9._@é/-]{0,12}$/u), fc.string(bounds))
    : fc.stringMatching(expression);
  return drawn.filter((each) => expression.test(each) && each.length >= minLength && each.length <= maxLength);
};

/** Strings that have broken somebody’s parser, path, query, shell, log or database. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    'a\u0000b',
    '\r\nX-Injected: 1',
    '../../etc/passwd',
    '%2e%2e%2f',
    '--upload-pack=touch /tmp/x',
    '$(touch /tmp/x)',
    "'; DROP TABLE repositories; --",
    '{"$gt":""}',
    '__proto__',
    'constructor',
    'toString',
    '<script>alert(1)</script>',
    '\ud800',
    '\uffff\ufffe',
    '👩‍👩‍👧‍👦',
    'ﷺ'.repeat(100),
    'e\u0301'.repeat(50),
    '*'.repeat(40),
    `${'**/'.repeat(60)}x`,
    '!',
    '[',
    '\\',
    '(a+)+$',
    'null',
    'NaN',
    '-1',
    '0',
    '1e309',
    '9007199254740993',
    '0x10',
    'true',
    '[]',
    'repo-123#REPOSITORY',
    'user#ann',
    'eyJrIjp7fX0=',
    'a'.repeat(64),
    'sync-00000000-0000-0000-0000-000000000000',
  ),
  fc.string({ maxLength: 40 }),
  fc.string({ unit: anyCharacter, maxLength: 40 }),
  fc.nat(3000).map((length) => 'x'.repeat(length)),
);

const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.constantFrom(null, true, 0, -1, 1.5, 2 ** 53, 1e300, -0, [], {}, [[]], [null], { a: { b: [1] } }),
  fc.array(fc.constantFrom('x', 1, null), { minLength: 101, maxLength: 1100 }),
  fc.integer({ min: 1, max: 200 }).map((depth): unknown => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`)),
);

/** A value with one place of it changed: exchanged for something hostile, left out, or joined by what is not known. */
export const nearValid = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc
    .tuple(value, fc.nat(), fc.constantFrom('exchange', 'remove', 'add'), hostileText, hostileValue)
    .map(([made, at, how, name, hostile]) => {
      const copy = structuredClone(made);
      const places = placesIn(copy);
      const place = places[at % Math.max(1, places.length)];
      if (place === undefined) return hostile;
      const [holder, key] = place;
      if (how === 'exchange') Reflect.set(holder, key, hostile);
      else if (how === 'remove') Reflect.deleteProperty(holder, key);
      else Object.defineProperty(holder, name, { value: hostile, enumerable: true, configurable: true });
      return copy;
    });

const placesIn = (value: unknown): [object, string][] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, each]) => [[value, key] as [object, string], ...placesIn(each)]);
