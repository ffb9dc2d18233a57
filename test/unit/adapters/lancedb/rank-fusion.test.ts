import { describe, expect, it } from 'vitest';
import { fuseRanks, type RankedHit } from '../../../../adapters/lancedb/rank-fusion.ts';

const hit = (blob: string, relevance: number): RankedHit => ({
  blob,
  ordinal: 0,
  startLine: 1,
  endLine: 2,
  text: blob,
  relevance,
});
const blobs = (hits: readonly { blob: string }[]) => hits.map(({ blob }) => blob).join('');

describe('fuseRanks', () => {
  it('keeps the order of one ranking', () => {
    expect(blobs(fuseRanks([{ hits: [hit('a', 3), hit('b', 2), hit('c', 1)], weight: 1 }], 9))).toBe('abc');
  });

  it('puts first what both rankings know, and weighs them', () => {
    const words = { hits: [hit('a', 3), hit('b', 2)], weight: 1 };
    const vectors = { hits: [hit('c', 0.9), hit('b', 0.8)], weight: 0.5 };
    expect(blobs(fuseRanks([words, vectors], 9))).toBe('bac');
    expect(fuseRanks([words, vectors], 9)[0]?.score).toBeCloseTo(1 / 62 + 0.5 / 62);
  });

  it('gives hits of equal relevance the same rank', () => {
    const words = { hits: [hit('a', 1), hit('b', 1), hit('c', 0.5)], weight: 1 };
    const vectors = { hits: [hit('b', 0.9), hit('a', 0.8)], weight: 0.5 };
    const fused = fuseRanks([words, vectors], 9);
    expect(blobs(fused)).toBe('bac');
    expect(fused[2]?.score).toBeCloseTo(1 / 63);
  });

  it('counts a hit once a ranking, and gives as many as wanted', () => {
    const twice = { hits: [hit('a', 2), hit('a', 2), hit('b', 1)], weight: 1 };
    expect(blobs(fuseRanks([twice], 9))).toBe('ab');
    expect(fuseRanks([twice], 9)[1]?.score).toBeCloseTo(1 / 62);
    expect(blobs(fuseRanks([twice], 1))).toBe('a');
  });

  it('answers with hits, without what ranked them', () => {
    expect(fuseRanks([{ hits: [hit('a', 2)], weight: 1 }], 1)).toEqual([
      { blob: 'a', ordinal: 0, startLine: 1, endLine: 2, text: 'a', score: 1 / 61 },
    ]);
  });
});
