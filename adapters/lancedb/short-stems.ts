/**
 * Stems of words of up to eight bytes, found by the word itself in one place of memory: 86 % of the words of code are no longer (measured). A word that
 * falls into another one's place takes it.
 */
const PLACES = 1 << 13;
/** Of each place: the word in two numbers of four bytes, its stem in two more, and how long word and stem are. */
const NUMBERS = 5;
const places = new Int32Array(PLACES * NUMBERS);

/** What a short word and its stem have at most. */
export const SHORT = 8;

const SPACES = 0x20202020;
const ONES = 0x01010101;
const HIGH_BITS = 0x80808080 | 0;

/** How many bytes are before the first space of four bytes, the lowest first; 4: there is none. */
const beforeSpace = (four: number): number => {
  const zeros = four ^ SPACES;
  const found = (zeros - ONES) & ~zeros & HIGH_BITS;
  return found === 0 ? 4 : (31 - Math.clz32(found & -found)) >> 3;
};

/** The lowest bytes. */
const lowest = (four: number, bytes: number): number => (bytes >= 4 ? four : four & ((1 << (bytes * 8)) - 1));

const placeOf = (low: number, high: number): number => {
  const hash = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1);
  return ((hash ^ (hash >>> 15)) & (PLACES - 1)) * NUMBERS;
};

/**
 * Goes over short words that stand with spaces between, as long as their stems are known, and writes these with the spaces.
 * @param words is read eight bytes at a time: as many have to be behind `end`.
 * @param stems is written so too: it ends where there is no room for that.
 * @param reached where it has come to, in both.
 */
export const copyShortStems = (
  words: DataView,
  end: number,
  stems: DataView,
  reached: { word: number; stem: number },
): void => {
  let from = reached.word;
  let at = reached.stem;
  const full = stems.byteLength - SHORT;
  while (from < end && at < full) {
    const four = words.getInt32(from, true);
    const next = words.getInt32(from + 4, true);
    let length = beforeSpace(four);
    if (length === 4) length += beforeSpace(next);
    const left = end - from;
    if (length > left) length = left;
    else if (length === SHORT && left > SHORT && words.getUint8(from + SHORT) !== 0x20) break;
    const low = lowest(four, length);
    const high = length <= 4 ? 0 : lowest(next, length - 4);
    const place = placeOf(low, high);
    const sizes = places[place + 4] as number;
    if (places[place] !== low || places[place + 1] !== high || sizes >> 8 !== length) break;
    stems.setInt32(at, places[place + 2] as number, true);
    stems.setInt32(at + 4, places[place + 3] as number, true);
    at += sizes & 0xff;
    from += length;
    if (from >= end) break;
    stems.setUint8(at++, 0x20);
    from += 1;
  }
  reached.word = from;
  reached.stem = at;
};

/** Notes the stem of a word of `bytes`, if both are short. */
export const noteShortStem = (
  bytes: Uint8Array,
  from: number,
  to: number,
  stems: Uint8Array,
  at: number,
  length: number,
): void => {
  if (to - from > SHORT || length > SHORT) return;
  const low = fourAt(bytes, from, to);
  const high = fourAt(bytes, from + 4, to);
  const place = placeOf(low, high);
  places[place] = low;
  places[place + 1] = high;
  places[place + 2] = fourAt(stems, at, at + length);
  places[place + 3] = fourAt(stems, at + 4, at + length);
  places[place + 4] = ((to - from) << 8) | length;
};

/** Up to four bytes as a number, the first the lowest. */
const fourAt = (bytes: Uint8Array, from: number, to: number): number => {
  let four = 0;
  for (let at = from, shift = 0; at < to && shift < 32; at++, shift += 8) four |= (bytes[at] as number) << shift;
  return four;
};
