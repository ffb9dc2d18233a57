import { codeTokens } from '../../core/search/rules/code-tokens.ts';

/** Okapi BM25's usual constants. */
const saturation = 1.2;
const lengthWeight = 0.75;
/** Reciprocal rank fusion's usual constant (Cormack, Clarke and Büttcher, 2009). */
const rankOffset = 60;

/**
 * Ranks candidates that a vector query found by their vectors and by the query's words, fused by reciprocal rank.
 * S3 Vectors keeps no word index: document frequencies are those among the candidates, and a text that the vectors did
 * not bring up is not found by its words either. Best first; a score is at most 2 / 61.
 *
 * @param candidates nearest vector first.
 */
export const rankCandidates = <T extends { readonly text: string }>(
  candidates: readonly T[],
  words: string,
): { candidate: T; score: number }[] => {
  const wordRanks = ranksByWords(candidates, words);
  return candidates
    .map((candidate, index) => {
      const wordRank = wordRanks.get(index);
      const byWords = wordRank === undefined ? 0 : 1 / (rankOffset + wordRank);
      return { candidate, score: 1 / (rankOffset + index + 1) + byWords };
    })
    .sort((left, right) => right.score - left.score);
};

/** Ranks, from 1, of the candidates that hold any of the words, by BM25. */
const ranksByWords = (candidates: readonly { readonly text: string }[], words: string): Map<number, number> => {
  const wanted = new Set(codeTokens(words));
  const documents = candidates.map(({ text }) => countWanted(text, wanted));
  const frequency = new Map<string, number>();
  for (const { counts } of documents)
    for (const token of counts.keys()) frequency.set(token, (frequency.get(token) ?? 0) + 1);
  const averageLength = documents.reduce((sum, { length }) => sum + length, 0) / Math.max(documents.length, 1);

  const score = ({ counts, length }: CountedText): number => {
    let sum = 0;
    for (const [token, count] of counts) {
      const holders = frequency.get(token) ?? 0;
      const rarity = Math.log(1 + (documents.length - holders + 0.5) / (holders + 0.5));
      const damping = saturation * (1 - lengthWeight + (lengthWeight * length) / averageLength);
      sum += (rarity * count * (saturation + 1)) / (count + damping);
    }
    return sum;
  };
  const order = documents
    .map((document, index) => ({ index, score: score(document) }))
    .filter((document) => document.score > 0)
    .sort((left, right) => right.score - left.score);
  return new Map(order.map(({ index }, rank) => [index, rank + 1]));
};

interface CountedText {
  /** How often the text contains each wanted token. */
  readonly counts: ReadonlyMap<string, number>;
  readonly length: number;
}

const countWanted = (text: string, wanted: ReadonlySet<string>): CountedText => {
  const tokens = codeTokens(text);
  const counts = new Map<string, number>();
  for (const token of tokens) if (wanted.has(token)) counts.set(token, (counts.get(token) ?? 0) + 1);
  return { counts, length: tokens.length };
};
