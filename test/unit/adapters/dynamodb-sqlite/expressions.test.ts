import { describe, expect, it } from 'vitest';
import { applyUpdate } from '../../../../adapters/dynamodb-sqlite/expressions/apply-update.ts';
import { meets } from '../../../../adapters/dynamodb-sqlite/expressions/evaluate-condition.ts';
import { parseKeyCondition } from '../../../../adapters/dynamodb-sqlite/expressions/key-condition.ts';
import { parseCondition } from '../../../../adapters/dynamodb-sqlite/expressions/parse-condition.ts';
import { parseUpdate } from '../../../../adapters/dynamodb-sqlite/expressions/parse-update.ts';
import { parseProjection } from '../../../../adapters/dynamodb-sqlite/expressions/projection.ts';
import { reservedWords } from '../../../../adapters/dynamodb-sqlite/expressions/reserved-words.ts';
import { Substitutions } from '../../../../adapters/dynamodb-sqlite/expressions/substitutions.ts';
import type { Item, Value } from '../../../../adapters/dynamodb-sqlite/values/attribute-value.ts';

const item: Item = {
  pk: { S: 'p' },
  t: { S: 'hello' },
  n: { N: '5' },
  ok: { BOOL: true },
  empty0: { NULL: true },
  bytes: { B: 'AQID' },
  tags: { SS: ['a', 'b'] },
  nums: { NS: ['1', '2'] },
  bins: { BS: ['AQ==', 'Ag=='] },
  l: { L: [{ N: '1' }, { S: 'x' }, { L: [] }] },
  m: { M: { a: { N: '1' }, deep: { M: { b: { S: 'c' } } } } },
};
/** The values that the expressions below use, by their first letters. */
const values: Record<string, Value> = {
  ':one': { N: '1' },
  ':five': { N: '5.0' },
  ':nine': { N: '9' },
  ':a': { S: 'a' },
  ':hell': { S: 'hell' },
  ':z': { S: 'z' },
  ':true': { BOOL: true },
  ':null': { NULL: true },
  ':b1': { B: 'AQI=' },
  ':b2': { B: 'AQ==' },
  ':S': { S: 'S' },
  ':SS': { S: 'SS' },
  ':tags': { SS: ['b', 'a'] },
  ':tag': { SS: ['b'] },
  ':new': { SS: ['c'] },
  ':ns': { NS: ['2', '1'] },
  ':bs': { BS: ['Ag=='] },
  ':l': { L: [{ S: 'y' }] },
  ':m': { M: { a: { N: '1.0' }, deep: { M: { b: { S: 'c' } } } } },
};
const substitutions = (expression: string, names: Record<string, string> = {}): Substitutions => {
  const used = Object.fromEntries(Object.entries(values).filter(([name]) => new RegExp(`${name}\\b`).test(expression)));
  return new Substitutions(
    {
      ...(Object.keys(names).length > 0 ? { ExpressionAttributeNames: names } : {}),
      ...(Object.keys(used).length > 0 ? { ExpressionAttributeValues: used } : {}),
    },
    [expression],
    new Set(['pk', 'sk']),
  );
};
const holds = (expression: string, names?: Record<string, string>): boolean =>
  meets(item, parseCondition('ConditionExpression', expression, substitutions(expression, names)));
const updated = (expression: string, of: Item = item): Item =>
  applyUpdate(of, parseUpdate(expression, substitutions(expression)));

describe('a condition', () => {
  it.each([
    'attribute_exists(t)',
    'attribute_not_exists(absent)',
    'attribute_not_exists(m.absent.b)',
    'attribute_exists(l[2])',
    'attribute_not_exists(l[3])',
    'attribute_not_exists(t.a)',
    'attribute_type(t, :S) AND attribute_type(tags, :SS)',
    'NOT attribute_type(absent, :S)',
    'n = :five',
    ':five = n',
    'n <> :one',
    'absent <> :one',
    'NOT absent = :one',
    'n > :one AND n >= :five AND n < :nine AND n <= :five',
    't > :hell AND t < :z',
    'bytes > :b1',
    'NOT n < :hell',
    'ok = :true AND empty0 = :null',
    'tags = :tags AND nums = :ns',
    'm = :m',
    'm.deep.b > :a',
    'l[0] = m.a',
    'n BETWEEN :one AND :nine',
    'NOT t BETWEEN :a AND :a',
    't IN (:a, :hell, t1) OR n IN (:five)',
    'begins_with(t, :hell) AND begins_with(bytes, :b1)',
    'NOT begins_with(n, :hell) AND NOT begins_with(absent, :hell)',
    'contains(t, :hell) AND contains(tags, :a) AND contains(nums, :one) AND contains(bins, :b2)',
    'contains(l, :one) AND contains(bytes, :b2)',
    'NOT contains(n, :one) AND NOT contains(t, :one) AND NOT contains(absent, :one)',
    'size(t) = :five AND size(l) > :one AND size(m) < size(l) AND size(tags) < :five AND size(bytes) < :five',
    'NOT size(n) > :one AND NOT size(absent) > :one',
    'attribute_exists(t) OR n = :one AND n = :nine',
    '(attribute_exists(t) OR n = :one) AND n = :five',
    'not (n = :one or n = :nine)',
  ])('%s holds', (expression) => {
    expect(holds(expression)).toBe(true);
  });

  it.each([
    'n = :one OR attribute_exists(absent)',
    'NOT attribute_exists(t)',
    'attribute_exists(t) AND (n = :one OR n = :nine)',
    'absent = absent2',
    'absent < :one',
    't = :one',
    'tags = :tag',
    'n IN (:one, :nine, absent)',
    'NOT NOT n = :one',
  ])('%s does not hold', (expression) => {
    expect(holds(expression)).toBe(false);
  });

  it('reads names that are reserved, have dots or are the language’s own, through aliases', () => {
    const names = { '#a': 'status', '#b': 'a.b', '#c': '__proto__', '#d': 'constructor' };
    expect(holds('attribute_not_exists(#a) AND attribute_not_exists(#b)', { '#a': 'status', '#b': 'a.b' })).toBe(true);
    for (const [alias, name] of Object.entries(names))
      expect(holds(`attribute_exists(${alias})`, { [alias]: name })).toBe(false);
    const own = JSON.parse('{"__proto__":{"N":"1"},"constructor":{"M":{"__proto__":{"N":"2"}}}}') as Item;
    const of = (expression: string, all: Record<string, string>) =>
      meets(own, parseCondition('ConditionExpression', expression, substitutions(expression, all)));
    expect(of('#p = :one', { '#p': '__proto__' })).toBe(true);
    expect(of('#c.#p > :one', { '#p': '__proto__', '#c': 'constructor' })).toBe(true);
  });

  it.each([
    ['', 'The expression can not be empty'],
    ['n', 'Syntax error; token: "<EOF>"'],
    ['n =', 'Syntax error; token: "<EOF>"'],
    ['n = :one n', 'Syntax error; token: "n", near: ":one n"'],
    ['(n = :one', 'Syntax error'],
    ['n ! :one', 'Syntax error; token: "!"'],
    ['n BETWEEN :one OR :nine', 'Syntax error'],
    ['((n = :one))', 'redundant parentheses'],
    ['n = n', 'The first operand must be distinct'],
    ['n IN (:one, n)', 'The first operand must be distinct'],
    ['begins_with(t, t)', 'The first operand must be distinct'],
    ['status = :one', 'Attribute name is a reserved keyword; reserved keyword: status'],
    ['Status = :one', 'Attribute name is a reserved keyword; reserved keyword: Status'],
    ['n = :absent', 'attribute value used in expression is not defined; attribute value: :absent'],
    ['#absent = :one', 'attribute name used in the document path is not defined; attribute name: #absent'],
    ['n < :true', 'Incorrect operand type for operator or function; operator or function: <, operand type: BOOL'],
    ['n BETWEEN :tags AND :one', 'Incorrect operand type'],
    ['n BETWEEN :nine AND :one', 'requires upper bound to be greater'],
    ['n BETWEEN :one AND :z', 'requires same data type'],
    ['begins_with(t, :one)', 'Incorrect operand type'],
    ['begins_with(t, size(t))', 'Incorrect operand type'],
    ['attribute_type(t, :one)', 'Incorrect operand type'],
    ['attribute_type(t, :a)', 'Invalid attribute type name found; type: a'],
    ['exists(t)', 'Invalid function name; function: exists'],
    ['if_not_exists(t, :a) = :a', 'the function if_not_exists in ConditionExpression is not supported'],
    [`n IN (${':one, '.repeat(100)}:one)`, 'operator or function: IN'],
    [`n = :one${' '.repeat(5000)}`, 'Expression size has exceeded'],
    [`x${'.a'.repeat(33)} = :one`, 'too many nesting elements'],
    ['pk.a = :one', 'Key attributes must be scalars'],
  ])('%s is refused', (expression, message) => {
    expect(() => parseCondition('ConditionExpression', expression, substitutions(expression))).toThrow(
      expect.objectContaining({ name: 'ValidationException', message: expect.stringContaining(message) }),
    );
  });
});

describe('an update', () => {
  it.each<[string, Record<string, Value | undefined>]>([
    ['SET t = :a, brand = n', { t: { S: 'a' }, brand: { N: '5' } }],
    ['SET t = n, n = t', { t: { N: '5' }, n: { S: 'hello' } }],
    ['SET n = n + :one', { n: { N: '6' } }],
    ['SET n = :one - n', { n: { N: '-4' } }],
    ['SET c = if_not_exists(c, :one) + :five', { c: { N: '6' } }],
    ['SET n = if_not_exists(n, :one)', { n: { N: '5' } }],
    ['SET l = list_append(:l, if_not_exists(absent, :l))', { l: { L: [{ S: 'y' }, { S: 'y' }] } }],
    ['SET l[1] = :a', { l: { L: [{ N: '1' }, { S: 'a' }, { L: [] }] } }],
    ['SET l[9] = :a, l[7] = :one', { l: { L: [{ N: '1' }, { S: 'x' }, { L: [] }, { N: '1' }, { S: 'a' }] } }],
    ['SET m.deep.b = :a, m.c = :one', { m: { M: { a: { N: '1' }, deep: { M: { b: { S: 'a' } } }, c: { N: '1' } } } }],
    ['REMOVE t, m.deep, l[0], l[2]', { t: undefined, m: { M: { a: { N: '1' } } }, l: { L: [{ S: 'x' }] } }],
    ['REMOVE absent, l[8], m.absent', {}],
    ['SET l[5] = :a REMOVE l[3], l[0]', { l: { L: [{ S: 'x' }, { L: [] }, { S: 'a' }] } }],
    [
      'ADD n :one, c :five, tags :new, more :new',
      { n: { N: '6' }, c: { N: '5' }, tags: { SS: ['a', 'b', 'c'] }, more: { SS: ['c'] } },
    ],
    ['ADD nums :ns, bins :bs', { nums: { NS: ['1', '2'] }, bins: { BS: ['AQ==', 'Ag=='] } }],
    [
      'DELETE tags :tag, nums :ns, bins :bs, absent :tag',
      { tags: { SS: ['a'] }, nums: undefined, bins: { BS: ['AQ=='] } },
    ],
    [
      'set t = :a remove n add c :one delete tags :tag',
      { t: { S: 'a' }, n: undefined, c: { N: '1' }, tags: { SS: ['a'] } },
    ],
  ])('%s', (expression, changed) => {
    const expected = Object.entries({ ...item, ...changed }).filter(([, value]) => value !== undefined);
    expect(updated(expression)).toEqual(Object.fromEntries(expected));
  });

  it('leaves the item that it was given as it was', () => {
    const before = JSON.stringify(item);
    updated('SET m.deep.b = :a, l[0] = :a REMOVE t ADD tags :new');
    expect(JSON.stringify(item)).toBe(before);
  });

  it('sets what is called __proto__ as a member, and nothing else', () => {
    const expression = 'SET #p = :one';
    const names = { '#p': '__proto__' };
    const after = applyUpdate({}, parseUpdate(expression, substitutions(expression, names)));
    expect(Object.keys(after)).toEqual(['__proto__']);
    expect(JSON.stringify(after)).toBe('{"__proto__":{"N":"1"}}');
    expect(Object.getPrototypeOf(after)).toBe(Object.prototype);
    const remove = 'REMOVE #p';
    expect(Object.keys(applyUpdate(after, parseUpdate(remove, substitutions(remove, names))))).toEqual([]);
  });

  it.each([
    ['SET t', 'Syntax error'],
    ['t = :a', 'Syntax error; token: "t"'],
    ['SET t = :a SET n = :one', 'The "SET" section can only be used once'],
    ['SET t = :a, t = :one', 'Two document paths overlap'],
    ['SET m = :a REMOVE m.a', 'Two document paths overlap'],
    ['SET m.a = :a REMOVE m', 'Two document paths overlap'],
    ['SET x.a = :a, x[0] = :one', 'Two document paths conflict'],
    ['ADD t :a', 'Incorrect operand type for operator or function; operator: ADD, operand type: S'],
    ['DELETE tags :one', 'Incorrect operand type for operator or function; operator: DELETE'],
    ['ADD n n', 'Syntax error'],
    ['SET n = n + :a', 'Incorrect operand type for operator or function; operator: +'],
    ['SET l = list_append(l, :a)', 'Incorrect operand type for operator or function; operator: list_append'],
    ['SET t = size(l)', 'the function size in UpdateExpression is not supported'],
    ['SET t = upper(t)', 'Invalid function name; function: upper'],
  ])('%s is refused before any item is read', (expression, message) => {
    expect(() => parseUpdate(expression, substitutions(expression))).toThrow(
      expect.objectContaining({ name: 'ValidationException', message: expect.stringContaining(message) }),
    );
  });

  it.each([
    ['SET t = absent', 'refers to an attribute that does not exist'],
    ['SET n = n + absent', 'refers to an attribute that does not exist'],
    ['SET n = n + t', 'incorrect data type'],
    ['SET l = list_append(l, t)', 'incorrect data type'],
    ['ADD t :one', 'incorrect data type'],
    ['ADD nums :new', 'incorrect data type'],
    ['DELETE nums :new', 'incorrect data type'],
    ['SET absent.a = :a', 'document path provided in the update expression is invalid'],
    ['SET m[0] = :a', 'document path provided in the update expression is invalid'],
    ['SET l.a = :a', 'document path provided in the update expression is invalid'],
    ['REMOVE absent.a', 'document path provided in the update expression is invalid'],
    ['SET l[0].a = :a', 'document path provided in the update expression is invalid'],
  ])('%s is refused for what the item is', (expression, message) => {
    expect(() => updated(expression)).toThrow(
      expect.objectContaining({ name: 'ValidationException', message: expect.stringContaining(message) }),
    );
  });
});

describe('a key condition', () => {
  const parsed = (expression: string) =>
    parseKeyCondition(expression, { partition: 'pk', sort: 'sk' }, substitutions(expression));

  it.each([
    ['pk = :a', null],
    ['pk = :a AND sk <= :z', { kind: '<=', value: { S: 'z' } }],
    ['sk > :z AND pk = :a', { kind: '>', value: { S: 'z' } }],
    [':z > sk AND pk = :a', { kind: '<', value: { S: 'z' } }],
    ['(pk = :a) and (sk BETWEEN :a AND :z)', { kind: 'between', low: { S: 'a' }, high: { S: 'z' } }],
    ['pk = :a AND begins_with(sk, :hell)', { kind: 'begins-with', prefix: { S: 'hell' } }],
  ])('%s', (expression, sort) => {
    expect(parsed(expression)).toEqual({ partition: { S: 'a' }, sort });
  });

  it.each([
    ['sk = :a', 'missed key schema element: pk'],
    ['pk > :a', 'Query key condition not supported'],
    ['pk = :a AND t = :z', 'missed key schema element: sk'],
    ['pk = :a AND sk = :z AND t = :z', 'Conditions can be of length 1 or 2 only'],
    ['pk = :a AND pk = :z', 'must only contain one condition per key'],
    ['pk = :a OR sk = :z', 'Invalid operator used in KeyConditionExpression: OR'],
    ['pk = :a AND NOT sk = :z', 'Invalid operator used in KeyConditionExpression: NOT'],
    ['pk = :a AND sk <> :z', 'Invalid operator used in KeyConditionExpression: <>'],
    ['pk = :a AND sk IN (:z)', 'Invalid operator used in KeyConditionExpression: IN'],
    ['pk = :a AND attribute_exists(sk)', 'Invalid operator used in KeyConditionExpression: attribute_exists'],
    ['pk = :a AND attribute_not_exists(sk)', 'Invalid operator used in KeyConditionExpression: attribute_not_exists'],
    ['pk = :a AND attribute_type(sk, :S)', 'Invalid operator used in KeyConditionExpression: attribute_type'],
    ['pk = :a AND contains(sk, :z)', 'Invalid operator used in KeyConditionExpression: CONTAINS'],
    ['pk = :a AND size(sk) = :z', 'Invalid operator used in KeyConditionExpression: size'],
    ['pk = :a AND sk = t', 'a value is missing'],
    ['pk = :a AND :a = :z', 'an attribute name is missing'],
    ['pk = :a AND m.a = :z', 'cannot have conditions on nested attributes'],
  ])('%s is refused', (expression, message) => {
    expect(() => parsed(expression)).toThrow(
      expect.objectContaining({ name: 'ValidationException', message: expect.stringContaining(message) }),
    );
  });
});

describe('names and values', () => {
  it.each([
    [{ ExpressionAttributeNames: { '#a': 'a' } }, [undefined], 'can only be specified when using expressions'],
    [{ ExpressionAttributeNames: {} }, ['a'], 'ExpressionAttributeNames must not be empty'],
    [{ ExpressionAttributeNames: { a: 'a' } }, ['a'], 'Syntax error; key: "a"'],
    [{ ExpressionAttributeValues: { a: { S: 'a' } } }, ['a'], 'Syntax error; key: "a"'],
    [{ ExpressionAttributeValues: { ':a': {} } }, ['a'], 'must contain exactly one of the supported datatypes'],
  ])('%j are refused', (given, expressions, message) => {
    expect(() => new Substitutions(given, expressions, new Set())).toThrow(message);
  });

  it('that no expression uses are refused', () => {
    const given = {
      ExpressionAttributeNames: { '#a': 'a', '#b': 'b' },
      ExpressionAttributeValues: { ':a': { S: 'a' } },
    };
    const all = new Substitutions(given, ['#a'], new Set());
    expect(() => all.refuseUnused()).toThrow('ExpressionAttributeNames unused in expressions: keys: {#a, #b}');
    parseCondition('FilterExpression', '#a = #b', all);
    expect(() => all.refuseUnused()).toThrow('ExpressionAttributeValues unused in expressions: keys: {:a}');
  });

  it('that are reserved are the 573 of AWS', () => {
    expect(reservedWords.size).toBe(573);
    for (const word of ['status', 'ttl', 'zone', 'abort', 'name']) expect(reservedWords.has(word)).toBe(true);
  });

  it('of a projection are top-level names, each once', () => {
    const names = (expression: string) => parseProjection(expression, substitutions(expression));
    expect(names('a, t')).toEqual(['a', 't']);
    expect(() => names('a, a')).toThrow('Two document paths overlap');
    expect(() => names('m.a')).toThrow('a path into a document in ProjectionExpression is not supported');
    expect(() => names('a b')).toThrow('Syntax error');
  });
});
