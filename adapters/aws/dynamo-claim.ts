import type { JobRecord, RepositoryRecord } from '../../core/contract/records.ts';
import { StoreBusyError } from '../../core/domain/errors.ts';
import { allowedPriorStatuses, isTerminal } from '../../core/domain/job-status.ts';
import type { Claim, ClaimOutcome, JobView } from '../../core/ports/sync-store.ts';
import { sweepBatches } from './dynamo-batches.ts';
import { type Refusals, TRIES, type TransactItem } from './dynamo-database.ts';
import { StoredRecordError } from './dynamo-errors.ts';
import { putNewOf, updateOf } from './dynamo-expression.ts';
import { endOf, jobKey, newJobItem, parseJob, readJobView } from './dynamo-job-items.ts';
import { lockIs, parseRepository, readRepository, repositoryKey } from './dynamo-repository-items.ts';
import type { SyncStoreParts } from './dynamo-sync-parts.ts';

/**
 * Claims a repository's lock in one transaction. What is read first only plans it: the transaction holds on the very
 * state that was read (`fence`, and the lock's absence or owner), and a claim, a resume or a cancel in between raises the
 * fence. A refusal brings the repository as it stands, and the plan is made again from that.
 */
export const claimRepository = async (parts: SyncStoreParts, claim: Claim): Promise<ClaimOutcome> => {
  const { job_id, repository_id } = claim.job;
  try {
    return await claimUntilSettled(parts, claim);
  } catch (error) {
    if (!(error instanceof StoreBusyError)) throw error;
    // Whoever got in the way for so long holds the lock by now: that is the answer.
    const { holder } = await look(parts, await readRepository(parts.database, parts.tables, repository_id));
    if (holder === null) throw error;
    return holder.job.job_id === job_id
      ? { kind: 'claimed', job: holder.job, replaced: null }
      : { kind: 'held', by: holder };
  }
};

interface Sight {
  readonly seen: RepositoryRecord | null;
  /** The unfinished job that holds the lock of what was seen; null when it is free. */
  readonly holder: JobView | null;
}

/**
 * Lock and holder are two reads: a holder that ended between them has left the lock, so the repository is read again.
 * Each round is an end of somebody's job, so this ends.
 */
const look = async ({ database, tables }: SyncStoreParts, first: RepositoryRecord | null): Promise<Sight> => {
  for (let seen = first; ; ) {
    if (seen?.lock === undefined) return { seen, holder: null };
    const holder = await readJobView(database, tables, seen.lock.job_id);
    if (holder !== null && !isTerminal(holder.job.status)) return { seen, holder };
    const again = await readRepository(database, tables, seen.repository_id);
    if (again?.lock?.fence === seen.lock.fence)
      throw new StoredRecordError(`the lock of ${seen.repository_id} is held by a job that has ended or is not stored`);
    seen = again;
  }
};

const claimUntilSettled = async (parts: SyncStoreParts, claim: Claim): Promise<ClaimOutcome> => {
  const { database, tables } = parts;
  const { job_id, repository_id } = claim.job;
  let last = await readRepository(database, tables, repository_id);
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const { seen, holder } = await look(parts, last);
    if (seen === null) return { kind: 'absent' };
    // A claim that is repeated after its answer was lost.
    if (holder?.job.job_id === job_id) return { kind: 'claimed', job: holder.job, replaced: null };
    if (holder !== null && !claim.force) return { kind: 'held', by: holder };
    const job: JobRecord = { ...claim.job, fence: seen.fence + 1 };
    const refusals = await attemptClaim(parts, claim, seen, holder, job);
    if (refusals === null) {
      if (holder === null) return { kind: 'claimed', job, replaced: null };
      await sweepBatches(parts, holder.job.job_id);
      return { kind: 'claimed', job, replaced: cancelledBy(holder, job) };
    }
    const [repository, existing] = refusals;
    // The job was claimed before, and has ended.
    if (existing?.item != null) return { kind: 'claimed', job: parseJob(existing.item), replaced: null };
    // The first to be told has nothing to wait for; later ones spread out.
    if (attempt > 0) await database.pause(attempt);
    if (repository == null) last = await readRepository(database, tables, repository_id);
    else last = repository.item === null ? null : parseRepository(repository.item);
  }
  throw new StoreBusyError(`${repository_id} changed ${TRIES} times while it was claimed`);
};

/** Null when the claim was made. */
const attemptClaim = async (
  parts: SyncStoreParts,
  claim: Claim,
  seen: RepositoryRecord,
  holder: JobView | null,
  job: JobRecord,
): Promise<Refusals | null> => {
  const { database, tables, retentionSeconds } = parts;
  const items: TransactItem[] = [
    {
      Update: updateOf(repositoryKey(tables, job.repository_id), (e) => ({
        set: {
          lock: { job_id: job.job_id, fence: job.fence },
          fence: job.fence,
          ...(claim.clearIndex ? clearedIndex(seen) : {}),
        },
        when: [
          e.equals(['fence'], seen.fence),
          // Another repository of the same name has another age.
          e.equals(['created_at'], seen.created_at),
          ...(seen.lock === undefined ? [e.absent('lock')] : lockIs(e, seen.lock)),
        ],
      })),
    },
    { Put: putNewOf(tables.syncJobs, newJobItem(job), 'job_id') },
  ];
  if (holder !== null)
    items.push({
      Update: updateOf(jobKey(tables, holder.job.job_id), (e) => ({
        set: endOf('cancelled', new Date(job.created_at), retentionSeconds),
        remove: [e.path('unfinished')],
        when: [e.isOneOf('status', allowedPriorStatuses.cancel)],
      })),
    });
  return database.transact(items);
};

/** Only the lock's owner moves branches, so these are the ones that stand when the transaction holds. */
const clearedIndex = (seen: RepositoryRecord) => ({
  branches: {},
  leftovers: [
    ...seen.leftovers,
    ...[...new Set(Object.values(seen.branches).map((branch) => branch.generation))]
      .sort((a, b) => a - b)
      .map((generation) => ({ kind: 'generation' as const, generation })),
  ],
});

const cancelledBy = ({ job }: JobView, by: JobRecord): JobView => ({
  job: {
    ...job,
    status: 'cancelled',
    phase: 'ended',
    current_file: null,
    ended_at: by.created_at,
    updated_at: by.created_at,
  },
  inFlight: [],
});
