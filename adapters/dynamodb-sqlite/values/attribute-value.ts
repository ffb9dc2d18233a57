import { own } from '../../../core/domain/own.ts';
import { compareDecimals, parseDecimal } from './decimal.ts';

/** An attribute's value as it goes over the wire: one member, named after its type. Binary is base64; numbers are in full. */
export type Value =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] }
  | { readonly BS: readonly string[] }
  | { readonly L: readonly Value[] }
  | { readonly M: Item };

export type Item = Readonly<Record<string, Value>>;

export type ValueType = 'S' | 'N' | 'B' | 'BOOL' | 'NULL' | 'SS' | 'NS' | 'BS' | 'L' | 'M';

export const typeOf = (value: Value): ValueType => Object.keys(value)[0] as ValueType;

/** A member that the map itself has: `constructor` and `__proto__` are names like any other. */
export const memberOf = (item: Item, name: string): Value | undefined => own(item, name);

export const withMember = (item: Item, name: string, value: Value): Item => ({
  ...item,
  // A computed key defines the member, whatever it is called; an assignment to __proto__ would not.
  ...{ [name]: value },
});

export const withoutMember = (item: Item, name: string): Item =>
  Object.fromEntries(Object.entries(item).filter(([each]) => each !== name));

/** The members of a set; null for anything else. */
export const setMembers = (value: Value): readonly string[] | null => {
  if ('SS' in value) return value.SS;
  if ('NS' in value) return value.NS;
  return 'BS' in value ? value.BS : null;
};

export const isEqual = (a: Value, b: Value): boolean => {
  const type = typeOf(a);
  if (type !== typeOf(b)) return false;
  if ('L' in a && 'L' in b) return a.L.length === b.L.length && a.L.every((each, i) => isEqual(each, b.L[i] as Value));
  if ('M' in a && 'M' in b) return isSameItem(a.M, b.M);
  const members = setMembers(a);
  if (members !== null) {
    const others = new Set(setMembers(b));
    return members.length === others.size && members.every((member) => others.has(member));
  }
  return scalarOf(a) === scalarOf(b);
};

export const isSameItem = (a: Item, b: Item): boolean => {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => {
      const other = memberOf(b, name);
      return other !== undefined && isEqual(memberOf(a, name) as Value, other);
    })
  );
};

/** Numbers are in their one normal form, and so equal as text when they are equal. */
const scalarOf = (value: Value): unknown => Object.values(value)[0];

/** Negative, zero or positive; null for types without an order, or of different types. */
export const compareValues = (a: Value, b: Value): number | null => {
  if ('S' in a && 'S' in b) return Buffer.compare(Buffer.from(a.S), Buffer.from(b.S));
  if ('N' in a && 'N' in b) return compareDecimals(parseDecimal(a.N), parseDecimal(b.N));
  if ('B' in a && 'B' in b) return Buffer.compare(Buffer.from(a.B, 'base64'), Buffer.from(b.B, 'base64'));
  return null;
};

/** Bytes, by DynamoDB's rules for an item's size. */
export const sizeOfItem = (item: Item): number => {
  let size = 0;
  for (const [name, value] of Object.entries(item)) size += Buffer.byteLength(name) + sizeOfValue(value);
  return size;
};

const sizeOfValue = (value: Value): number => {
  if ('S' in value) return Buffer.byteLength(value.S);
  if ('N' in value) return sizeOfNumber(value.N);
  if ('B' in value) return Buffer.byteLength(value.B, 'base64');
  if ('BOOL' in value || 'NULL' in value) return 1;
  if ('SS' in value) return sum(value.SS.map((member) => Buffer.byteLength(member)));
  if ('NS' in value) return sum(value.NS.map(sizeOfNumber));
  if ('BS' in value) return sum(value.BS.map((member) => Buffer.byteLength(member, 'base64')));
  if ('L' in value) return 3 + sum(value.L.map((each) => 1 + sizeOfValue(each)));
  return 3 + Object.keys(value.M).length + sizeOfItem(value.M);
};

/** A byte for two digits, one for the exponent, one for a minus. */
const sizeOfNumber = (text: string): number => {
  const digits = text.replace(/[-.]/g, '').replace(/^0+|0+$/g, '').length;
  return Math.ceil(digits / 2) + 1 + (text.startsWith('-') ? 1 : 0);
};

const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);
