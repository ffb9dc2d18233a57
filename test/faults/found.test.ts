import { expect, it } from 'vitest';
import type { History } from './history.ts';
import { playHistory } from './play-history.ts';

/** Histories in which promises were broken once, by the seeds that they were found under, made as small as could be. */
const found: readonly (readonly [what: string, history: History])[] = [
  [
    'rows of a branch that has moved to a new generation, while another stays in its old one (4003735)',
    {
      world: 'machine',
      seed: 1956104467,
      indexed: true,
      operations: [
        {
          on: 'source',
          number: 0,
          kind: 'commit',
          branch: 2,
          edits: [
            { kind: 'remove', path: 5 },
            { kind: 'remove', path: 3 },
            { kind: 'put', path: 7, content: 13 },
            { kind: 'put', path: 6, content: 12 },
            { kind: 'rename', path: 1, to: 7 },
          ],
          wait: 0,
        },
        {
          on: 'repository',
          number: 1,
          kind: 'sync',
          force: false,
          full_reindex: false,
          incremental: true,
          pull_remote: true,
          branches: [2],
          ignoresMore: false,
          webhook: true,
          key: null,
          onConflict: null,
          dryRun: false,
          wait: 70435,
        },
        {
          on: 'repository',
          number: 1,
          kind: 'sync',
          force: true,
          full_reindex: false,
          incremental: false,
          pull_remote: true,
          branches: [0, 2],
          ignoresMore: false,
          webhook: false,
          key: 0,
          onConflict: 'queue',
          dryRun: false,
          wait: 0,
        },
      ],
      faults: [],
    },
  ],
  [
    'plans that are counted as failed syncs (11103)',
    {
      world: 'cloud',
      seed: 1663477915,
      indexed: false,
      operations: [
        {
          on: 'repository',
          number: 1,
          kind: 'sync',
          force: false,
          full_reindex: true,
          incremental: true,
          pull_remote: false,
          branches: null,
          ignoresMore: false,
          webhook: false,
          key: 0,
          onConflict: 'queue',
          dryRun: false,
          wait: 41916,
        },
        {
          on: 'repository',
          number: 1,
          kind: 'sync',
          force: false,
          full_reindex: false,
          incremental: true,
          pull_remote: true,
          branches: [1, 0],
          ignoresMore: false,
          webhook: false,
          key: 0,
          onConflict: 'attach',
          dryRun: true,
          wait: 1667,
        },
      ],
      faults: [
        { step: 'any', nth: 0, call: 187, kind: 'break', seconds: 5 },
        { step: 'fail-sync', nth: 0, call: 4, kind: 'lose-answer', seconds: 26 },
      ],
    },
  ],
];

it.each(found)('there are no more %s', async (_, history) => {
  expect((await playHistory(history)).violations).toEqual([]);
});
