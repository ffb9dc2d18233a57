import fc from 'fast-check';

/** Random attribute values, as they go over the wire; most of them right, and few enough that they meet. */
export type Value = Record<string, unknown>;

export const rarely = <T, U>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<U>, weight = 20): fc.Arbitrary<T | U> =>
  fc.oneof({ arbitrary: usual, weight }, { arbitrary: rare, weight: 1 });

export const texts = fc.constantFrom('', 'a', 'ab', 'abc', 'b', 'é', '\u{1F600}', '\uFFFD', '__proto__', 'constructor');
/** DynamoDB Local breaks characters beyond ASCII when it adds to a set. */
export const setTexts = texts.filter((text) => /^\w*$/.test(text));
export const numbers = fc.constantFrom(
  '0',
  '-0',
  '1',
  '1.0',
  '1.50',
  '-1',
  '2',
  '10',
  '-10.25',
  '1e2',
  '1E-3',
  '0.001',
  '99999999999999999999999999999999999999',
  '1e125',
  '-1e-130',
  '007',
);
const wrongNumbers = fc.constantFrom(
  '',
  'x',
  '1e126',
  '1e-131',
  '123456789012345678901234567890123456789',
  '0x1',
  '1_0',
);
const binaries = fc.constantFrom('', 'AQ==', 'AQI=', '/w==');
export const scalars: fc.Arbitrary<Value> = fc.oneof(
  fc.record({ S: texts }),
  fc.record({ N: rarely(numbers, wrongNumbers, 60) }),
  fc.record({ B: binaries }),
  fc.record({ BOOL: fc.boolean() }),
  fc.constant({ NULL: true }),
);
const setOf = (one: fc.Arbitrary<string>) =>
  rarely(fc.uniqueArray(one, { minLength: 1, maxLength: 3 }), fc.array(one, { maxLength: 3 }));
export const sets: fc.Arbitrary<Value> = fc.oneof(
  fc.record({ SS: setOf(setTexts) }),
  fc.record({ NS: setOf(numbers) }),
  fc.record({ BS: setOf(binaries) }),
);
export const names = ['a', 'b', 'm', 'l', 'x', 'g', 'n', 's', '__proto__', 'constructor'] as const;
export const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    { arbitrary: scalars, weight: 5 },
    { arbitrary: sets, weight: 2 },
    fc.record({ L: fc.array(tie('value'), { maxLength: 3 }) }),
    fc.record({ M: fc.dictionary(fc.constantFrom('a', 'b', 'x', 'constructor'), tie('value'), { maxKeys: 3 }) }),
  ),
}));
export const anyValue = rarely(value, fc.constantFrom<Value>({}, { S: 'a', N: '1' }, { NULL: false }, { Q: 'x' }), 150);

export const partitions = fc.constantFrom('p', 'q');
export const sorts = fc.constantFrom('1', '1.0', '2', '-1', '10', '0.5');
const indexed = fc.record(
  {
    g: fc.constant({ S: 'g' }),
    n: fc.record({ N: numbers }),
    s: fc.record({ S: fc.constantFrom('a', 'ab', 'b', 'é') }),
  },
  { requiredKeys: [] },
);
const others = fc.oneof(
  fc.dictionary(fc.constantFrom(...names), anyValue, { maxKeys: 4 }),
  fc.record(
    {
      m: fc.record({ M: fc.dictionary(fc.constantFrom('a', 'b'), value, { maxKeys: 2 }) }),
      l: fc.record({ L: fc.array(value, { maxLength: 4 }) }),
      x: fc.record({ N: numbers }),
      b: fc.record({ SS: fc.uniqueArray(setTexts, { minLength: 1, maxLength: 3 }) }),
      a: anyValue,
    },
    { requiredKeys: [] },
  ),
);
const wrongKeys = fc.constantFrom<Value>(
  { pk: { S: 'p' } },
  { pk: { S: 'p' }, sk: { S: '1' } },
  { pk: { S: '' }, sk: { N: '1' } },
  { pk: { S: 'p' }, sk: { N: '1' }, a: { S: 'a' } },
  {},
);
const rightKey = fc.record({ pk: fc.record({ S: partitions }), sk: fc.record({ N: sorts }) });
export const key = rarely(rightKey, wrongKeys, 60);
export const item = fc
  .tuple(key, indexed, rarely(fc.constant({}), others, 1))
  .map(([keys, index, more]) => ({ ...more, ...index, ...keys }));
