import type { IndexHit } from '../../core/ports/search-index.ts';

/** A hit of one ranking; `relevance` is larger for the better, and comparable within that ranking only. */
export interface RankedHit extends Omit<IndexHit, 'score'> {
  readonly relevance: number;
}

/**
 * Fuses rankings by weight × relevance ÷ the ranking's best, so that a hit far ahead of the next stays so; the sum over all weights is 1.
 * A relevance of 0 or less counts nothing. Best first.
 */
export const fuseScores = (
  rankings: readonly { readonly hits: readonly RankedHit[]; readonly weight: number }[],
  limit: number,
): IndexHit[] => {
  const weights = rankings.reduce((sum, { weight }) => sum + weight, 0);
  const byKey = new Map<string, { hit: RankedHit; score: number }>();
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
  return [...byKey.values()]
    .sort((a, b) => b.score - a.score)
    .slice(0, limit)
    .map(({ hit: { relevance: _, ...hit }, score }) => ({ ...hit, score }));
};
