import type { JobRecord, PullReport } from '../../core/contract/records.ts';
import type { TableNames } from '../../core/contract/tables.ts';
import type { JobRef } from '../../core/contract/workflow-state.ts';
import { StoreBusyError } from '../../core/domain/errors.ts';
import type { Logger } from '../../core/ports/logger.ts';
import type { DiffReport, Heartbeat, JobView, Kept, SyncStore } from '../../core/ports/sync-store.ts';
import { finishBatch, progressBatch, refenceBatches, startBatch } from './batches.ts';
import { claimRepository } from './claim.ts';
import { Database, type DatabaseOptions, TRIES } from './database.ts';
import { eventItems } from './delivery-items.ts';
import { updateOf } from './expression.ts';
import { rememberAnswer } from './idempotency.ts';
import { cancelJob, failJob, publishJob } from './job-ends.ts';
import { jobIs, jobKey, parseJob, readJob, readJobView } from './job-items.ts';
import { listJobs, unfinishedJobs } from './job-lists.ts';
import { noteProgress, writeWith } from './progress-notes.ts';
import { lockIs, readRepository, repositoryKey } from './repository-items.ts';
import { SharedReads } from './shared-reads.ts';
import type { SyncStoreParts } from './sync-parts.ts';

/** 90 days. */
const RETENTION_SECONDS = 90 * 86_400;

/**
 * Jobs and locks in DynamoDB; core/contract/tables.ts has the shapes.
 *
 * Throws StoreBusyError when others kept it from writing for some seconds (worth another try), and StoredRecordError
 * for stored items that are not as their schema says.
 */
export const createDynamoSyncStore = (
  options: DatabaseOptions & {
    readonly tables: TableNames;
    readonly logger?: Logger | undefined;
    /** How long a job is kept after its end; 90 days unless told. */
    readonly retentionSeconds?: number | undefined;
  },
): SyncStore => {
  const parts: SyncStoreParts = {
    database: new Database(options),
    tables: options.tables,
    retentionSeconds: options.retentionSeconds ?? RETENTION_SECONDS,
    logger: options.logger,
  };
  const views = new SharedReads<JobView | null>();
  return {
    claim: (claim) => claimRepository(parts, claim),
    rememberAnswer: (repository, key, answer) => rememberAnswer(parts, repository, key, answer),
    noteProgress: (job, points, at) => noteProgress(parts, job, points, at),
    begin: (job, at) => begin(parts, job, at),
    heartbeat: (job, beat) => heartbeat(parts, job, beat),
    recordPull: (job, pull, at) => recordPull(parts, job, pull, at),
    recordDiff: (job, report) => recordDiff(parts, job, report),
    takeGeneration: (job) => takeGeneration(parts, job),
    startBatch: (job, progress) => startBatch(parts, job, progress),
    progressBatch: (job, progress) => progressBatch(parts, job, progress),
    finishBatch: (job, progress) => finishBatch(parts, job, progress),
    publish: (job, publication) => publishJob(parts, job, publication),
    fail: (job, error, leftovers, at) => failJob(parts, job, error, leftovers, at),
    cancel: (id, at) => cancelJob(parts, id, at),
    resume: (job, at) => resume(parts, job, at),
    job: (id) => views.of(id, () => readJobView(parts.database, parts.tables, id)),
    jobs: (repository, limit, cursor) => listJobs(parts, repository, limit, cursor),
    unfinished: () => unfinishedJobs(parts),
  };
};

const keptIf = (refused: unknown): Kept => (refused === null ? 'kept' : 'lost');

const begin = async (parts: SyncStoreParts, job: JobRef, at: Date): Promise<JobRecord | 'lost'> => {
  const { database, tables } = parts;
  const key = jobKey(tables, job.job_id);
  const seen = await readJob(database, tables, job.job_id);
  if (seen === null || seen.fence !== job.fence) return 'lost';
  const now = at.toISOString();
  const start = { status: 'running', phase: 'pull', phase_done: 0, started_at: now, updated_at: now } as const;
  const refused = await writeWith(
    parts,
    updateOf(key, (e) => ({ set: start, when: [e.equals(['fence'], job.fence), e.equals(['status'], 'queued')] })),
    await eventItems(parts, 'sync.started', { job: { ...seen, ...start }, inFlight: [] }, at),
  );
  // Only its own execution writes to a queued job, and a claim that replaces it raises its fence.
  if (!refused) return { ...seen, ...start };
  // Begun before: by an earlier attempt, or by this one, whose answer was lost. It keeps its start and its progress.
  const again = await database.change(
    updateOf(key, (e) => ({ set: { updated_at: now }, when: jobIs(e, job, 'begin') })),
  );
  return 'written' in again ? parseJob(again.written) : 'lost';
};

const heartbeat = async ({ database, tables }: SyncStoreParts, job: JobRef, beat: Heartbeat): Promise<Kept> =>
  keptIf(
    await database.update(
      updateOf(jobKey(tables, job.job_id), (e) => ({
        set: {
          phase: beat.phase,
          updated_at: beat.at.toISOString(),
          ...(beat.phaseDone === undefined ? {} : { phase_done: beat.phaseDone }),
          ...(beat.currentFile === undefined ? {} : { current_file: beat.currentFile }),
          ...(beat.estimatedCompletion === undefined
            ? {}
            : { estimated_completion: beat.estimatedCompletion?.toISOString() ?? null }),
          ...(beat.pace === undefined ? {} : { pace: beat.pace }),
        },
        when: jobIs(e, job, 'work'),
      })),
    ),
  );

const recordPull = async (
  { database, tables }: SyncStoreParts,
  job: JobRef,
  pull: readonly PullReport[],
  at: Date,
): Promise<Kept> =>
  keptIf(
    await database.update(
      updateOf(jobKey(tables, job.job_id), (e) => ({
        set: { pull, updated_at: at.toISOString() },
        when: jobIs(e, job, 'work'),
      })),
    ),
  );

const recordDiff = async ({ database, tables }: SyncStoreParts, job: JobRef, report: DiffReport): Promise<Kept> =>
  keptIf(
    await database.transact([
      {
        Update: updateOf(jobKey(tables, job.job_id), (e) => ({
          set: {
            mode: report.mode,
            generation: report.generation,
            files_total: report.filesTotal,
            files_from_diff: report.filesDone,
            updated_at: report.at.toISOString(),
          },
          when: jobIs(e, job, 'work'),
        })),
      },
      {
        Update: updateOf(repositoryKey(tables, job.repository_id), (e) => {
          const generation = e.path('generations', String(report.generation));
          return {
            assign: [`${generation} = if_not_exists(${generation}, ${e.value(report.generationRecord)})`],
            when: lockIs(e, job),
          };
        }),
      },
    ]),
  );

/** A number is taken once a job: a job that has one keeps it, also under a later attempt. */
const takeGeneration = async ({ database, tables }: SyncStoreParts, job: JobRef): Promise<number | 'lost'> => {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const repository = await readRepository(database, tables, job.repository_id);
    if (repository?.lock?.job_id !== job.job_id || repository.lock.fence !== job.fence) return 'lost';
    const generation = repository.generation + 1;
    const refusals = await database.transact([
      {
        Update: updateOf(repositoryKey(tables, job.repository_id), (e) => ({
          set: { generation },
          when: [...lockIs(e, job), e.equals(['generation'], repository.generation)],
        })),
      },
      {
        Update: updateOf(jobKey(tables, job.job_id), (e) => ({
          // `generation` alone would not do: the diff of an incremental job sets it to one that exists.
          set: { generation, generation_taken: generation },
          when: [...jobIs(e, job, 'work'), e.absent('generation_taken')],
        })),
      },
    ]);
    if (refusals === null) return generation;
    const refused = refusals[1]?.item;
    if (refused !== undefined)
      return refused?.fence === job.fence &&
        refused.status === 'running' &&
        typeof refused.generation_taken === 'number'
        ? refused.generation_taken
        : 'lost';
    await database.pause(attempt);
  }
  throw new StoreBusyError(`the generation of ${job.repository_id} changed ${TRIES} times while it was taken`);
};

/** While a repository is locked its fence is the lock's, so the next one is known without a look. */
const resume = async (parts: SyncStoreParts, job: JobRef, at: Date): Promise<JobRecord | 'lost'> => {
  const { database, tables } = parts;
  const fence = job.fence + 1;
  const refusals = await database.transact([
    {
      Update: updateOf(jobKey(tables, job.job_id), (e) => ({
        set: { fence, updated_at: at.toISOString() },
        add: { attempt: 1 },
        when: jobIs(e, job, 'resume'),
      })),
    },
    {
      Update: updateOf(repositoryKey(tables, job.repository_id), (e) => ({
        set: { fence, lock: { job_id: job.job_id, fence } },
        when: lockIs(e, job),
      })),
    },
  ]);
  if (refusals !== null) return 'lost';
  await refenceBatches(parts, job.job_id, fence);
  const record = await readJob(database, tables, job.job_id);
  return record !== null && record.fence === fence ? record : 'lost';
};
