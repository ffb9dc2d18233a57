import type { Table } from '@lancedb/lancedb';
import { wordStem } from '../../core/search/rules/word-stem.ts';
import type { PackedStrings } from './packed-rows.ts';
import { holdsStems } from './rows.ts';
import { copyShortStems, noteShortStem, SHORT } from './short-stems.ts';

/**
 * LanceDB stems each word of each row anew, when it builds its index of words and, of rows that no index holds, with each query: half of what that index costs
 * (7.0 s of processor time in place of 3.6 for 157,000 rows, measured). So a table is given stems, each word's worked out once, by the same algorithm.
 * A table that an older version made has words, and goes on being given words.
 */
export const givenStems = async (table: Table): Promise<boolean> => {
  const known = given.get(table);
  if (known !== undefined) return known;
  const found = holdsStems(await table.schema());
  given.set(table, found);
  return found;
};

const given = new WeakMap<Table, boolean>();

const SPACE = 32;
/** Words that are remembered, and the bytes of these and their stems: 4.7 MB with what finds them. When it is full, all are forgotten. */
const SLOTS = 1 << 18;
const MOST_REMEMBERED = SLOTS / 2;
const MOST_BYTES = 2 * 1024 * 1024;

/**
 * Words and their stems as bytes, found by a hash of the word: as strings in a map, the words of a full index of 157,000 rows are garbage that costs 100 MB of memory
 * and more at the peak (measured). Word and stem stand one behind the other in `pool`.
 */
const memory = {
  /** In each slot the place of an entry in `places`, less by one; 0: none. */
  slots: new Int32Array(0),
  /** Of each entry: where its word begins in the pool, and how long word and stem are. */
  places: new Int32Array(0),
  pool: new Uint8Array(0),
  entries: 0,
  used: 0,
};

const forget = (): void => {
  if (memory.slots.length === 0) {
    memory.slots = new Int32Array(SLOTS);
    memory.places = new Int32Array(3 * MOST_REMEMBERED);
    memory.pool = new Uint8Array(MOST_BYTES);
  } else memory.slots.fill(0);
  memory.entries = 0;
  memory.used = 0;
};

/** The stems of words that stand with spaces between. */
export const stemmed = ({ bytes, offsets }: PackedStrings): PackedStrings => {
  if (memory.slots.length === 0) forget();
  const ends = new Int32Array(offsets.length);
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const reached = { word: 0, stem: 0 };
  reserve(bytes.length + SHORT);
  for (let row = 0; row + 1 < offsets.length; row++) {
    const end = offsets[row + 1] as number;
    reached.word = offsets[row] as number;
    const mayCopy = end + SHORT <= bytes.length;
    while (reached.word < end) {
      if (mayCopy) copyShortStems(words, end, output.view, reached);
      if (reached.word < end) addStem(bytes, end, reached);
    }
    ends[row + 1] = reached.stem;
  }
  // Arrow takes a buffer of its own.
  return { bytes: output.bytes.slice(0, reached.stem), offsets: ends };
};

/** Where stems are put together: kept, and grown for the longest. */
let output = { bytes: new Uint8Array(0), view: new DataView(new ArrayBuffer(0)) };

const reserve = (size: number): void => {
  if (size <= output.bytes.length) return;
  const larger = new Uint8Array(Math.max(size, output.bytes.length * 2));
  larger.set(output.bytes);
  output = { bytes: larger, view: new DataView(larger.buffer) };
};

/** The stem of one word, of whatever length, and the space behind it. */
const addStem = (bytes: Uint8Array, end: number, reached: { word: number; stem: number }): void => {
  const from = reached.word;
  let to = from;
  let hash = 0x811c9dc5;
  for (; to < end && bytes[to] !== SPACE; to++) hash = Math.imul(hash ^ (bytes[to] as number), 0x01000193);
  const entry = entryOf(bytes, from, to, hash);
  const at = (memory.places[entry * 3] as number) + (to - from);
  const length = memory.places[entry * 3 + 2] as number;
  reserve(reached.stem + length + 1);
  const { pool } = memory;
  for (let n = 0; n < length; n++) output.bytes[reached.stem + n] = pool[at + n] as number;
  noteShortStem(bytes, from, to, pool, at, length);
  reached.word = to;
  reached.stem += length;
  if (to === end) return;
  output.bytes[reached.stem++] = SPACE;
  reached.word += 1;
};

const entryOf = (bytes: Uint8Array, from: number, to: number, hash: number): number => {
  const length = to - from;
  const home = (hash ^ (hash >>> 15)) & (SLOTS - 1);
  for (let slot = home; ; slot = (slot + 1) & (SLOTS - 1)) {
    const entry = (memory.slots[slot] as number) - 1;
    if (entry < 0) return remember(bytes.subarray(from, to), slot, home);
    if (memory.places[entry * 3 + 1] !== length) continue;
    const at = memory.places[entry * 3] as number;
    let same = 0;
    while (same < length && memory.pool[at + same] === bytes[from + same]) same++;
    if (same === length) return entry;
  }
};

/** @param home the slot where it is looked for first: that is free when all have been forgotten. */
const remember = (word: Uint8Array, slot: number, home: number): number => {
  const stem = Buffer.from(wordStem(Buffer.from(word).toString()));
  const size = word.length + stem.length;
  const isFull = memory.entries === MOST_REMEMBERED || memory.used + size > memory.pool.length;
  if (isFull) {
    forget();
    if (size > memory.pool.length) memory.pool = new Uint8Array(size);
  }
  const { entries: entry, used } = memory;
  memory.pool.set(word, used);
  memory.pool.set(stem, used + word.length);
  memory.places.set([used, word.length, stem.length], entry * 3);
  memory.slots[isFull ? home : slot] = entry + 1;
  memory.entries += 1;
  memory.used += size;
  return entry;
};
