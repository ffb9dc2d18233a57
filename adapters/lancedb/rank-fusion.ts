import type { IndexHit } from '../../core/ports/search-index.ts';

/** Reciprocal rank fusion's usual constant (Cormack et al., 2009): softens how much the very first ranks count. */
const k = 60;

/** A hit of one ranking; `relevance` is larger for the better, and comparable within that ranking only. */
export interface RankedHit extends Omit<IndexHit, 'score'> {
  readonly relevance: number;
}

/**
 * Fuses rankings, best first, by weight ÷ (60 + rank). A hit of several rankings gets the sum. Hits of equal relevance
 * share their rank: which of two equal texts comes first is chance, and must not outweigh what the other ranking says.
 */
export const fuseRanks = (
  rankings: readonly { readonly hits: readonly RankedHit[]; readonly weight: number }[],
  limit: number,
): IndexHit[] => {
  const byKey = new Map<string, { hit: RankedHit; score: number }>();
  for (const { hits, weight } of rankings) {
    const seen = new Set<string>();
    let rank = 0;
    let last: number | null = null;
    for (const hit of hits) {
      const key = `${hit.blob}:${hit.ordinal}`;
      if (seen.has(key)) continue;
      seen.add(key);
      if (hit.relevance !== last) rank = seen.size;
      last = hit.relevance;
      const fused = byKey.get(key) ?? { hit, score: 0 };
      fused.score += weight / (k + rank);
      byKey.set(key, fused);
    }
  }
  return [...byKey.values()]
    .sort((a, b) => b.score - a.score)
    .slice(0, limit)
    .map(({ hit: { relevance: _, ...hit }, score }) => ({ ...hit, score }));
};
