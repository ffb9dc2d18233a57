import { ObjectDamagedError } from '../../domain/errors.ts';

/**
 * Which trigrams (three UTF-16 code units within a line, case folded) some texts have: a bitmap of their hashes. What it denies is not there; what it
 * admits may be.
 */
export interface TrigramFilter {
  /** A power of two of bits. */
  readonly bits: Uint8Array;
}

/** Bits of the widest filter: 128 KiB. */
const WIDEST = 20;
const NARROWEST = 10;
/** A filter has four to eight bits for each trigram, so that one in five to nine that are not there is admitted. */
const BITS_A_TRIGRAM = 4;

export const trigramFilterOf = (texts: Iterable<string>): TrigramFilter => {
  const bits = new Uint8Array(2 ** (WIDEST - 3));
  let found = 0;
  const add = (a: number, b: number, c: number): void => {
    const hash = hashOf(a, b, c);
    const mask = 1 << (hash & 7);
    const byte = bits[hash >>> 3] as number;
    if ((byte & mask) === 0) found += 1;
    bits[hash >>> 3] = byte | mask;
  };
  // Nearly all are of ASCII, and have been there before: those cost one look.
  const seen = new Uint32Array(2 ** 16);
  for (const text of texts) {
    let a = 0;
    let b = 0;
    let inLine = 0;
    let ascii = 0;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      const c = unit < 0x80 ? (folded[unit] as number) : foldCase(unit);
      if (c === LINE_END) {
        inLine = 0;
        ascii = 0;
        continue;
      }
      inLine += 1;
      ascii = c < 0x80 ? ascii + 1 : 0;
      if (ascii > 2) {
        const trigram = (a << 14) | (b << 7) | c;
        const word = seen[trigram >>> 5] as number;
        if ((word & (1 << (trigram & 31))) === 0) {
          seen[trigram >>> 5] = word | (1 << (trigram & 31));
          add(a, b, c);
        }
      } else if (inLine > 2) add(a, b, c);
      a = b;
      b = c;
    }
  }
  return { bits: narrowed(bits, found * BITS_A_TRIGRAM) };
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

/** Trigrams, as they are asked for: see {@link trigramsOf}. */
export type Trigrams = readonly number[];

/**
 * The trigrams that a text has which has this literal in it. Where case is ignored, those of ASCII alone: what else folds to a letter is not kept.
 * None for a literal of fewer than three code units, and none of those that go over the end of a line.
 */
export const trigramsOf = (literal: string, ignoreCase: boolean): Trigrams => {
  const found = new Set<number>();
  for (let i = 2; i < literal.length; i++) {
    const units = [literal.charCodeAt(i - 2), literal.charCodeAt(i - 1), literal.charCodeAt(i)];
    const [a = 0, b = 0, c = 0] = units.map(foldCase);
    if (a === LINE_END || b === LINE_END || c === LINE_END || (ignoreCase && Math.max(a, b, c) > 0x7f)) continue;
    found.add(hashOf(a, b, c));
  }
  return [...found];
};

/** Whether all of these trigrams may be in the texts of the filter. */
export const mayHold = ({ bits }: TrigramFilter, trigrams: Trigrams): boolean => {
  const mask = bits.length * 8 - 1;
  return trigrams.every((hash) => ((bits[(hash & mask) >>> 3] as number) & (1 << (hash & 7))) !== 0);
};

const LINE_END = 0x0a;

/** The letters of ASCII, and the two others that are the same as one of them but for their case: the long s and the sign for kelvin. */
const foldCase = (unit: number): number => {
  if (unit >= 0x41 && unit <= 0x5a) return unit | 0x20;
  if (unit === 0x17f) return 0x73;
  return unit === 0x212a ? 0x6b : unit;
};

const folded = Uint8Array.from({ length: 0x80 }, (_, unit) => foldCase(unit));

const hashOf = (a: number, b: number, c: number): number => {
  let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) & (2 ** WIDEST - 1);
};

const FORM = 'trigrams 1';
const digits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** As it is stored: the bitmap in hexadecimal, which the store compresses again. */
export const filterText = ({ bits }: TrigramFilter): string => {
  let text = `${FORM}\n`;
  for (const byte of bits) text += digits[byte];
  return text;
};

/** Throws ObjectDamagedError for what is no filter. */
export const readFilter = (text: string): TrigramFilter => {
  const from = text.indexOf('\n') + 1;
  const length = (text.length - from) / 2;
  if (text.slice(0, from) !== `${FORM}\n` || length < 1 || (length & (length - 1)) !== 0)
    throw new ObjectDamagedError(`not a filter of the form "${FORM}"`);
  const bits = new Uint8Array(length);
  for (let i = 0; i < length; i++)
    bits[i] = digitOf(text.charCodeAt(from + 2 * i)) * 16 + digitOf(text.charCodeAt(from + 2 * i + 1));
  return { bits };
};

const digitOf = (unit: number): number => (unit >= 0x61 ? unit - 0x57 : unit - 0x30);
