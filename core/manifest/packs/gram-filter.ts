import { ObjectDamagedError } from '../../domain/errors.ts';

/**
 * Which grams some texts have, case folded: all trigrams (three UTF-16 code units within a line), and all fivegrams of word characters (letters and digits of
 * ASCII, and the underscore). Both are bitmaps of their hashes. What it denies is not there; what it admits may be. Hundreds of files have nearly every
 * trigram of names and numbers between them, so fivegrams are what tells a rare name from a common one.
 */
export interface GramFilter {
  /** A power of two of bits. */
  readonly three: Uint8Array;
  /** The same; null in a filter of the first form, which had none. */
  readonly five: Uint8Array | null;
}

/** Bits of the widest bitmap: 128 KiB. */
const WIDEST = 20;
const WIDEST_BYTES = 2 ** (WIDEST - 3);
const NARROWEST = 10;
/** A bitmap has four to eight bits for each gram, so that one in five to nine that are not there is admitted. */
const BITS_A_GRAM = 4;

export const gramFilterOf = (texts: Iterable<string>): GramFilter => {
  const three = new Uint8Array(WIDEST_BYTES);
  const five = new Uint8Array(WIDEST_BYTES);
  let threes = 0;
  let fives = 0;
  // Nearly all trigrams are of ASCII, and have been there before: those cost one look.
  const seen = new Uint32Array(2 ** 16);
  for (const text of texts) {
    let a = 0;
    let b = 0;
    let inLine = 0;
    let ascii = 0;
    let word = 0;
    let inWord = 0;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      const c = unit < 0x80 ? (folded[unit] as number) : foldCase(unit);
      if (c === LINE_END) {
        inLine = ascii = inWord = 0;
        continue;
      }
      inLine += 1;
      if (c < 0x80) {
        ascii += 1;
        const letter = letters[c] as number;
        word = (word << LETTER_BITS) | letter;
        inWord = letter === 0 ? 0 : inWord + 1;
        if (inWord > 4) fives += add(five, hashOfFive(word));
      } else ascii = inWord = 0;
      if (ascii > 2) {
        const trigram = (a << 14) | (b << 7) | c;
        const known = seen[trigram >>> 5] as number;
        if ((known & (1 << (trigram & 31))) === 0) {
          seen[trigram >>> 5] = known | (1 << (trigram & 31));
          threes += add(three, hashOfThree(a, b, c));
        }
      } else if (inLine > 2) threes += add(three, hashOfThree(a, b, c));
      a = b;
      b = c;
    }
  }
  return { three: narrowed(three, threes * BITS_A_GRAM), five: narrowed(five, fives * BITS_A_GRAM) };
};

/** How many bits are new: one, or none. */
const add = (bits: Uint8Array, hash: number): number => {
  const mask = 1 << (hash & 7);
  const byte = bits[hash >>> 3] as number;
  if ((byte & mask) !== 0) return 0;
  bits[hash >>> 3] = byte | mask;
  return 1;
};

/** A hash's lowest bits are its hash in a narrower filter, so the halves of a bitmap are laid over each other. */
const narrowed = (bits: Uint8Array, least: number): Uint8Array => {
  let narrow = bits;
  while (narrow.length > 2 ** (NARROWEST - 3) && narrow.length * 4 >= least) {
    const half = narrow.slice(0, narrow.length / 2);
    for (let i = 0; i < half.length; i++) half[i] = (half[i] as number) | (narrow[half.length + i] as number);
    narrow = half;
  }
  return narrow;
};

/** Hashes of the grams that a text has which has some literal in it. */
export interface Grams {
  readonly three: readonly number[];
  readonly five: readonly number[];
}

/**
 * What is asked for with a literal. Where case is ignored, grams of ASCII alone: what else folds to a letter is not kept. None for a literal of fewer
 * than three code units, and none of those that go over the end of a line.
 */
export const gramsOf = (literal: string, ignoreCase: boolean): Grams => {
  const units = Array.from({ length: literal.length }, (_, i) => foldCase(literal.charCodeAt(i)));
  const three = new Set<number>();
  const five = new Set<number>();
  for (let i = 2; i < units.length; i++) {
    const [a = 0, b = 0, c = 0] = units.slice(i - 2, i + 1);
    if (a === LINE_END || b === LINE_END || c === LINE_END || (ignoreCase && Math.max(a, b, c) > 0x7f)) continue;
    three.add(hashOfThree(a, b, c));
  }
  for (let i = 5; i <= units.length; i++) {
    const found = units.slice(i - 5, i).map((unit) => letters[unit] ?? 0);
    if (!found.includes(0)) five.add(hashOfFive(found.reduce((word, letter) => (word << LETTER_BITS) | letter, 0)));
  }
  return { three: [...three], five: [...five] };
};

/** Whether nothing can be asked for. */
export const isNoGrams = ({ three }: Grams): boolean => three.length === 0;

/** Whether all of these grams may be in the texts of the filter. */
export const mayHold = ({ three, five }: GramFilter, grams: Grams): boolean =>
  hasAll(three, grams.three) && (five === null || hasAll(five, grams.five));

const hasAll = (bits: Uint8Array, hashes: readonly number[]): boolean => {
  const mask = bits.length * 8 - 1;
  return hashes.every((hash) => ((bits[(hash & mask) >>> 3] as number) & (1 << (hash & 7))) !== 0);
};

/** What a filter takes in memory. */
export const filterBytes = ({ three, five }: GramFilter): number => three.length + (five?.length ?? 0);

const LINE_END = 0x0a;

/** The letters of ASCII, and the two others that are the same as one of them but for their case: the long s and the sign for kelvin. */
const foldCase = (unit: number): number => {
  if (unit >= 0x41 && unit <= 0x5a) return unit | 0x20;
  if (unit === 0x17f) return 0x73;
  return unit === 0x212a ? 0x6b : unit;
};

const folded = Uint8Array.from({ length: 0x80 }, (_, unit) => foldCase(unit));

/** Six bits for each character of a word, folded; 0 for any other. */
const LETTER_BITS = 6;
const letters = Uint8Array.from({ length: 0x80 }, (_, unit) => {
  const at = 'abcdefghijklmnopqrstuvwxyz0123456789_'.indexOf(String.fromCharCode(unit));
  return at + 1;
});

const hashOfThree = (a: number, b: number, c: number): number =>
  mixed(Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35));

/** The last five letters count. */
const hashOfFive = (word: number): number => mixed(Math.imul(word & (2 ** (5 * LETTER_BITS) - 1), 0x9e3779b1));

const mixed = (hash: number): number => {
  const once = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((once ^ (once >>> 13)) >>> 0) & (2 ** WIDEST - 1);
};

/** The first form had one bitmap, of trigrams. */
const FIRST_FORM = 'trigrams 1';
const FORM = 'grams 2';
const digits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** As it is stored: both bitmaps in hexadecimal, which the store compresses again. */
export const filterText = ({ three, five }: GramFilter): string =>
  five === null ? `${FIRST_FORM}\n${hexadecimal(three)}` : `${FORM}\n${hexadecimal(three)}\n${hexadecimal(five)}`;

const hexadecimal = (bits: Uint8Array): string => {
  let text = '';
  for (const byte of bits) text += digits[byte];
  return text;
};

/** Throws ObjectDamagedError for what is no filter. */
export const readFilter = (text: string): GramFilter => {
  const [form, three = '', five, ...more] = text.split('\n');
  if (form !== (five === undefined ? FIRST_FORM : FORM) || more.length > 0)
    throw new ObjectDamagedError(`not a filter of the form "${FORM}"`);
  return { three: bitmapOf(three), five: five === undefined ? null : bitmapOf(five) };
};

const bitmapOf = (text: string): Uint8Array => {
  const length = text.length / 2;
  if (length < 1 || (length & (length - 1)) !== 0 || !Number.isInteger(length))
    throw new ObjectDamagedError(`a filter of ${text.length} digits is cut short, or was changed`);
  const bits = new Uint8Array(length);
  for (let i = 0; i < length; i++) bits[i] = digitOf(text.charCodeAt(2 * i)) * 16 + digitOf(text.charCodeAt(2 * i + 1));
  return bits;
};

const digitOf = (unit: number): number => (unit >= 0x61 ? unit - 0x57 : unit - 0x30);
