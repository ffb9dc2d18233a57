import { describe, expect, it } from 'vitest';
import type { Sighting } from '../../../core/contract/records.ts';
import type { RemoteHeads } from '../../../core/ports/git-source.ts';
import { goneBranches, sightingsAfter } from '../../../core/sync/rules/sightings.ts';
import { aPointer, aRepository } from '../../support/sync-records.ts';

const [a, b] = ['a'.repeat(40), 'b'.repeat(40)];
const heads = (branches: Record<string, string>): RemoteHeads => ({
  defaultBranch: null,
  branches: new Map(Object.entries(branches)),
});
const at = (day: number): Date => new Date(Date.UTC(2026, 0, day));
const seen = (commit: string | null, day: number, deleted: number | null = null): Sighting => ({
  commit,
  seen_at: at(day).toISOString(),
  deleted_at: deleted === null ? null : at(deleted).toISOString(),
});
const indexed = (...names: string[]) => Object.fromEntries(names.map((name) => [name, aPointer()]));

describe('what is known of the branches after a look', () => {
  it('is where each indexed branch is, and each that was asked for; others are nobody’s business', () => {
    const repository = aRepository({ branches: indexed('main', 'constructor') });
    expect(sightingsAfter(repository, heads({ main: a, new: b, other: b }), ['new'], at(2))).toEqual({
      main: seen(a, 2),
      constructor: seen(null, 2, 2),
      new: seen(b, 2),
    });
  });

  it('keeps since when a branch is gone, until it is back', () => {
    const sightings = { topic: seen(null, 1, 1) };
    const repository = aRepository({ branches: indexed('main', 'topic'), sightings });
    expect(sightingsAfter(repository, heads({ main: a }), [], at(3)).topic).toEqual(seen(null, 3, 1));
    expect(sightingsAfter(repository, heads({ main: a, topic: b }), [], at(3)).topic).toEqual(seen(b, 3));
  });

  it('forgets branches that have no index any more', () => {
    const repository = aRepository({ branches: indexed('main'), sightings: { old: seen(a, 1) } });
    expect(Object.keys(sightingsAfter(repository, heads({ main: a, old: a }), [], at(3)))).toEqual(['main']);
  });

  it('stays as it was when the look has shown no branch at all', () => {
    const repository = aRepository({ branches: indexed('main', 'topic'), sightings: { main: seen(a, 1) } });
    expect(sightingsAfter(repository, heads({}), ['main'], at(3))).toEqual({ main: seen(a, 1) });
  });
});

describe('the branches that are dropped', () => {
  const repository = aRepository({ branches: indexed('main', 'topic', 'release/1') });

  it('are those that the look has not found', () => {
    expect(goneBranches(repository, heads({ main: a }), ['main'])).toEqual(['topic', 'release/1']);
    expect(goneBranches(repository, heads({ main: a, topic: a, 'release/1': b }), ['main'])).toEqual([]);
  });

  it('never hold the default branch', () => {
    expect(goneBranches(repository, heads({ topic: a }), ['main', null])).toEqual(['release/1']);
  });

  it('are none where they are kept, and none when the look has shown no branch at all', () => {
    expect(goneBranches({ ...repository, deleted_branches: 'keep' }, heads({ main: a }), ['main'])).toEqual([]);
    expect(goneBranches(repository, heads({}), ['main'])).toEqual([]);
  });
});
