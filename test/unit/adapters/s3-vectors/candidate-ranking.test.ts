import { describe, expect, it } from 'vitest';
import { rankCandidates } from '../../../../adapters/s3-vectors/candidate-ranking.ts';

const texts = (...all: string[]) => all.map((text) => ({ text }));
const order = (candidates: { text: string }[], words: string) =>
  rankCandidates(candidates, words).map(({ candidate }) => candidate.text);

describe('ranking the candidates of a vector query', () => {
  it('keeps the vectors’ order where no word is found', () => {
    expect(order(texts('a one', 'b two', 'c three'), 'missing')).toEqual(['a one', 'b two', 'c three']);
  });

  it('puts a rare word before a common one', () => {
    const candidates = texts('unrelated', 'the lock', 'the fence');
    expect(order(candidates, 'the fence')[0]).toBe('the fence');
  });

  it('puts many mentions before one, and a short text before a long one', () => {
    expect(order(texts('filler', 'lock and more', 'lock lock lock'), 'lock')[0]).toBe('lock lock lock');
    const long = `lock ${'filler '.repeat(50)}`.trim();
    expect(order(texts('filler', long, 'lock it'), 'lock')[0]).toBe('lock it');
  });

  it('fuses by reciprocal rank: first in both is 2 / 61', () => {
    const [best, other] = rankCandidates(texts('lock', 'key'), 'lock');
    expect(best?.score).toBeCloseTo(2 / 61);
    expect(other?.score).toBeCloseTo(1 / 62);
  });

  it('answers with nothing for nothing', () => {
    expect(rankCandidates([], 'lock')).toEqual([]);
  });
});
