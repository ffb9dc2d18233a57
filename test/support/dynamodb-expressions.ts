import fc from 'fast-check';
import { anyValue, names, numbers, rarely, scalars, sets, setTexts, type Value, value } from './dynamodb-values.ts';

/** Names and values that an expression uses get their aliases while it is written. */
export class Aliases {
  readonly names: Record<string, string> = {};
  readonly values: Record<string, Value> = {};

  name(name: string, aliased: boolean): string {
    if (!aliased && /^[a-z]+$/.test(name)) return name;
    const alias = `#n${Object.keys(this.names).length}`;
    this.names[alias] = name;
    return alias;
  }

  value(value: Value): string {
    const alias = `:v${Object.keys(this.values).length}`;
    this.values[alias] = value;
    return alias;
  }
}

/** A piece of an expression, which is written when all of it is known. */
export type Written = (aliases: Aliases) => string;

const path: fc.Arbitrary<Written> = fc
  .tuple(
    rarely(fc.constantFrom(...names), fc.constantFrom('pk', 'sk', 'status')),
    fc.array(rarely(fc.constantFrom('.a', '.b', '.x', '[0]', '[1]', '[2]'), fc.constant('[7]')), { maxLength: 2 }),
    fc.boolean(),
    fc.nat(3),
  )
  .map(
    ([name, steps, aliased, deep]) =>
      (aliases) =>
        aliases.name(name, aliased) + (deep === 0 ? steps.join('') : ''),
  );
const constant: fc.Arbitrary<Written> = anyValue.map((each) => (aliases) => aliases.value(each));
const number: fc.Arbitrary<Written> = numbers.map((each) => (aliases) => aliases.value({ N: each }));
const list: fc.Arbitrary<Written> = fc.array(scalars, { maxLength: 2 }).map((L) => (aliases) => aliases.value({ L }));
export const call = (name: string, ...parts: readonly fc.Arbitrary<Written>[]): fc.Arbitrary<Written> =>
  fc.tuple(...parts).map((written) => (aliases) => `${name}(${written.map((part) => part(aliases)).join(', ')})`);
export const joined = (template: string, ...parts: readonly fc.Arbitrary<Written>[]): fc.Arbitrary<Written> =>
  fc.tuple(...parts).map((written) => (aliases) => {
    const texts = written.map((part) => part(aliases));
    return template.replace(/\$(\d)/g, (_, i) => texts[Number(i)] ?? '');
  });
export const word = (...all: string[]): fc.Arbitrary<Written> => fc.constantFrom(...all).map((each) => () => each);
const operand = fc.oneof(
  { arbitrary: path, weight: 3 },
  { arbitrary: constant, weight: 3 },
  { arbitrary: number, weight: 2 },
  call('size', path),
);
const typeName: fc.Arbitrary<Written> = rarely(
  fc.constantFrom('S', 'N', 'B', 'BOOL', 'NULL', 'SS', 'NS', 'BS', 'L', 'M'),
  fc.constant('Q'),
).map((type) => (aliases) => aliases.value({ S: type }));

const { condition } = fc.letrec<{ condition: Written }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3 },
    { arbitrary: joined('$0 $1 $2', operand, word('=', '<>', '<', '<=', '>', '>='), operand), weight: 4 },
    call('attribute_exists', path),
    call('attribute_not_exists', path),
    call('attribute_type', path, typeName),
    call('begins_with', path, operand),
    call('contains', path, operand),
    joined('$0 BETWEEN $1 AND $2', path, operand, operand),
    joined('$0 BETWEEN $1 AND $2', path, number, number),
    joined('$0 IN ($1, $2)', path, operand, operand),
    joined('$0 AND $1', tie('condition'), tie('condition')),
    joined('$0 OR $1', tie('condition'), tie('condition')),
    joined('not $0', tie('condition')),
    joined('($0)', tie('condition')),
    joined('($0 or $1) and $2', tie('condition'), tie('condition'), tie('condition')),
  ),
}));
const wrongExpression: fc.Arbitrary<Written> = word(
  '',
  ' ',
  'a',
  'a =',
  '= :v0',
  'a = :nothing',
  '#nothing = a',
  'f(a)',
  'a ! b',
  '((a = b))',
  'a = b)',
  'SET a',
  'SET a = a, a = b',
  'REMOVE a SET',
  'SET a = b SET b = a',
  'REMOVE a, a.b',
  'REMOVE a[0], a.b',
  'a = a',
);

const term = fc.oneof(
  { arbitrary: constant, weight: 2 },
  number,
  path,
  call('if_not_exists', path, fc.oneof(constant, number, path)),
  call('list_append', fc.oneof(path, list), fc.oneof(path, list)),
  call('list_append', call('if_not_exists', path, list), list),
);
const assignment = fc.oneof(
  { arbitrary: joined('$0 = $1', path, term), weight: 3 },
  joined('$0 = $1 + $2', path, fc.oneof(path, number, call('if_not_exists', path, number)), fc.oneof(path, number)),
  joined('$0 = $1 - $2', path, fc.oneof(path, number), fc.oneof(path, number)),
);
const setValue: fc.Arbitrary<Written> = rarely(sets, value, 6).map((each) => (aliases) => aliases.value(each));
const several = (keyword: string, one: fc.Arbitrary<Written>): fc.Arbitrary<Written> =>
  fc
    .array(one, { minLength: 1, maxLength: 2 })
    .map((all) => (aliases) => `${keyword} ${all.map((each) => each(aliases)).join(', ')}`);
const clauses = fc
  .tuple(
    fc.option(several('SET', assignment), { freq: 4 }),
    fc.option(several('remove', path)),
    fc.option(several('ADD', joined('$0 $1', path, fc.oneof(setValue, number)))),
    fc.option(several('DELETE', joined('$0 $1', path, setValue))),
  )
  .map((all) => {
    const given = all.filter((each) => each !== null);
    return (aliases: Aliases) => (given.length === 0 ? 'REMOVE x' : given.map((each) => each(aliases)).join(' '));
  });
const index = fc.nat(3).map((i) => () => `l[${i}]`);
const member = word('m.a', 'm.b', 'm.x');
const someTexts: fc.Arbitrary<Written> = fc
  .record({ SS: fc.uniqueArray(setTexts, { minLength: 1, maxLength: 3 }) })
  .map((each) => (aliases) => aliases.value(each));
/** Updates of items that have a map in m, a list in l, a number in x, texts in b. */
const likely = fc.oneof(
  joined('SET a = $0', constant),
  joined('SET a = $0, $1 = $2', constant, fc.oneof(member, index), constant),
  joined('SET x = if_not_exists(x, $0) + $1', number, number),
  joined('SET x = x - $0, a = x', number),
  joined('SET l = list_append(if_not_exists(l, $0), $1)', list, list),
  joined('SET l[7] = $0, l[5] = $1 REMOVE l[0]', constant, constant),
  joined('REMOVE $0, $1', index, member),
  word('REMOVE a', 'REMOVE a, b', 'REMOVE l[0], l[1]', 'REMOVE n', 'remove g, s'),
  joined('ADD x $0', number),
  joined('ADD b $0', someTexts),
  joined('DELETE b $0', someTexts),
  joined('SET $0 = $1 ADD x $2', member, constant, number),
  joined('SET n = $0, g = $1', number, word('s')),
);
export const update: fc.Arbitrary<Written> = fc.oneof(
  { arbitrary: likely, weight: 12 },
  { arbitrary: clauses, weight: 5 },
  { arbitrary: wrongExpression, weight: 1 },
);

export const anyCondition = fc.oneof(
  {
    arbitrary: word('attribute_exists(pk)', 'attribute_not_exists(pk)', 'attribute_not_exists(a)', 'size(l) < x'),
    weight: 8,
  },
  { arbitrary: condition, weight: 12 },
  { arbitrary: wrongExpression, weight: 1 },
);
