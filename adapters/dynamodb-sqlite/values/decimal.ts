import { invalid } from '../errors.ts';

/** Coefficient × 10^exponent. The coefficient has no trailing zero, and zero has exponent 0: equal numbers are equal member by member. */
export interface Decimal {
  readonly coefficient: bigint;
  readonly exponent: number;
}

const MAX_DIGITS = 38;
/** 9.99…E+125 and 1E-130 are the largest and the smallest. */
const MAX_MAGNITUDE = 125;
const MIN_MAGNITUDE = -130;
const syntax = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/;

/** The number that the text says, as DynamoDB reads it. */
export const parseDecimal = (text: string): Decimal => {
  const match = syntax.exec(text);
  const [, sign, whole = '', fraction = '', exponent = '0'] = match ?? [];
  if (match === null || whole + fraction === '')
    throw invalid(`The parameter cannot be converted to a numeric value: ${text}`);
  return decimal(BigInt(`${whole}${fraction}`) * (sign === '-' ? -1n : 1n), Number(exponent) - fraction.length);
};

const decimal = (coefficient: bigint, exponent: number): Decimal => {
  if (coefficient === 0n) return { coefficient, exponent: 0 };
  const all = digitsOf(coefficient);
  const digits = all.replace(/0+$/, '');
  const magnitude = exponent + all.length - 1;
  if (magnitude > MAX_MAGNITUDE)
    throw invalid('Number overflow. Attempting to store a number with magnitude larger than supported range');
  if (magnitude < MIN_MAGNITUDE)
    throw invalid('Number underflow. Attempting to store a number with magnitude smaller than supported range');
  if (digits.length > MAX_DIGITS) throw invalid('Attempting to store more than 38 significant digits in a Number');
  const sign = coefficient < 0n ? -1n : 1n;
  return { coefficient: BigInt(digits) * sign, exponent: exponent + all.length - digits.length };
};

const digitsOf = (coefficient: bigint): string => String(coefficient < 0n ? -coefficient : coefficient);

/** In full, as DynamoDB writes numbers. */
export const formatDecimal = ({ coefficient, exponent }: Decimal): string => {
  const sign = coefficient < 0n ? '-' : '';
  const digits = digitsOf(coefficient);
  if (exponent >= 0) return `${sign}${digits}${'0'.repeat(exponent)}`;
  const padded = digits.padStart(1 - exponent, '0');
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
};

/** Both coefficients at the smaller exponent. */
const aligned = (
  a: Decimal,
  b: Decimal,
): { readonly left: bigint; readonly right: bigint; readonly exponent: number } => {
  const exponent = Math.min(a.exponent, b.exponent);
  const at = (one: Decimal): bigint => one.coefficient * 10n ** BigInt(one.exponent - exponent);
  return { left: at(a), right: at(b), exponent };
};

export const compareDecimals = (a: Decimal, b: Decimal): number => {
  const { left, right } = aligned(a, b);
  return left < right ? -1 : left > right ? 1 : 0;
};

export const addDecimals = (a: Decimal, b: Decimal): Decimal => {
  const { left, right, exponent } = aligned(a, b);
  return decimal(left + right, exponent);
};

export const subtractDecimals = (a: Decimal, b: Decimal): Decimal =>
  addDecimals(a, { coefficient: -b.coefficient, exponent: b.exponent });

/** Above {@link MIN_MAGNITUDE}: so that exponents are sorted as unsigned. */
const BIAS = 1000;

/**
 * Bytes whose order is that of the numbers: sign, magnitude, digits. A negative number's are turned over, with an end that sorts after
 * every digit, since of two such numbers the one with more digits is the smaller.
 */
export const sortableDecimal = ({ coefficient, exponent }: Decimal): Buffer => {
  if (coefficient === 0n) return Buffer.from([1]);
  const digits = digitsOf(coefficient);
  const bytes = Buffer.alloc(3 + digits.length);
  bytes[0] = 2;
  bytes.writeUInt16BE(exponent + digits.length - 1 + BIAS, 1);
  bytes.write(digits, 3, 'latin1');
  if (coefficient > 0n) return bytes;
  const turned = bytes.map((byte) => 255 - byte);
  turned[0] = 0;
  return Buffer.concat([turned, Buffer.from([255])]);
};
