import { describe, expect, it } from 'vitest';
import { fuseScores, keyOfRow } from '../../../core/search/rules/score-fusion.ts';

const hit = (blob: string, relevance: number) => ({ blob, ordinal: 0, text: blob, relevance });
const blobs = (hits: readonly { hit: { blob: string } }[]) => hits.map(({ hit }) => hit.blob).join('');

describe('fuseScores', () => {
  it('keeps the order of one ranking', () => {
    expect(blobs(fuseScores([{ hits: [hit('a', 3), hit('b', 2), hit('c', 1)], weight: 1 }], 9, keyOfRow))).toBe('abc');
  });

  it('puts first what both rankings know, and weighs them', () => {
    const words = { hits: [hit('a', 3), hit('b', 2)], weight: 1 };
    const vectors = { hits: [hit('c', 0.9), hit('b', 0.8)], weight: 0.5 };
    expect(blobs(fuseScores([words, vectors], 9, keyOfRow))).toBe('bac');
    expect(fuseScores([words, vectors], 9, keyOfRow)[0]?.score).toBeCloseTo((2 / 3 + (0.5 * 0.8) / 0.9) / 1.5);
  });

  it('keeps how far a hit is ahead', () => {
    const words = { hits: [hit('a', 10), hit('b', 1)], weight: 1 };
    const vectors = { hits: [hit('b', 0.9), hit('a', 0.1)], weight: 0.3 };
    expect(blobs(fuseScores([words, vectors], 9, keyOfRow))).toBe('ab');
  });

  it('counts a relevance of 0 or less as nothing', () => {
    const fused = fuseScores([{ hits: [hit('a', 0), hit('b', -1)], weight: 1 }], 9, keyOfRow);
    expect(fused.map(({ score }) => score)).toEqual([0, 0]);
  });

  it('counts a hit once a ranking, and gives as many as wanted', () => {
    const twice = { hits: [hit('a', 2), hit('a', 2), hit('b', 1)], weight: 1 };
    expect(blobs(fuseScores([twice], 9, keyOfRow))).toBe('ab');
    expect(fuseScores([twice], 9, keyOfRow)[1]?.score).toBeCloseTo(0.5);
    expect(blobs(fuseScores([twice], 1, keyOfRow))).toBe('a');
  });

  it('answers with the hits as they were given', () => {
    expect(fuseScores([{ hits: [hit('a', 2)], weight: 1 }], 1, keyOfRow)).toEqual([{ hit: hit('a', 2), score: 1 }]);
  });
});
