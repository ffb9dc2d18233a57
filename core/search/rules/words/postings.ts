import { readNumbers, writeNumbers } from './numbers.ts';

/** A word's rows as text. */
export interface WrittenPostings {
  readonly count: number;
  readonly text: string;
}

/** `row` is larger than the one before; `times` at least 1. */
type Add = (row: number, times: number) => void;

const numbers = writeNumbers();

/**
 * Which rows have a word, by their numbers in a segment, ascending, and how often: the distance to the row before, twice, and one more where the
 * word is there several times, with how often behind it.
 */
export const writePostings = (feed: (add: Add) => void): WrittenPostings => {
  let previous = -1;
  let count = 0;
  feed((row, times) => {
    const distance = row - previous - 1;
    previous = row;
    count += 1;
    numbers.add((distance << 1) | (times === 1 ? 0 : 1));
    if (times !== 1) numbers.add(times - 2);
  });
  return { count, text: numbers.take() };
};

/** Calls `take` for each of `count` rows. Throws RangeError for a text that ends before. */
export const readPostings = (text: string, from: number, count: number, take: Add): void => {
  const read = readNumbers(text, from);
  let row = -1;
  for (let i = 0; i < count; i++) {
    const head = read.next();
    row += (head >>> 1) + 1;
    take(row, (head & 1) === 0 ? 1 : read.next() + 2);
  }
};
