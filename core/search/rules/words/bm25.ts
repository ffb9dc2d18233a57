/** Okapi BM25 with its usual constants, as LanceDB's index of words has it. */
const saturation = 1.2;
const lengthWeight = 0.75;

export interface WordStatistics {
  /** Rows of all segments, and how many words they have. */
  readonly rows: number;
  readonly words: number;
}

/** What a row gets for a word. @param holders rows that have the word. */
export const bm25 = ({ rows, words }: WordStatistics, holders: number) => {
  const rarity = Math.log(1 + (rows - holders + 0.5) / (holders + 0.5));
  const average = words / Math.max(1, rows);
  return (times: number, length: number): number =>
    (rarity * times * (saturation + 1)) /
    (times + saturation * (1 - lengthWeight + (lengthWeight * length) / Math.max(1, average)));
};
