import type { SyncEvent } from '../../core/contract/events.ts';
import type { JobId } from '../../core/contract/ids.ts';
import type { JobPlan } from '../../core/contract/job-plan.ts';
import type {
  GenerationRecord,
  JobError,
  JobRecord,
  LastSync,
  Leftover,
  RepositoryRecord,
} from '../../core/contract/records.ts';
import type { JobRef } from '../../core/contract/workflow-state.ts';
import { StoreBusyError } from '../../core/domain/errors.ts';
import { type allowedPriorStatuses, isTerminal, type TerminalStatus } from '../../core/domain/job-status.ts';
import { isVerdict } from '../../core/domain/sync-verdict.ts';
import { wantedBranches } from '../../core/domain/wanted-branches.ts';
import type { CancelOutcome, JobEnds, Publication } from '../../core/ports/job-ends.ts';
import type { Kept } from '../../core/ports/kept.ts';
import { isBeingSwept } from '../../core/sync/check-index.ts';
import { sweepBatches } from './batches-in-flight.ts';
import { TRIES, type TransactItem } from './database.ts';
import { eventItems } from './delivery-items.ts';
import { type Change, type Expression, updateOf } from './expression.ts';
import { wokenFollowUp } from './follow-ups.ts';
import { endOf, jobIs, jobKey, readJob } from './job-items.ts';
import { lockIs, readRepository, repositoryKey } from './repository-items.ts';
import { storedNames } from './stored-names.ts';
import { type SyncParts, type SyncPartsOptions, syncParts } from './sync-parts.ts';

export const createDynamoJobEnds = (options: SyncPartsOptions): JobEnds => {
  const parts = syncParts(options);
  return {
    publish: (job, publication) => publish(parts, job, publication),
    plan: (job, plan, at) => endPlan(parts, job, plan, at),
    fail: (job, error, leftovers, at) => fail(parts, job, error, leftovers, at),
    cancel: (id, at) => cancel(parts, id, at),
  };
};

interface End {
  readonly status: TerminalStatus;
  readonly move: keyof typeof allowedPriorStatuses;
  readonly at: Date;
  readonly event: SyncEvent['type'];
  /** More that the job gets. */
  readonly job: Partial<JobRecord>;
  readonly repository: (e: Expression) => Omit<Change, 'when'>;
}

/**
 * The transaction that every end is: the job ends, the lock goes, if both are still this claim's, the repository keeps how it
 * ended, and the event of it is put.
 * Only then the repository's follow-up is brought forward: should that not be done, it waits for its own time.
 * `seen` is only for the event: batches that are folded between that look and the end are missing from its numbers.
 */
const endJob = async (parts: SyncParts, job: JobRef, seen: JobRecord, end: End): Promise<Kept> => {
  const { database, tables, retentionSeconds } = parts;
  const { expires_at, ...ended } = { ...endOf(end.status, end.at, retentionSeconds), ...end.job };
  const items: readonly TransactItem[] = [
    {
      Update: updateOf(jobKey(tables, job.job_id), (e) => ({
        set: { ...ended, expires_at },
        remove: [e.path('unfinished')],
        when: jobIs(e, job, end.move),
      })),
    },
    {
      Update: updateOf(repositoryKey(tables, job.repository_id), (e) => {
        const { set = {}, remove = [], ...change } = end.repository(e);
        const last_sync: LastSync = {
          job_id: job.job_id,
          status: end.status,
          ended_at: end.at.toISOString(),
          error: end.job.error ?? null,
        };
        return {
          ...change,
          set: isVerdict(seen, last_sync.error) ? { ...set, last_sync } : set,
          remove: [...remove, e.path('lock')],
          when: lockIs(e, job),
        };
      }),
    },
    ...(await eventItems(parts, end.event, { job: { ...seen, ...ended }, inFlight: [] }, end.at)),
  ];
  if ((await database.transact(items)) !== null) return 'lost';
  await sweepBatches(parts, job.job_id);
  await database.update(wokenFollowUp(tables, job.repository_id, end.at));
  return 'kept';
};

/**
 * Writes the whole map of branches, which was read before: a map of 100 branches would not fit into an expression
 * member by member. It is safe because only the lock's owner moves branches, generations and leftovers, and the
 * transaction holds only while this job owns the lock under this fence.
 */
const publish = async (parts: SyncParts, job: JobRef, publication: Publication): Promise<Kept> => {
  const seen = await readRepository(parts.database, parts.tables, job.repository_id);
  if (seen === null || seen.lock?.job_id !== job.job_id || seen.lock.fence !== job.fence) return 'lost';
  const record = await readJob(parts.database, parts.tables, job.job_id);
  if (record === null) return 'lost';
  return endJob(parts, job, record, {
    status: publication.status,
    move: 'publish',
    event: 'sync.completed',
    at: publication.at,
    job: { counts: publication.counts, dropped_branches: [...publication.removedBranches], phase_done: 1 },
    repository: () => ({ set: publishedState(seen, publication) }),
  });
};

const endPlan = async (parts: SyncParts, job: JobRef, plan: JobPlan, at: Date): Promise<Kept> => {
  const record = await readJob(parts.database, parts.tables, job.job_id);
  if (record === null) return 'lost';
  return endJob(parts, job, record, {
    status: 'completed',
    move: 'publish',
    event: 'sync.completed',
    at,
    job: { plan, phase_done: 1 },
    repository: () => ({}),
  });
};

const publishedState = (seen: RepositoryRecord, publication: Publication) => {
  const removed = new Set(publication.removedBranches);
  const { number: generation, ...index } = publication.generation;
  const branches = Object.fromEntries(
    Object.entries({ ...seen.branches, ...publication.branches }).filter(([name]) => !removed.has(name)),
  );
  const referenced = new Set(Object.values(branches).map((branch) => String(branch.generation)));
  return {
    branches: storedNames(branches),
    generations: Object.fromEntries(
      Object.entries(seen.generations)
        .filter(([number]) => referenced.has(number))
        .map(([number, made]) => {
          if (number === String(generation)) return [number, { ...made, ...index }];
          return [number, isBeingSwept(seen, Number(number)) ? uncounted(made) : made];
        }),
    ),
    leftovers: publication.leftovers,
    ...(seen.wanted_branches === undefined
      ? {}
      : { wanted_branches: wantedBranches(seen.wanted_branches, [], branches) }),
    sightings: storedNames(Object.fromEntries(Object.entries(seen.sightings).filter(([name]) => !removed.has(name)))),
    rates: publication.rates,
    ...(publication.headBranch === null ? {} : { head_branch: publication.headBranch }),
    updated_at: publication.at.toISOString(),
  };
};

/** Rows of a branch that left it were deleted by this job: how many it has is not known until it is written to again. */
const uncounted = ({ rows: _, newest: __, ...made }: GenerationRecord): GenerationRecord => made;

const fail = async (
  parts: SyncParts,
  job: JobRef,
  error: JobError,
  leftovers: readonly Leftover[],
  at: Date,
): Promise<Kept> => {
  const record = await readJob(parts.database, parts.tables, job.job_id);
  if (record === null) return 'lost';
  return endJob(parts, job, record, {
    status: 'failed',
    move: 'fail',
    event: 'sync.failed',
    at,
    job: { error },
    repository: (e) =>
      leftovers.length === 0
        ? {}
        : { assign: [`${e.path('leftovers')} = list_append(${e.path('leftovers')}, ${e.value(leftovers)})`] },
  });
};

/** Cancels whatever claim the job has: one that a resume has just renewed is looked up and tried again. */
const cancel = async (parts: SyncParts, id: JobId, at: Date): Promise<CancelOutcome> => {
  const { database, tables } = parts;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const job = await readJob(database, tables, id);
    if (job === null) return { kind: 'absent' };
    if (isTerminal(job.status)) return { kind: 'ended', job };
    const outcome = await endJob(parts, job, job, {
      status: 'cancelled',
      move: 'cancel',
      event: 'sync.cancelled',
      at,
      job: {},
      repository: () => ({ add: { fence: 1 } }),
    });
    if (outcome === 'kept') {
      const ended = { status: 'cancelled', current_file: null } as const;
      return { kind: 'cancelled', job: { ...job, ...ended, ended_at: at.toISOString(), updated_at: at.toISOString() } };
    }
    await database.pause(attempt);
  }
  throw new StoreBusyError(`the claim of ${id} changed ${TRIES} times while it was cancelled`);
};
