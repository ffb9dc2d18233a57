/** A hit of one ranking; `relevance` is larger for the better, and comparable within that ranking only. */
export interface Ranked {
  readonly relevance: number;
}

export interface Relevant extends Ranked {
  readonly blob: string;
  readonly ordinal: number;
}

export const keyOfRow = ({ blob, ordinal }: Relevant): string => `${blob}:${ordinal}`;

/** Words first: measured best with the offline embedder (docs/search.md). */
const wordsWeight = 1;
const vectorsWeight = 0.3;

/** What every index does with its two rankings. Best first, `limit` at most; of a hit of both, the words' is given. `keyOf`: what tells rows apart. */
export const fuseRankings = <Hit extends Ranked>(
  byWords: readonly Hit[],
  byVector: readonly Hit[],
  limit: number,
  keyOf: (hit: Hit) => unknown,
): { readonly hit: Hit; readonly score: number }[] =>
  fuseScores(
    [
      { hits: byWords, weight: wordsWeight },
      { hits: byVector, weight: vectorsWeight },
    ],
    limit,
    keyOf,
  );

/**
 * Fuses rankings by weight × relevance ÷ the ranking's best, so that a hit far ahead of the next stays so; the sum over all weights is 1.
 * A relevance of 0 or less counts nothing. Best first.
 */
export const fuseScores = <Hit extends Ranked>(
  rankings: readonly { readonly hits: readonly Hit[]; readonly weight: number }[],
  limit: number,
  keyOf: (hit: Hit) => unknown,
): { readonly hit: Hit; readonly score: number }[] => {
  const weights = rankings.reduce((sum, { weight }) => sum + weight, 0);
  const byKey = new Map<unknown, { hit: Hit; score: number }>();
  for (const { hits, weight } of rankings) {
    const best = Math.max(0, ...hits.map(({ relevance }) => relevance));
    const seen = new Set<unknown>();
    for (const hit of hits) {
      const key = keyOf(hit);
      if (seen.has(key)) continue;
      seen.add(key);
      const fused = byKey.get(key) ?? { hit, score: 0 };
      fused.score += best === 0 ? 0 : ((weight / weights) * Math.max(0, hit.relevance)) / best;
      byKey.set(key, fused);
    }
  }
  return [...byKey.values()].sort((a, b) => b.score - a.score).slice(0, limit);
};
