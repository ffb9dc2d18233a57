import { StateError } from './errors.ts';
import { parseExpression, type Readable } from './expression-syntax.ts';
import { throughJson } from './payload.ts';

/** What an evaluation sees: `$states`, and the group's variables. */
export interface Scope {
  readonly states: Readonly<Record<string, unknown>>;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** JSON with its expressions evaluated. Throws States.QueryEvaluationError and States.DataLimitExceeded. */
export type Template = (scope: Scope) => Promise<unknown>;

/**
 * Compiles JSON in which a whole string `{% … %}` is JSONata. Throws an Error that names the field.
 *
 * @param field where the template stands, for messages.
 */
export const compileTemplate = (template: unknown, field: string, readable: Readable): Template => {
  const evaluate = compilePart(template, field, readable);
  return async (scope) => throughJson(await evaluate(scope), field);
};

const compilePart = (template: unknown, field: string, readable: Readable): Template => {
  if (typeof template === 'string') return compileString(template, field, readable);
  if (Array.isArray(template)) {
    const parts = template.map((part, at) => compilePart(part, `${field}.${at}`, readable));
    return (scope) => Promise.all(parts.map((part) => part(scope)));
  }
  if (typeof template !== 'object' || template === null) return async () => template;
  const parts = Object.entries(template).map(
    ([key, part]) => [key, compilePart(part, `${field}.${key}`, readable)] as const,
  );
  return async (scope) =>
    Object.fromEntries(await Promise.all(parts.map(async ([key, part]) => [key, await part(scope)] as const)));
};

const compileString = (text: string, field: string, readable: Readable): Template => {
  const opens = text.startsWith('{%');
  if (opens !== text.endsWith('%}')) throw new Error(`field ${field}: JSONata must fill the whole string`);
  if (!opens) return async () => text;
  const source = text.slice(2, -2).trim();
  const expression = parse(source, field, readable);
  return async ({ states, variables }) => {
    const value = await expression.evaluate(undefined, { ...variables, states }).catch((error: { message: string }) => {
      throw new StateError('States.QueryEvaluationError', `field ${field}: ${source}: ${error.message}`);
    });
    if (value === undefined)
      throw new StateError('States.QueryEvaluationError', `field ${field}: ${source} returned nothing`);
    return value;
  };
};

const parse = (source: string, field: string, readable: Readable) => {
  try {
    return parseExpression(source, readable);
  } catch (error) {
    throw new Error(`field ${field}: ${(error as Error).message} (${source})`);
  }
};
