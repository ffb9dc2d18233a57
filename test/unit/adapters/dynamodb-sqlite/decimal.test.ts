import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDecimals,
  compareDecimals,
  formatDecimal,
  parseDecimal,
  sortableDecimal,
  subtractDecimals,
} from '../../../../adapters/dynamodb-sqlite/values/decimal.ts';

const normal = (text: string): string => formatDecimal(parseDecimal(text));

describe('a number', () => {
  it.each([
    ['0', '0'],
    ['-0', '0'],
    ['0.000', '0'],
    ['007', '7'],
    ['+1.50', '1.5'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['1e2', '100'],
    ['1E-3', '0.001'],
    ['-12.340e1', '-123.4'],
    ['1e125', `1${'0'.repeat(125)}`],
    ['-1e-130', `-0.${'0'.repeat(129)}1`],
    ['99999999999999999999999999999999999999', '99999999999999999999999999999999999999'],
    ['123456789012345678901234567890123456780000', '123456789012345678901234567890123456780000'],
  ])('%s is written %s', (text, written) => {
    expect(normal(text)).toBe(written);
  });

  it.each([
    ['', /cannot be converted/],
    ['.', /cannot be converted/],
    ['-', /cannot be converted/],
    ['1 ', /cannot be converted/],
    ['0x10', /cannot be converted/],
    ['NaN', /cannot be converted/],
    ['Infinity', /cannot be converted/],
    ['1e', /cannot be converted/],
    ['1e126', /overflow/],
    ['-1e126', /overflow/],
    ['1e-131', /underflow/],
    ['123456789012345678901234567890123456789', /more than 38 significant digits/],
    ['1.23456789012345678901234567890123456789', /more than 38 significant digits/],
  ])('%j is refused', (text, message) => {
    expect(() => parseDecimal(text)).toThrow(
      expect.objectContaining({ name: 'ValidationException', message: expect.stringMatching(message) }),
    );
  });

  it('is added and subtracted exactly', () => {
    const [a, b] = [parseDecimal('0.1'), parseDecimal('0.2')];
    expect(formatDecimal(addDecimals(a, b))).toBe('0.3');
    expect(formatDecimal(subtractDecimals(a, b))).toBe('-0.1');
    expect(formatDecimal(subtractDecimals(a, a))).toBe('0');
    const large = parseDecimal('9007199254740993');
    expect(formatDecimal(addDecimals(large, parseDecimal('1')))).toBe('9007199254740994');
  });

  it('that would need more than 38 digits after a sum is refused', () => {
    expect(() => addDecimals(parseDecimal('1e38'), parseDecimal('0.1'))).toThrow(/38 significant digits/);
  });
});

const scaled = fc
  .tuple(fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }), fc.integer({ min: -130, max: 87 }))
  .map(([coefficient, exponent]) => ({ text: `${coefficient}e${exponent}`, coefficient, exponent }));

describe('any two numbers', () => {
  it('are ordered alike by value, by their bytes, and by exact arithmetic', () => {
    fc.assert(
      fc.property(scaled, scaled, (one, other) => {
        const [a, b] = [parseDecimal(one.text), parseDecimal(other.text)];
        const lowest = Math.min(one.exponent, other.exponent);
        const exact = (of: typeof one): bigint => of.coefficient * 10n ** BigInt(of.exponent - lowest);
        const order = Math.sign(Number(exact(one) - exact(other)));
        expect(Math.sign(compareDecimals(a, b))).toBe(order);
        expect(Buffer.compare(sortableDecimal(a), sortableDecimal(b))).toBe(order);
      }),
      { numRuns: 2000 },
    );
  });

  it('that are small and near are ordered by their bytes too', () => {
    const near = fc.tuple(fc.integer({ min: -1200, max: 1200 }), fc.integer({ min: 0, max: 3 }));
    fc.assert(
      fc.property(near, near, ([m, i], [n, j]) => {
        const [a, b] = [parseDecimal(`${m}e-${i}`), parseDecimal(`${n}e-${j}`)];
        const order = Math.sign(m * 10 ** (3 - i) - n * 10 ** (3 - j));
        expect(Buffer.compare(sortableDecimal(a), sortableDecimal(b))).toBe(order);
        expect(compareDecimals(a, b)).toBe(order);
      }),
      { numRuns: 2000 },
    );
  });

  it('are the same number again after they are written and read', () => {
    fc.assert(
      fc.property(scaled, ({ text }) => {
        const read = parseDecimal(text);
        expect(parseDecimal(formatDecimal(read))).toEqual(read);
      }),
    );
  });
});
