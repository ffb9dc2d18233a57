import fc from 'fast-check';
import type { Role } from '../../core/contract/records.ts';
import { ANY, type Fault, faultKinds } from './process.ts';
import type { WorldKind } from './world.ts';

export const branchNames = ['main', 'dev', 'feature/x'] as const;

/** One change of a tree; numbers choose among the paths and contents of truth.ts. */
export type Edit =
  | { readonly kind: 'put'; readonly path: number; readonly content: number }
  | { readonly kind: 'remove'; readonly path: number }
  | { readonly kind: 'rename'; readonly path: number; readonly to: number };

/** What the user of a source does to it. */
export type SourceOperation =
  | { readonly kind: 'commit'; readonly branch: number; readonly edits: readonly Edit[] }
  | { readonly kind: 'revert'; readonly branch: number }
  | { readonly kind: 'create-branch'; readonly branch: number; readonly from: number }
  | { readonly kind: 'delete-branch'; readonly branch: number }
  | { readonly kind: 'force-push'; readonly branch: number; readonly back: number }
  | { readonly kind: 'tag'; readonly branch: number }
  | { readonly kind: 'delete-tags' }
  | { readonly kind: 'move-head'; readonly branch: number }
  | { readonly kind: 'gc' };

export interface SyncRequest {
  readonly force: boolean;
  readonly full_reindex: boolean;
  readonly incremental: boolean;
  readonly pull_remote: boolean | null;
  /** Null: `current`. */
  readonly branches: readonly number[] | null;
  readonly ignoresMore: boolean;
  readonly webhook: boolean;
  readonly key: number | null;
  /** `attach` and `queue` take no key, and `queue` nothing that two syncs could differ in. */
  readonly onConflict: 'attach' | 'queue' | null;
  /** Not by force, and not where it is to wait. */
  readonly dryRun: boolean;
}

/** With nothing asked for that is not so anyway. */
export const plainSync = {
  force: false,
  full_reindex: false,
  incremental: true,
  pull_remote: null,
  branches: null,
  ignoresMore: false,
  webhook: false,
  key: null,
  onConflict: null,
  dryRun: false,
} as const satisfies SyncRequest;

/** What users, hosts and operators do to a repository of the service. */
export type RepositoryOperation =
  | ({ readonly kind: 'sync' } & SyncRequest)
  | { readonly kind: 'cancel' }
  | { readonly kind: 'retry-failed' }
  /** `other`: from another source, for another owner. */
  | { readonly kind: 'register'; readonly other: boolean }
  | { readonly kind: 'delete' }
  | { readonly kind: 'settings'; readonly ignores: boolean; readonly schedule: boolean }
  /** `deleted`: the host says that the branch is gone, whether it is or not. */
  | { readonly kind: 'push'; readonly branch: number; readonly deleted?: boolean }
  /** The same delivery as the last one, as hosts send it when they got no answer, or a user asks for it. */
  | { readonly kind: 'push-again' }
  /** To the guest, who has no other. */
  | { readonly kind: 'grant'; readonly role: Role | null }
  | { readonly kind: 'drop-branch'; readonly branch: number }
  | { readonly kind: 'look'; readonly branch: number; readonly language: boolean; readonly guest: boolean };

export type WorldOperation =
  | { readonly kind: 'reconcile' }
  | { readonly kind: 'run-schedules' }
  | { readonly kind: 'poison'; readonly active: boolean }
  | { readonly kind: 'receiver'; readonly status: number }
  | { readonly kind: 'jump'; readonly seconds: number }
  | { readonly kind: 'kill'; readonly step: string }
  | { readonly kind: 'crash'; readonly seconds: number }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'expire' };

export type Operation = (
  | ({ readonly on: 'source'; readonly number: number } & SourceOperation)
  | ({ readonly on: 'repository'; readonly number: number } & RepositoryOperation)
  | ({ readonly on: 'world' } & WorldOperation)
) & {
  /** Milliseconds until the next operation. */
  readonly wait: number;
};

export interface History {
  readonly world: WorldKind;
  /** Of the order in which things happen. */
  readonly seed: number;
  /** Whether both repositories are indexed before the first operation. */
  readonly indexed: boolean;
  readonly operations: readonly Operation[];
  readonly faults: readonly Fault[];
}

const world = fc.constantFrom('machine' as const, 'cloud' as const);
const seed = fc.noBias(fc.nat({ max: 2 ** 31 - 1 }));
const number = fc.nat({ max: 1 });
const branch = fc.nat({ max: branchNames.length - 1 });
const path = fc.nat({ max: 9 });
const wait = fc.oneof(
  { weight: 4, arbitrary: fc.nat({ max: 300 }) },
  { weight: 4, arbitrary: fc.nat({ max: 3_000 }) },
  { weight: 1, arbitrary: fc.nat({ max: 120_000 }) },
);

const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('put' as const), path, content: fc.nat({ max: 13 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), path }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rename' as const), path, to: path }) },
);

const kind = <Kind extends string>(value: Kind) => fc.constant(value);

export const sourceOperation: fc.Arbitrary<SourceOperation> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ kind: kind('commit'), branch, edits: fc.array(edit, { minLength: 1, maxLength: 5 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('revert'), branch }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('create-branch'), branch, from: branch }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('delete-branch'), branch }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('force-push'), branch, back: fc.nat({ max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('tag'), branch }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('delete-tags') }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('move-head'), branch }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('gc') }) },
);

/** True about as often as one in so many. */
const seldom = (oneIn: number): fc.Arbitrary<boolean> => fc.nat({ max: oneIn - 1 }).map((n) => n === oneIn - 1);

const syncRequest: fc.Arbitrary<SyncRequest> = fc.record({
  force: seldom(4),
  full_reindex: seldom(5),
  incremental: seldom(5).map((not) => !not),
  pull_remote: fc.option(fc.boolean(), { freq: 3 }),
  branches: fc.option(fc.uniqueArray(branch, { minLength: 1, maxLength: 3 }), { freq: 2 }),
  ignoresMore: seldom(8),
  webhook: fc.boolean(),
  key: fc.option(fc.nat({ max: 1 }), { freq: 6 }),
  onConflict: fc.constantFrom(...[null, null, null, null], 'attach' as const, 'queue' as const),
  dryRun: seldom(4),
});

export const repositoryOperation: fc.Arbitrary<RepositoryOperation> = fc.oneof(
  { weight: 14, arbitrary: syncRequest.map((request) => ({ kind: 'sync' as const, ...request })) },
  { weight: 2, arbitrary: fc.record({ kind: kind('cancel') }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('retry-failed') }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('register'), other: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('delete') }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('settings'), ignores: fc.boolean(), schedule: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('push'), branch, deleted: seldom(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('push-again') }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('drop-branch'), branch }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('grant'), role: fc.constantFrom('read' as const, 'write', null) }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('look'), branch, language: seldom(4), guest: seldom(4) }) },
);

const worldOperation: fc.Arbitrary<WorldOperation> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: kind('reconcile') }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('run-schedules') }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('poison'), active: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('receiver'), status: fc.constantFrom(204, 500, 302, 410) }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('jump'), seconds: fc.integer({ min: -4_000, max: 90_000 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('kill'),
      step: fc.constantFrom(...['begin-sync', 'pull', 'diff', 'stage', 'embed-batch', 'publish', 'fail-sync']),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: kind('crash'), seconds: fc.nat({ max: 60 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('duplicate') }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('expire') }) },
);

const operation: fc.Arbitrary<Operation> = fc
  .tuple(
    fc.oneof(
      {
        weight: 5,
        arbitrary: fc.tuple(number, sourceOperation).map(([n, op]) => ({ on: 'source' as const, number: n, ...op })),
      },
      {
        weight: 9,
        arbitrary: fc
          .tuple(number, repositoryOperation)
          .map(([n, op]) => ({ on: 'repository' as const, number: n, ...op })),
      },
      { weight: 2, arbitrary: worldOperation.map((op) => ({ on: 'world' as const, ...op })) },
    ),
    wait,
  )
  .map(([op, milliseconds]) => ({ ...op, wait: milliseconds }) as Operation);

/** Steps that a fault may strike, the more often the more there is to go wrong. */
const faultySteps = [
  ...['begin-sync', 'pull', 'diff', 'stage', 'embed-batch', 'publish', 'fail-sync'].flatMap((step) => [
    step,
    step,
    step,
  ]),
  ...['reconcile', 'dispatch-webhooks', 'dispatch-follow-ups', 'engine'],
  ...['sync', 'sync', 'cancel', 'retry-failed', 'register', 'delete', 'settings', 'push', 'run-schedules', 'look'],
  ...['drop-branch', 'grant'],
];

const kindAndSeconds = {
  kind: fc.constantFrom(...faultKinds),
  seconds: fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: 120 }), fc.nat({ max: 2_500 })),
};

/** Half of the faults strike any call, as the calls come; the others go for a step. */
const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ step: fc.constant(ANY), nth: fc.constant(0), call: fc.nat({ max: 250 }), ...kindAndSeconds }),
  fc.record({
    step: fc.constantFrom(...faultySteps),
    nth: fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 1 }) }, { weight: 1, arbitrary: fc.nat({ max: 5 }) }),
    call: fc.oneof(
      { weight: 2, arbitrary: fc.nat({ max: 5 }) },
      { weight: 2, arbitrary: fc.nat({ max: 16 }) },
      { weight: 1, arbitrary: fc.nat({ max: 45 }) },
    ),
    ...kindAndSeconds,
  }),
);

/** Any operations, and any faults. */
const medley = (operations: number, faults: number): fc.Arbitrary<History> =>
  fc.record({
    world,
    seed,
    indexed: fc.boolean(),
    operations: fc.noBias(fc.array(operation, { minLength: 1, maxLength: operations, size: 'max' })),
    faults: fc.noBias(fc.array(fault, { maxLength: faults, size: 'max' })),
  });

const onFirst = <Op extends RepositoryOperation>(op: Op, milliseconds: number): Operation =>
  ({ on: 'repository', number: 0, ...op, wait: milliseconds }) as Operation;

/** A sync of which a step is held up at some call, and somebody who ends it, takes its place or removes everything meanwhile. */
const duel: fc.Arbitrary<History> = fc
  .record({
    world,
    seed,
    first: syncRequest,
    second: syncRequest,
    rival: fc.constantFrom('force', 'force', 'cancel', 'crash', 'kill'),
    removed: seldom(4),
    wait: fc.nat({ max: 2_500 }),
    edits: fc.array(edit, { minLength: 1, maxLength: 4 }),
    held: fc.record({
      step: fc.constantFrom(
        ...['publish', 'publish', 'fail-sync', 'begin-sync', 'diff', 'embed-batch', 'sync', 'cancel', 'reconcile'],
      ),
      nth: fc.constant(0),
      call: fc.nat({ max: 28 }),
      kind: fc.constantFrom('freeze', 'hang-before', 'hang-before', 'hang-after'),
      seconds: fc.integer({ min: 4, max: 90 }),
    }),
    other: fc.array(fault, { maxLength: 1 }),
  })
  .map(({ world, seed, first, second, rival, removed, wait, edits, held, other }) => ({
    world,
    seed,
    indexed: true,
    operations: [
      { on: 'source', number: 0, kind: 'commit', branch: 0, edits, wait: 0 },
      onFirst({ kind: 'sync', ...first, webhook: true }, wait),
      rival === 'force'
        ? onFirst({ kind: 'sync', ...second, force: true }, 3_000)
        : rival === 'crash'
          ? { on: 'world', kind: 'crash', seconds: 1, wait: 3_000 }
          : rival === 'kill'
            ? { on: 'world', kind: 'kill', step: held.step, wait: 3_000 }
            : onFirst({ kind: 'cancel' }, 1_000),
      ...(removed ? [onFirst({ kind: 'delete' }, 200), onFirst({ kind: 'register', other: true }, 200)] : []),
      onFirst({ kind: 'sync', ...second, force: false }, 2_000),
    ],
    faults: [held, ...other],
  }));

/** Histories of so many operations and faults at most. */
export const historyArbitrary = (operations: number, faults: number): fc.Arbitrary<History> =>
  fc.oneof({ weight: 3, arbitrary: medley(operations, faults) }, { weight: 2, arbitrary: duel });
