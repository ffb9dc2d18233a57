import { asciiUnits, BEYOND_ASCII } from '../../domain/ascii-units.ts';
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

/** Of one filter after the other: cleared for each. */
const scratch = {
  units: new Uint8Array(0) as Uint8Array,
  three: new Uint8Array(WIDEST_BYTES),
  five: new Uint8Array(WIDEST_BYTES),
  /** A bit for each trigram of ASCII. */
  trigrams: new Int32Array(2 ** 16),
};

export const gramFilterOf = (texts: Iterable<string>): GramFilter => {
  const { three, five, trigrams } = scratch;
  for (const each of [three, five, trigrams]) each.fill(0);
  for (const text of texts) {
    scratch.units = asciiUnits(text, scratch.units);
    if (addAscii(scratch.units, text.length)) addAll(text);
  }
  addTrigrams();
  return { three: narrowed(three), five: narrowed(five) };
};

/**
 * Adds all grams of ASCII; what is beyond ends a line. Trigrams are only noted: nearly all have been there before.
 * @returns whether anything is beyond ASCII.
 */
const addAscii = (units: Uint8Array, length: number): boolean => {
  const { five, trigrams } = scratch;
  let trigram = (LINE_END << 7) | LINE_END;
  let word = 0;
  let inWord = 0;
  let all = 0;
  for (let i = 0; i < length; i++) {
    const unit = units[i] as number;
    all |= unit;
    trigram = ((trigram << 7) | (folded[unit] as number)) & TRIGRAM;
    trigrams[trigram >>> 5] = (trigrams[trigram >>> 5] as number) | (1 << (trigram & 31));
    const letter = letters[unit] as number;
    word = (word << LETTER_BITS) | letter;
    inWord = letter === 0 ? 0 : inWord + 1;
    if (inWord > 4) add(five, hashOfFive(word));
  }
  return all >= BEYOND_ASCII;
};

/** Adds the trigrams that {@link addAscii} has noted, but for those that go over the end of a line. */
const addTrigrams = (): void => {
  const { three, trigrams } = scratch;
  for (let n = 0; n < trigrams.length; n++)
    for (let bits = trigrams[n] as number; bits !== 0; bits &= bits - 1) {
      const trigram = (n << 5) | (31 - Math.clz32(bits & -bits));
      const [a, b, c] = [trigram >>> 14, (trigram >>> 7) & 0x7f, trigram & 0x7f];
      if (a !== LINE_END && b !== LINE_END && c !== LINE_END) add(three, hashOfThree(a, b, c));
    }
};

/** Adds all grams of a text, of whatever script. */
const addAll = (text: string): void => {
  const { three, five } = scratch;
  let a = 0;
  let b = 0;
  let inLine = 0;
  let word = 0;
  let inWord = 0;
  for (let i = 0; i < text.length; i++) {
    const c = foldCase(text.charCodeAt(i));
    if (c === LINE_END) {
      inLine = inWord = 0;
      continue;
    }
    inLine += 1;
    const letter = c < BEYOND_ASCII ? (letters[c] as number) : 0;
    word = (word << LETTER_BITS) | letter;
    inWord = letter === 0 ? 0 : inWord + 1;
    if (inWord > 4) add(five, hashOfFive(word));
    if (inLine > 2) add(three, hashOfThree(a, b, c));
    a = b;
    b = c;
  }
};

const add = (bits: Uint8Array, hash: number): void => {
  bits[hash >>> 3] = (bits[hash >>> 3] as number) | (1 << (hash & 7));
};

/** A hash's lowest bits are its hash in a narrower filter, so the halves of a bitmap are laid over each other. Four bytes at a time. */
const narrowed = (bits: Uint8Array): Uint8Array => {
  let words = new Int32Array(bits.slice().buffer);
  const least = onesIn(words) * BITS_A_GRAM;
  while (words.byteLength > 2 ** (NARROWEST - 3) && words.byteLength * 4 >= least) {
    const half = words.length / 2;
    for (let i = 0; i < half; i++) words[i] = (words[i] as number) | (words[half + i] as number);
    words = words.subarray(0, half);
  }
  return new Uint8Array(words.buffer, 0, words.byteLength).slice();
};

/** How many bits are set. */
const onesIn = (words: Int32Array): number => {
  let ones = 0;
  for (let i = 0; i < words.length; i++) {
    let word = words[i] as number;
    // Counted in pairs, in fours, in bytes, and these added up.
    word -= (word >>> 1) & 0x5555_5555;
    word = (word & 0x3333_3333) + ((word >>> 2) & 0x3333_3333);
    ones += Math.imul((word + (word >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
  }
  return ones;
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

/** What is beyond ASCII ends a line. */
const folded = Uint8Array.from({ length: BEYOND_ASCII + 1 }, (_, unit) =>
  unit === BEYOND_ASCII ? LINE_END : foldCase(unit),
);

/** Six bits for each character of a word, folded; 0 for any other. */
const LETTER_BITS = 6;
const letters = Uint8Array.from({ length: BEYOND_ASCII + 1 }, (_, unit) => {
  const at = 'abcdefghijklmnopqrstuvwxyz0123456789_'.indexOf(String.fromCharCode(foldCase(unit)));
  return at + 1;
});

const hashOfThree = (a: number, b: number, c: number): number =>
  mixed(Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35));

/** Seven bits for each of three characters of ASCII. */
const TRIGRAM = 0x1f_ffff;

/** The last five letters count. */
const hashOfFive = (word: number): number => mixed(Math.imul(word & (2 ** (5 * LETTER_BITS) - 1), 0x9e3779b1));

const mixed = (hash: number): number => {
  const once = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((once ^ (once >>> 13)) >>> 0) & (2 ** WIDEST - 1);
};

/** The first form had one bitmap, of trigrams. */
const FIRST_FORM = 'trigrams 1';
const FORM = 'grams 2';
const digits = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
const decoder = new TextDecoder();

/** As it is stored: both bitmaps in hexadecimal, which the store compresses again. */
export const filterText = ({ three, five }: GramFilter): string =>
  five === null ? `${FIRST_FORM}\n${hexadecimal(three)}` : `${FORM}\n${hexadecimal(three)}\n${hexadecimal(five)}`;

const hexadecimal = (bits: Uint8Array): string => {
  const text = new Uint8Array(bits.length * 2);
  for (let i = 0; i < bits.length; i++) {
    const byte = bits[i] as number;
    text[2 * i] = digits[byte >>> 4] as number;
    text[2 * i + 1] = digits[byte & 15] as number;
  }
  return decoder.decode(text);
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
