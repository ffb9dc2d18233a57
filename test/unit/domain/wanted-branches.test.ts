import { expect, it } from 'vitest';
import { wantedBranches } from '../../../core/domain/wanted-branches.ts';

it('wanted branches are those that were asked for and have no index, the newest last, each once', () => {
  expect(wantedBranches(['a', 'b'], ['current', 'a', 'c', 'c', 'main'], { main: {} })).toEqual(['b', 'a', 'c']);
  expect(wantedBranches(['a', 'b'], [], { b: {} })).toEqual(['a']);
  expect(wantedBranches([], ['constructor'], {})).toEqual(['constructor']);
});

it('wanted branches are no more than 200: the oldest go', () => {
  const asked = Array.from({ length: 300 }, (_, n) => `b${n}`);
  const kept = wantedBranches(['oldest'], asked, {});
  expect([kept.length, kept[0], kept.at(-1)]).toEqual([200, 'b100', 'b299']);
});
