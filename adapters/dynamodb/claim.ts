import type { JobRecord, LastSync, Lock, RepositoryRecord, ScheduleRun } from '../../core/contract/records.ts';
import { StoreBusyError } from '../../core/domain/errors.ts';
import { allowedPriorStatuses, isTerminal } from '../../core/domain/job-status.ts';
import { owedByReplaced } from '../../core/domain/replaced-sync.ts';
import { withEnd } from '../../core/domain/schedule-run.ts';
import { wantedBranches } from '../../core/domain/wanted-branches.ts';
import type { JobView } from '../../core/ports/jobs.ts';
import type { Claim, ClaimOutcome } from '../../core/ports/sync-claims.ts';
import { sweepBatches } from './batches-in-flight.ts';
import { TRIES, type TransactItem } from './database.ts';
import { eventItems } from './delivery-items.ts';
import { putNewOf, updateOf } from './expression.ts';
import { owedFollowUp, settledFollowUp } from './follow-ups.ts';
import { answeredBefore, idempotencyItems } from './idempotency.ts';
import { endOf, jobKey, newJobItem, parseJob, readJobView } from './job-items.ts';
import { lockIs, lockOf, parseRepository, readRepository, repositoryKey } from './repository-items.ts';
import type { SyncParts } from './sync-parts.ts';

/**
 * Claims a repository's lock in one transaction. What is read first only plans it: the transaction holds on the very
 * state that was read (`fence`, and the lock's absence or owner), and a claim, a resume or a cancel in between raises the
 * fence. A refusal brings the repository as it is now, and the plan is made again from that.
 */
export const claimRepository = async (parts: SyncParts, claim: Claim): Promise<ClaimOutcome> => {
  const { job_id, repository_id } = claim.job;
  try {
    return await claimUntilSettled(parts, claim);
  } catch (error) {
    if (!(error instanceof StoreBusyError)) throw error;
    // The job that was in the way for so long holds the lock by now: that is the answer.
    const { seen, holder } = await look(parts, await readRepository(parts.database, parts.tables, repository_id));
    if (holder?.job.job_id === job_id) return { kind: 'claimed', job: holder.job, replaced: null };
    const before = seen === null ? null : await answeredBefore(parts, claim, seen);
    if (before !== null) return before;
    if (holder === null) throw error;
    return { kind: 'held', by: holder };
  }
};

interface Sight {
  readonly seen: RepositoryRecord | null;
  /** The unfinished job that holds the lock of what was seen; null when it is free. */
  readonly holder: JobView | null;
}

/**
 * Lock and holder are two reads: a holder that ended between them has left the lock, so the repository is read again.
 * Each round is the end of another job, or of a lock that belongs to none: so many in a row are a busy store.
 */
const look = async (parts: SyncParts, first: RepositoryRecord | null): Promise<Sight> => {
  const { database, tables } = parts;
  let seen = first;
  for (let round = 0; round < TRIES; round++) {
    if (seen?.lock === undefined) return { seen, holder: null };
    const holder = await readJobView(database, tables, seen.lock.job_id);
    if (holder !== null && !isTerminal(holder.job.status)) return { seen, holder };
    const again = await readRepository(database, tables, seen.repository_id);
    if (again?.lock?.fence !== seen.lock.fence) {
      seen = again;
      continue;
    }
    await freeOrphan(parts, seen.repository_id, seen.lock);
    seen = await readRepository(database, tables, seen.repository_id);
  }
  throw new StoreBusyError(`the lock of ${first?.repository_id} changed hands ${TRIES} times while it was looked at`);
};

/**
 * Frees a lock whose job has ended or is not stored. No transaction leaves one behind: a table that was restored from a
 * backup, or a hand, does. That a job has ended never changes, and a claim puts its job with its lock, so the lock is
 * free: it belongs to no job that runs or waits. If it moves meanwhile, nothing is written.
 */
const freeOrphan = async (
  { database, tables, logger }: SyncParts,
  repository_id: RepositoryRecord['repository_id'],
  lock: Lock,
): Promise<void> => {
  const refused = await database.update(
    updateOf(repositoryKey(tables, repository_id), (e) => ({ remove: [e.path('lock')], when: lockIs(e, lock) })),
  );
  if (refused === null) logger?.warn('orphan lock freed', { repository_id, ...lock });
};

const claimUntilSettled = async (parts: SyncParts, claim: Claim): Promise<ClaimOutcome> => {
  const { database, tables } = parts;
  const { job_id, repository_id, repository_created_at: registered } = claim.job;
  let last = claim.seen ?? (await readRepository(database, tables, repository_id));
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const { seen, holder } = await look(parts, last);
    // Another repository under the id is not the one that the caller may sync.
    if (seen === null || (registered !== undefined && seen.created_at !== registered)) return { kind: 'absent' };
    // A claim that is repeated after its answer was lost.
    if (holder?.job.job_id === job_id) return { kind: 'claimed', job: holder.job, replaced: null };
    // Read after the lock: a job that holds it under this key has put the key's record with it.
    const before = await answeredBefore(parts, claim, seen);
    if (before !== null) return before;
    if (holder !== null && !claim.force) return { kind: 'held', by: holder };
    const job: JobRecord = { ...claim.job, fence: seen.fence + 1, repository_created_at: seen.created_at };
    const items = await claimItems(parts, claim, seen, holder, job);
    const refusals = await database.transact([...items.always, ...items.followUp]);
    if (refusals === null) {
      if (holder === null) return { kind: 'claimed', job, replaced: null };
      await sweepBatches(parts, holder.job.job_id);
      return { kind: 'claimed', job, replaced: cancelledBy(holder, job) };
    }
    const [repository, existing] = refusals;
    // The job was claimed before, and has ended.
    if (existing?.item != null) return { kind: 'claimed', job: parseJob(existing.item), replaced: null };
    if (refusals.slice(items.always.length).some((refusal) => refusal !== null)) return { kind: 'follow-up-changed' };
    // The first refused claim need not wait; later ones spread out.
    if (attempt > 0) await database.pause(attempt);
    if (repository == null) last = await readRepository(database, tables, repository_id);
    else last = repository.item === null ? null : parseRepository(repository.item);
  }
  throw new StoreBusyError(`${repository_id} changed ${TRIES} times while it was claimed`);
};

/** The claim's transaction: the repository, the job, and what else the claim moves; the follow-up last. */
const claimItems = async (
  parts: SyncParts,
  claim: Claim,
  seen: RepositoryRecord,
  holder: JobView | null,
  job: JobRecord,
): Promise<{ readonly always: readonly TransactItem[]; readonly followUp: readonly TransactItem[] }> => {
  const { tables } = parts;
  const at = new Date(job.created_at);
  // What was only planned says nothing about the index.
  const replaced = holder !== null && holder.job.options.dry_run !== true ? replacedEnd(holder, job) : null;
  const lastSync = replaced ?? seen.last_sync;
  const run = scheduleRunAfter(claim, seen, lastSync);
  return {
    always: [
      {
        Update: updateOf(repositoryKey(tables, job.repository_id), (e) => ({
          set: {
            lock: lockOf(job, job.fence),
            fence: job.fence,
            ...(claim.clearIndex ? clearedIndex(seen) : {}),
            ...wantedAfter(claim, seen),
            ...(replaced === null ? {} : { last_sync: replaced }),
            ...(run === null ? {} : { schedule_run: run }),
          },
          when: [
            e.equals(['fence'], seen.fence),
            // Another repository of the same name has another age.
            e.equals(['created_at'], seen.created_at),
            ...(seen.lock === undefined ? [e.absent('lock')] : lockIs(e, seen.lock)),
            // A time of the schedule that has come since, its first one too, is not lost.
            ...(run === null
              ? []
              : [
                  seen.schedule_run === undefined
                    ? e.absent('schedule_run')
                    : e.equals(['schedule_run', 'at'], seen.schedule_run.at),
                ]),
          ],
        })),
      },
      { Put: putNewOf(tables.syncJobs, newJobItem(job), 'job_id') },
      ...idempotencyItems(tables, claim, seen),
      ...(holder === null ? [] : await replacementItems(parts, holder, job)),
      ...(holder === null ? [] : owedItems(parts, claim, seen, holder)),
    ],
    followUp: claim.followUp === undefined ? [] : [{ Update: settledFollowUp(tables, claim.followUp, at) }],
  };
};

/** The end of the job that held the lock, and the event that reports it. */
const replacementItems = async (parts: SyncParts, holder: JobView, by: JobRecord): Promise<readonly TransactItem[]> => {
  const at = new Date(by.created_at);
  return [
    {
      Update: updateOf(jobKey(parts.tables, holder.job.job_id), (e) => ({
        set: endOf('cancelled', at, parts.retentionSeconds),
        remove: [e.path('unfinished')],
        when: [e.isOneOf('status', allowedPriorStatuses.cancel)],
      })),
    },
    ...(await eventItems(parts, 'sync.cancelled', cancelledBy(holder, by), at)),
  ];
};

/** What a push or a schedule is still waiting for, whose sync force has ended. */
const owedItems = (
  { tables }: SyncParts,
  { job, clearIndex }: Claim,
  repository: RepositoryRecord,
  holder: JobView,
): readonly TransactItem[] => {
  const branches = owedByReplaced(repository, holder.job, job, clearIndex);
  if (branches === null) return [];
  const at = new Date(job.created_at);
  return [{ Update: owedFollowUp(tables, { repository, branches, by: holder.job.requested_by, at }) }];
};

/** As with the branches themselves: only the lock's owner changes them, and a claim on the fence that was read. */
const wantedAfter = ({ job, clearIndex }: Claim, seen: RepositoryRecord): Partial<RepositoryRecord> => {
  // To ask what a branch would cost is not to want it.
  if (job.options.dry_run === true) return {};
  const before = seen.wanted_branches ?? [];
  const indexed = clearIndex ? {} : seen.branches;
  const wanted_branches = [...wantedBranches(clearIndex ? [] : before, job.options.branches, indexed)];
  return before.length === 0 && wanted_branches.length === 0 ? {} : { wanted_branches };
};

/**
 * What a claim makes of the schedule's newest run; null: nothing. It is this job, where the schedule asks for it or waited for its turn.
 * Else the end of its own job is folded into it, before this job's end takes that one's place.
 */
const scheduleRunAfter = (
  { job, followUp }: Claim,
  { schedule_run: run }: RepositoryRecord,
  lastSync: LastSync | undefined,
): ScheduleRun | null => {
  // A time that has come since this job was made, while its claim was tried again, is the newer one.
  const isNewest = run === undefined || run.at <= job.created_at;
  if (isNewest && (job.trigger === 'schedule' || (followUp !== undefined && run?.outcome === 'owed')))
    return { at: job.created_at, outcome: 'started', job_id: job.job_id, error: null };
  const ended = withEnd(run, lastSync);
  return ended === null || ended === run ? null : ended;
};

/** Only the lock's owner moves branches, so these are the ones that stand when the transaction holds. */
const clearedIndex = (seen: RepositoryRecord) => ({
  branches: {},
  leftovers: [
    ...seen.leftovers,
    ...Object.values(seen.branches).map(({ manifest_key }) => ({ kind: 'objects' as const, prefix: manifest_key })),
    ...[...new Set(Object.values(seen.branches).map((branch) => branch.generation))]
      .sort((a, b) => a - b)
      .map((generation) => ({ kind: 'generation' as const, generation })),
  ],
});

const replacedEnd = ({ job }: JobView, by: JobRecord): LastSync => ({
  job_id: job.job_id,
  status: 'cancelled',
  ended_at: by.created_at,
  error: null,
});

const cancelledBy = ({ job }: JobView, by: JobRecord): JobView => ({
  job: {
    ...job,
    status: 'cancelled',
    current_file: null,
    ended_at: by.created_at,
    updated_at: by.created_at,
  },
  inFlight: [],
});
