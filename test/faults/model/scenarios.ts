import type { Bounds } from './explore.ts';
import type { Scenario } from './model.ts';
import type { ActionName } from './model-actions.ts';

export interface Task {
  readonly scenario: Scenario;
  /** What `npm test` looks at: as far as it comes, those with the fewest switches and deaths first. */
  readonly quick: Bounds;
  /** What `npm run test:model` looks at. */
  readonly whole: Bounds;
}

interface Wanted extends Partial<Omit<Scenario, 'name' | 'actions'>> {
  readonly switches?: number;
  readonly kills?: number;
  readonly waits?: number;
  readonly states?: number;
}

/** States of one scenario that there is time for. */
const QUICK = 200;
const WHOLE = 2000;

const task = (actions: readonly ActionName[], wanted: Wanted = {}): Task => {
  const { switches = 1, kills = 0, waits = 1, states = WHOLE, indexed = true, ...more } = wanted;
  const notes = [
    ...(indexed ? [] : ['no index']),
    ...(more.dev ? ['two branches'] : []),
    ...(more.webhook ? ['webhook'] : []),
    ...(more.removed ? ['removed before'] : []),
    ...(more.lost ? ['index lost'] : []),
    ...[more.from ?? []]
      .flat()
      .map(({ action, process, calls = '' }) =>
        `after ${action}${process === undefined ? '' : ` up to ${process} ${calls}`}`.trimEnd(),
      ),
  ];
  const scenario: Scenario = {
    name: `${notes.length === 0 ? '' : `${notes.join(', ')}: `}${actions.join(', ')}`,
    actions,
    indexed,
    ...more,
  };
  return { scenario, quick: { switches, kills, waits, states: QUICK }, whole: { switches, kills, waits, states } };
};

/** What may come at the same time. */
export const tasks: readonly Task[] = [
  // Deaths, and what comes after them; calls that come twice.
  task(['sync'], { switches: 0, kills: 2 }),
  task(['sync'], { switches: 0, kills: 2, indexed: false }),
  task(['sync twice', 'cancel']),
  task(['sync', 'begin again']),
  task(['full', 'diff again']),
  task(['sync', 'embed again'], { webhook: true }),
  task(['sync', 'publish again']),
  // Who owns the repository.
  task(['sync', 'sync']),
  task(['sync', 'force']),
  task(['sync', 'clear']),
  task(['full', 'force']),
  task(['full', 'cancel']),
  task(['force', 'clear', 'cancel'], { indexed: false }),
  task(['sync', 'cancel'], { webhook: true }),
  task(['doomed', 'cancel']),
  task(['doomed', 'take over']),
  task(['sync', 'take over'], { webhook: true }),
  task(['full', 'take over']),
  task(['sync', 'abort', 'reconcile']),
  task(['cancel', 'take over'], { from: { action: 'sync', process: 'stage' } }),
  task(['force', 'take over'], { from: { action: 'sync', process: 'stage' } }),
  task(['take over', 'reconcile'], { from: { action: 'sync', process: 'stage' } }),
  task(['force', 'cancel'], { from: { action: 'sync', process: 'publish' } }),
  task(['clear', 'cancel'], { from: { action: 'sync', process: 'publish' } }),
  task(['take over'], { from: { action: 'sync', process: 'begin-sync' }, webhook: true }),
  task(['take over'], { from: { action: 'full', process: 'diff' }, webhook: true }),
  task(['take over'], { from: { action: 'sync', process: 'embed-batch', calls: 2 } }),
  task(['take over', 'take over'], { steady: true, from: { action: 'sync', process: 'pull' } }),
  task(['take over', 'take over'], { steady: true, from: { action: 'sync', process: 'embed-batch', calls: 5 } }),
  // Pages that a dead job has written, and its sweep by one that is replaced while the next one publishes.
  task(['force', 'force'], { from: { action: 'sync', process: 'publish', calls: 7 }, dev: true }),
  task(['force', 'take over'], { from: { action: 'sync', process: 'publish', calls: 7 }, dev: true }),
  task(['force'], { from: { action: 'sync', process: 'begin-sync', calls: 5 }, dev: true }),
  task(['last abort', 'reconcile'], { from: { action: 'sync', process: 'embed-batch' } }),
  task(['stuck', 'stuck force', 'stuck force', 'cancel'], { steady: true }),
  task(['sync', 'reconcile']),
  task(['keyed', 'keyed']),
  task(['keyed', 'expire']),
  // An index that is lost, and branches that go.
  task(['sync', 'force'], { lost: true }),
  task(['sync', 'take over'], { lost: true }),
  task(['force'], { from: { action: 'sync', process: 'begin-sync' }, lost: true }),
  task(['sync', 'drop dev'], { dev: true }),
  task(['deleted dev', 'delete'], { dev: true }),
  task(['drop dev', 'deleted dev', 'clear'], { dev: true, steady: true, switches: 2 }),
  // Plans, and what comes of a sync that meets another one.
  task(['plan'], { switches: 0, kills: 2 }),
  task(['plan full'], { switches: 0, kills: 1, indexed: false }),
  task(['plan', 'force'], { webhook: true }),
  task(['plan', 'cancel', 'sync']),
  task(['plan', 'push'], { steady: true }),
  // The second one sweeps what a plan has left, and is replaced by one that takes the plan's number.
  task(['clear'], {
    from: [
      { action: 'plan full', process: 'stage' },
      { action: 'cancel' },
      { action: 'sync', process: 'begin-sync', calls: 12 },
    ],
  }),
  task(['sync', 'attach', 'cancel'], { steady: true, switches: 2 }),
  task(['queue', 'queue', 'push dev'], { dev: true, from: { action: 'stuck' }, steady: true, switches: 2 }),
  task(['queue', 'cancel'], { from: { action: 'stuck' } }),
  // What users have queued is taken back while a push joins it, it begins, or its repository goes.
  task(['take back', 'queue', 'push dev'], {
    dev: true,
    from: [{ action: 'stuck' }, { action: 'queue' }],
    steady: true,
    switches: 2,
  }),
  task(['take back', 'cancel', 'follow'], { from: [{ action: 'stuck' }, { action: 'queue' }] }),
  task(['take back', 'take back', 'delete'], { from: [{ action: 'stuck' }, { action: 'queue' }], steady: true }),
  task(['queue', 'delete', 'register'], { from: { action: 'stuck' }, steady: true }),
  // A pull that comes again when the source has moved.
  task(['pull again'], {
    from: [
      { action: 'sync', process: 'stage' },
      { action: 'commit', process: 'stage' },
    ],
    steady: true,
    switches: 2,
  }),
  // Removal beside all else.
  task(['delete', 'register other'], {
    from: { action: 'sync', process: 'sync', calls: 1 },
    steady: true,
    switches: 2,
  }),
  task(['delete', 'register', 'sync'], { kills: 1 }),
  task(['delete', 'register', 'force']),
  task(['delete', 'stuck'], { steady: true, switches: 2 }),
  task(['delete', 'register', 'delete', 'register'], { steady: true }),
  task(['register', 'full', 'delete'], {
    removed: true,
    from: { action: 'register', process: 'register', calls: 1 },
    steady: true,
  }),
  task(['register', 'stuck', 'cancel', 'delete'], {
    removed: true,
    from: { action: 'register', process: 'register', calls: 1 },
    steady: true,
  }),
  task(['delete', 'register', 'drop dev'], { dev: true }),
  task(['grant', 'ungrant', 'delete', 'settings'], { steady: true }),
  task(['ungrant owner', 'delete'], { steady: true, switches: 2 }),
  task(['register more', 'register more', 'delete'], { quotas: { repositories: 1 } }),
  // Debts.
  task(['push', 'push dev'], { dev: true, steady: true, switches: 2 }),
  task(['push', 'push dev', 'stuck'], { dev: true, steady: true, switches: 2 }),
  task(['push', 'push', 'follow'], { steady: true }),
  task(['push', 'follow', 'delete', 'register'], { steady: true }),
  task(['push', 'push dev'], { dev: true, from: { action: 'old debt' }, steady: true, switches: 2, waits: 0 }),
  task(['push', 'follow'], { dev: true, from: { action: 'old debt' }, steady: true, switches: 2, waits: 0 }),
  task(['scheduled in vain', 'scheduled'], { steady: true }),
  task(['follow', 'scheduled in vain'], { from: { action: 'owed schedule' }, steady: true, switches: 2, waits: 0 }),
  task(['scheduled in vain', 'delete', 'register'], { steady: true }),
  task(['delete', 'register', 'push'], { dev: true, from: { action: 'push dev early' }, steady: true }),
  task(['push', 'force', 'follow']),
  task(['push', 'follow'], { from: { action: 'sync', process: 'publish' } }),
  // What is told to others, and how much may be embedded.
  task(['deliver', 'deliver', 'redeliver'], { from: { action: 'sync' }, webhook: true, switches: 2 }),
  task(['deliver', 'later', 'deliver'], { from: { action: 'sync' }, webhook: true, switches: 2 }),
  task(['sync elsewhere', 'deliver', 'deliver'], {
    from: { action: 'sync' },
    webhook: true,
    receiver: 410,
    steady: true,
  }),
  task(['deliver', 'expire', 'redeliver'], { from: { action: 'sync' }, webhook: true }),
  task(['sync'], { quotas: { tokensPerDay: 120 }, kills: 1, switches: 0 }),
  task(['sync', 'expire']),
];
