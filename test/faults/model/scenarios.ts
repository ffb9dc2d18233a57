import type { Bounds } from './explore.ts';
import type { Scenario } from './model.ts';

export interface Task {
  readonly scenario: Scenario;
  /** What `npm test` looks at: as far as it comes, the last calls of a way first. */
  readonly quick: Bounds;
  /** What `npm run test:model` looks at. */
  readonly whole: Bounds;
}

const task = (
  actions: Scenario['actions'],
  quick: Omit<Bounds, 'waits'>,
  whole: Omit<Bounds, 'waits'>,
  indexed = true,
): Task => ({
  scenario: { name: `${indexed ? '' : 'no index: '}${actions.join(', ')}`, actions, indexed },
  quick: { waits: 1, ...quick },
  whole: { waits: 1, ...whole },
});

/** States of one scenario that `npm test` has time for: a few seconds. */
const QUICK = 800;

const steady = { switches: 0, kills: 0, states: QUICK } as const;
const dying = { switches: 0, kills: 1, states: QUICK } as const;

/** What may come at the same time, with and without a death. */
export const tasks: readonly Task[] = [
  task(['sync'], dying, { switches: 0, kills: 2 }),
  task(['sync'], dying, { switches: 0, kills: 2 }, false),
  task(['sync', 'sync'], steady, { switches: 1, kills: 0 }),
  task(['sync', 'force'], steady, { switches: 1, kills: 0 }),
  task(['sync', 'clear'], steady, { switches: 1, kills: 0 }),
  task(['sync', 'cancel'], steady, { switches: 1, kills: 0 }),
  task(['sync', 'abort', 'reconcile'], steady, { switches: 1, kills: 0 }),
  task(['sync', 'reconcile'], steady, { switches: 1, kills: 0 }),
  task(['delete', 'register', 'sync'], { switches: 1, kills: 0, states: QUICK }, { switches: 1, kills: 1 }),
  task(['force', 'clear', 'cancel'], steady, { switches: 1, kills: 0 }, false),
];
