/** A hit of one ranking; `relevance` is larger for the better, and comparable within that ranking only. */
export interface Relevant {
  readonly blob: string;
  readonly ordinal: number;
  readonly relevance: number;
}

/** Words first: measured best with the offline embedder (docs/search.md). */
const wordsWeight = 1;
const vectorsWeight = 0.3;

/** What every index does with its two rankings. Best first, `limit` at most; of a hit of both, the words' is given. */
export const fuseRankings = <Hit extends Relevant>(
  byWords: readonly Hit[],
  byVector: readonly Hit[],
  limit: number,
): { readonly hit: Hit; readonly score: number }[] =>
  fuseScores(
    [
      { hits: byWords, weight: wordsWeight },
      { hits: byVector, weight: vectorsWeight },
    ],
    limit,
  );

/**
 * Fuses rankings by weight × relevance ÷ the ranking's best, so that a hit far ahead of the next stays so; the sum over all weights is 1.
 * A relevance of 0 or less counts nothing. Best first.
 */
export const fuseScores = <Hit extends Relevant>(
  rankings: readonly { readonly hits: readonly Hit[]; readonly weight: number }[],
  limit: number,
): { readonly hit: Hit; readonly score: number }[] => {
  const weights = rankings.reduce((sum, { weight }) => sum + weight, 0);
  const byKey = new Map<string, { hit: Hit; score: number }>();
  for (const { hits, weight } of rankings) {
    const best = Math.max(0, ...hits.map(({ relevance }) => relevance));
    const seen = new Set<string>();
    for (const hit of hits) {
      const key = `${hit.blob}:${hit.ordinal}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const fused = byKey.get(key) ?? { hit, score: 0 };
      fused.score += best === 0 ? 0 : ((weight / weights) * Math.max(0, hit.relevance)) / best;
      byKey.set(key, fused);
    }
  }
  return [...byKey.values()].sort((a, b) => b.score - a.score).slice(0, limit);
};
