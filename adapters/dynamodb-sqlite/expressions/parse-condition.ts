import { compareValues, typeOf, type Value, type ValueType } from '../values/attribute-value.ts';
import { Cursor, unknownFunction } from './cursor.ts';
import type { Substitutions } from './substitutions.ts';
import { type Comparator, type Condition, formatPath, type Operand } from './syntax.ts';

const comparators: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>=']);
const ordered: ReadonlySet<ValueType> = new Set(['S', 'N', 'B']);
const types: ReadonlySet<string> = new Set(['S', 'N', 'B', 'BOOL', 'NULL', 'SS', 'NS', 'BS', 'L', 'M']);
const MAX_CANDIDATES = 100;

/** ConditionExpression, FilterExpression and KeyConditionExpression are of one language; `what` says which of them it is. */
export const parseCondition = (what: string, text: string, substitutions: Substitutions): Condition => {
  const cursor = new Cursor(what, text, substitutions);
  const condition = anyOf(cursor);
  cursor.expectEnd();
  return condition;
};

const anyOf = (cursor: Cursor): Condition => {
  const terms = [allOf(cursor)];
  while (cursor.acceptsWord('OR')) terms.push(allOf(cursor));
  return joined('or', terms);
};

const allOf = (cursor: Cursor): Condition => {
  const terms = [negation(cursor)];
  while (cursor.acceptsWord('AND')) terms.push(negation(cursor));
  return joined('and', terms);
};

const joined = (kind: 'and' | 'or', terms: readonly Condition[]): Condition =>
  terms.length === 1 ? (terms[0] as Condition) : { kind, terms };

const negation = (cursor: Cursor): Condition =>
  cursor.acceptsWord('NOT') ? { kind: 'not', term: negation(cursor) } : primary(cursor);

const primary = (cursor: Cursor): Condition => {
  if (!cursor.accepts('(')) return predicate(cursor);
  const within = cursor.peek();
  const condition = anyOf(cursor);
  cursor.expect(')');
  // ((a)): what stands inside is in parentheses as a whole.
  if (within.kind === 'sign' && within.text === '(' && parenthesised.has(condition))
    throw cursor.refusal('The expression has redundant parentheses;');
  parenthesised.add(condition);
  return condition;
};

/** Conditions that had parentheses of their own. */
const parenthesised = new WeakSet<Condition>();

const predicate = (cursor: Cursor): Condition => {
  if (cursor.isCall() && cursor.peek().text !== 'size') return call(cursor);
  const left = operand(cursor);
  if (cursor.acceptsWord('BETWEEN')) {
    const low = operand(cursor);
    if (!cursor.acceptsWord('AND')) throw cursor.unexpected();
    const high = operand(cursor);
    for (const each of [left, low, high]) refuseUnordered(cursor, each, 'BETWEEN');
    for (const each of [low, high]) refuseSame(cursor, 'BETWEEN', left, each);
    refuseReversed(cursor, low, high);
    return { kind: 'between', operand: left, low, high };
  }
  if (cursor.acceptsWord('IN')) {
    cursor.expect('(');
    const candidates = cursor.list(() => operand(cursor));
    cursor.expect(')');
    if (candidates.length > MAX_CANDIDATES)
      throw cursor.refusal(`Invalid number of operands for operator or function; operator or function: IN`);
    for (const each of candidates) refuseSame(cursor, 'IN', left, each);
    return { kind: 'in', operand: left, candidates };
  }
  const { kind, text } = cursor.peek();
  if (kind !== 'sign' || !comparators.has(text)) throw cursor.unexpected();
  cursor.expect(text);
  const right = operand(cursor);
  refuseSame(cursor, text, left, right);
  if (text !== '=' && text !== '<>') for (const each of [left, right]) refuseUnordered(cursor, each, text);
  return { kind: 'compare', comparator: text as Comparator, left, right };
};

const call = (cursor: Cursor): Condition => {
  const name = cursor.take('name');
  cursor.expect('(');
  const condition = callOf(cursor, name);
  cursor.expect(')');
  return condition;
};

const callOf = (cursor: Cursor, name: string): Condition => {
  switch (name) {
    case 'attribute_exists':
    case 'attribute_not_exists':
      return { kind: 'exists', path: cursor.path(), wanted: name === 'attribute_exists' };
    case 'attribute_type': {
      const path = cursor.path();
      cursor.expect(',');
      const type = cursor.substitutions.value(cursor.take('value'), cursor.what);
      if (!('S' in type)) throw incorrectType(cursor, name, type);
      if (!types.has(type.S))
        throw cursor.refusal(
          `Invalid attribute type name found; type: ${type.S}, valid types: {${[...types].join(',')}}`,
        );
      return { kind: 'type', path, type: type.S as ValueType };
    }
    case 'begins_with': {
      const path = cursor.path();
      cursor.expect(',');
      const prefix = operand(cursor);
      if (prefix.kind === 'size') throw incorrectType(cursor, name, { N: '0' });
      if (prefix.kind === 'value' && !('S' in prefix.value || 'B' in prefix.value))
        throw incorrectType(cursor, name, prefix.value);
      refuseSame(cursor, name, { kind: 'path', path }, prefix);
      return { kind: 'begins-with', path, prefix };
    }
    case 'contains': {
      const path = cursor.path();
      cursor.expect(',');
      const part = operand(cursor);
      refuseSame(cursor, name, { kind: 'path', path }, part);
      return { kind: 'contains', path, part };
    }
    default:
      throw unknownFunction(cursor, name);
  }
};

const operand = (cursor: Cursor): Operand => {
  if (cursor.peek().kind === 'value')
    return { kind: 'value', value: cursor.substitutions.value(cursor.take('value'), cursor.what) };
  if (!cursor.isCall()) return { kind: 'path', path: cursor.path() };
  const name = cursor.take('name');
  if (name !== 'size') throw unknownFunction(cursor, name);
  cursor.expect('(');
  const path = cursor.path();
  cursor.expect(')');
  return { kind: 'size', path };
};

/** A value without an order can be neither smaller nor larger: that is known before any item is read. */
const refuseUnordered = (cursor: Cursor, operand: Operand, operator: string): void => {
  if (operand.kind === 'value' && !ordered.has(typeOf(operand.value)))
    throw incorrectType(cursor, operator, operand.value);
};

const refuseReversed = (cursor: Cursor, low: Operand, high: Operand): void => {
  if (low.kind !== 'value' || high.kind !== 'value') return;
  const order = compareValues(low.value, high.value);
  if (order === null) throw cursor.refusal('The BETWEEN operator requires same data type for lower and upper bounds;');
  if (order > 0)
    throw cursor.refusal('The BETWEEN operator requires upper bound to be greater than or equal to lower bound;');
};

const incorrectType = (cursor: Cursor, operator: string, value: Value) =>
  cursor.refusal(
    `Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${typeOf(value)}`,
  );

const refuseSame = (cursor: Cursor, operator: string, left: Operand, right: Operand): void => {
  if (left.kind === 'path' && right.kind === 'path' && formatPath(left.path) === formatPath(right.path))
    throw cursor.refusal(
      `The first operand must be distinct from the remaining operands for this operator or function; operator: ${operator}, first operand: ${formatPath(left.path)}`,
    );
};
