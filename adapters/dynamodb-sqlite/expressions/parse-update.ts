import { typeOf, type Value } from '../values/attribute-value.ts';
import { Cursor, unknownFunction } from './cursor.ts';
import type { Substitutions } from './substitutions.ts';
import { type Action, type Assigned, formatPath, type Path } from './syntax.ts';

const clauses = ['SET', 'REMOVE', 'ADD', 'DELETE'] as const;
type Clause = (typeof clauses)[number];

/** An UpdateExpression's actions. Each clause may be there once; no action may touch what another one touches. */
export const parseUpdate = (text: string, substitutions: Substitutions): readonly Action[] => {
  const cursor = new Cursor('UpdateExpression', text, substitutions);
  const seen = new Set<Clause>();
  const actions: Action[] = [];
  do {
    const clause = clauses.find((word) => cursor.acceptsWord(word));
    if (clause === undefined) throw cursor.unexpected();
    if (seen.has(clause))
      throw cursor.refusal(`The "${clause}" section can only be used once in an update expression;`);
    seen.add(clause);
    actions.push(...cursor.list(() => actionOf(cursor, clause)));
  } while (cursor.peek().kind !== 'end');
  refuseOverlaps(cursor, actions);
  return actions;
};

const actionOf = (cursor: Cursor, clause: Clause): Action => {
  const path = cursor.path();
  switch (clause) {
    case 'SET':
      cursor.expect('=');
      return { kind: 'set', path, assigned: sum(cursor) };
    case 'REMOVE':
      return { kind: 'remove', path };
    case 'ADD':
      return { kind: 'add', path, value: value(cursor, 'ADD', ['N', 'SS', 'NS', 'BS']) };
    case 'DELETE':
      return { kind: 'delete', path, value: value(cursor, 'DELETE', ['SS', 'NS', 'BS']) };
    default:
      return clause satisfies never;
  }
};

const value = (cursor: Cursor, clause: Clause, types: readonly string[]): Value => {
  const given = cursor.substitutions.value(cursor.take('value'), cursor.what);
  if (!types.includes(typeOf(given))) throw incorrectType(cursor, clause, given);
  return given;
};

const incorrectType = (cursor: Cursor, operator: string, given: Value) =>
  cursor.refusal(
    `Incorrect operand type for operator or function; operator: ${operator}, operand type: ${typeOf(given)}`,
  );

const sum = (cursor: Cursor): Assigned => {
  const left = term(cursor);
  for (const [sign, kind] of [
    ['+', 'plus'],
    ['-', 'minus'],
  ] as const) {
    if (!cursor.accepts(sign)) continue;
    const right = term(cursor);
    for (const each of [left, right])
      if (each.kind === 'value' && !('N' in each.value)) throw incorrectType(cursor, sign, each.value);
    return { kind, left, right };
  }
  return left;
};

const term = (cursor: Cursor): Assigned => {
  if (cursor.peek().kind === 'value')
    return { kind: 'value', value: cursor.substitutions.value(cursor.take('value'), cursor.what) };
  if (!cursor.isCall()) return { kind: 'path', path: cursor.path() };
  const name = cursor.take('name');
  cursor.expect('(');
  const called = call(cursor, name);
  cursor.expect(')');
  return called;
};

const call = (cursor: Cursor, name: string): Assigned => {
  if (name === 'if_not_exists') {
    const path = cursor.path();
    cursor.expect(',');
    return { kind: 'if-not-exists', path, otherwise: term(cursor) };
  }
  if (name !== 'list_append') throw unknownFunction(cursor, name);
  const first = term(cursor);
  cursor.expect(',');
  const second = term(cursor);
  for (const each of [first, second])
    if (each.kind === 'value' && !('L' in each.value)) throw incorrectType(cursor, name, each.value);
  return { kind: 'list-append', first, second };
};

/** Two paths of which one leads through the other, or which part at a member of a map on one side and of a list on the other. */
const refuseOverlaps = (cursor: Cursor, actions: readonly Action[]): void => {
  for (const [i, { path }] of actions.entries())
    for (const { path: other } of actions.slice(i + 1)) {
      const parts = firstDifference(path, other);
      if (parts === null)
        throw cursor.refusal(
          `Two document paths overlap with each other; must remove or rewrite one of these paths; path one: ${formatPath(path)}, path two: ${formatPath(other)}`,
        );
      if (typeof parts[0] !== typeof parts[1])
        throw cursor.refusal(
          `Two document paths conflict with each other; must remove or rewrite one of these paths; path one: ${formatPath(path)}, path two: ${formatPath(other)}`,
        );
    }
};

const firstDifference = (one: Path, other: Path): readonly [string | number, string | number] | null => {
  for (const [i, step] of one.entries()) {
    const against = other[i];
    if (against === undefined) return null;
    if (step !== against) return [step, against];
  }
  return null;
};
