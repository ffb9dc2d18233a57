import { codeTokens } from '../../core/search/rules/code-tokens.ts';

/** Okapi BM25's usual constants. */
const saturation = 1.2;
const lengthWeight = 0.75;

export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** Answers a query with paths, best first. */
export type Baseline = (query: string) => readonly string[];

const ranked = (scores: ReadonlyMap<string, number>): readonly string[] =>
  [...scores]
    .filter(([, score]) => score > 0)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([path]) => path);

/** BM25 over whole files, by the same words as the service's, those of the path among them. */
export const bm25 = (files: readonly TextFile[]): Baseline => {
  const documents = files.map(({ path, text }) => {
    const tokens = [...codeTokens(path), ...codeTokens(text)];
    const counts = new Map<string, number>();
    for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
    return { path, counts, length: tokens.length };
  });
  const meanLength = documents.reduce((sum, { length }) => sum + length, 0) / Math.max(1, documents.length);
  return (query) => {
    const scores = new Map<string, number>();
    for (const word of new Set(codeTokens(query))) {
      const holders = documents.filter(({ counts }) => counts.has(word));
      const rarity = Math.log(1 + (documents.length - holders.length + 0.5) / (holders.length + 0.5));
      for (const { path, counts, length } of holders) {
        const count = counts.get(word) ?? 0;
        const damping = saturation * (1 - lengthWeight + (lengthWeight * length) / meanLength);
        scores.set(path, (scores.get(path) ?? 0) + (rarity * count * (saturation + 1)) / (count + damping));
      }
    }
    return ranked(scores);
  };
};

/** What somebody does with grep: each word, whatever its case, anywhere in a line. The more words a file has the better, then the more lines. */
export const grep = (files: readonly TextFile[]): Baseline => {
  const lowered = files.map(({ path, text }) => ({ path, lines: text.toLowerCase().split('\n') }));
  return (query) => {
    const words = [...new Set(query.toLowerCase().split(/\s+/).filter(Boolean))];
    const scores = new Map<string, number>();
    for (const { path, lines } of lowered) {
      let held = 0;
      let matches = 0;
      for (const word of words) {
        const count = lines.reduce((sum, line) => sum + (line.includes(word) ? 1 : 0), 0);
        held += count > 0 ? 1 : 0;
        matches += count;
      }
      scores.set(path, held + matches / (matches + 1_000));
    }
    return ranked(scores);
  };
};
