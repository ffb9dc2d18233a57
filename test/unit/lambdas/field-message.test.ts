import { expect, it } from 'vitest';
import { z } from 'zod';
import { fieldMessage } from '../../../lambdas/handling/field-message.ts';

const told = (schema: z.ZodType, value: unknown): string[] =>
  (schema.safeParse(value).error?.issues ?? []).map(fieldMessage);

it.each([
  ['a text', z.object({ a: z.string() }), {}, 'must be given: a text'],
  ['a number', z.string(), 5, 'must be a text'],
  ['NaN', z.coerce.number(), 'few', 'must be a number'],
  ['a fraction', z.int(), 1.5, 'must be a whole number'],
  ['a word', z.boolean(), 'yes', 'must be true or false'],
  ['an object', z.array(z.string()), {}, 'must be a list'],
  ['a list', z.object({}), [], 'must be an object'],
  ['null', z.date(), null, 'Invalid input: expected date, received null'],
  ['another word', z.enum(['read', 'write']), 'god', 'must be one of read, write'],
  ['not the word', z.literal('query'), 'god', 'must be query'],
  ['nothing', z.string().min(1), '', 'must not be empty'],
  ['no entry', z.array(z.string()).min(1), [], 'must not be empty'],
  ['a short text', z.string().min(3), 'ab', 'must have 3 characters or more'],
  ['a long text', z.string().max(1), 'ab', 'must have 1 characters or fewer'],
  ['a long list', z.array(z.int()).max(1), [1, 2], 'must have 1 entries or fewer'],
  ['a small number', z.int().min(1), 0, 'must be 1 or more'],
  ['a large number', z.number().max(100), 101, 'must be 100 or less'],
  ['the bound itself', z.number().gt(0), 0, 'must be more than 0'],
  ['no form of it', z.union([z.string(), z.int()]), null, 'Invalid input'],
  ['what has words of its own', z.string().min(5, 'must be a secret'), 'a', 'must be a secret'],
])('of %s it is said what is allowed', (_, schema, value, message) => {
  expect(told(schema, value)).toEqual([message]);
});
