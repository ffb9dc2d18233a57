import type { JobRecord } from '../../core/contract/records.ts';
import type { JobRef } from '../../core/contract/workflow-state.ts';
import { StoreBusyError } from '../../core/domain/errors.ts';
import type { IndexFault } from '../../core/domain/index-fault.ts';
import type { Kept } from '../../core/ports/kept.ts';
import type { DiffReport, Heartbeat, PullRecord, RunningJobs } from '../../core/ports/running-jobs.ts';
import { TRIES } from './database.ts';
import { eventItems } from './delivery-items.ts';
import { updateOf } from './expression.ts';
import { jobIs, jobKey, parseJob, readJob } from './job-items.ts';
import { noteProgress, writeWith } from './progress-notes.ts';
import { lockIs, readRepository, repositoryKey } from './repository-items.ts';
import { storedNames } from './stored-names.ts';
import { type JobTables, type JobTablesOptions, jobTables } from './sync-parts.ts';

export const createDynamoRunningJobs = (options: JobTablesOptions): RunningJobs => {
  const tables = jobTables(options);
  return {
    begin: (job, at) => begin(tables, job, at),
    heartbeat: (job, beat) => heartbeat(tables, job, beat),
    noteProgress: (job, points, at) => noteProgress(tables, job, points, at),
    recordPull: (job, pull) => recordPull(tables, job, pull),
    recordDiff: (job, report) => recordDiff(tables, job, report),
    recordFaults: (job, faults) => recordFaults(tables, job, faults),
    takeGeneration: (job) => takeGeneration(tables, job),
  };
};

const keptIf = (refused: unknown): Kept => (refused === null ? 'kept' : 'lost');

const begin = async (parts: JobTables, job: JobRef, at: Date): Promise<JobRecord | 'lost'> => {
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

const heartbeat = async ({ database, tables }: JobTables, job: JobRef, beat: Heartbeat): Promise<Kept> =>
  keptIf(
    await database.note(
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
          ...(beat.plan === undefined ? {} : { plan: beat.plan }),
          ...(beat.lastError === undefined ? {} : { last_error: beat.lastError }),
        },
        when: jobIs(e, job, 'work'),
      })),
    ),
  );

const recordPull = async (
  { database, tables }: JobTables,
  job: JobRef,
  { reports, branches, current, sightings, at }: PullRecord,
): Promise<Kept> =>
  keptIf(
    await database.transact([
      {
        Update: updateOf(jobKey(tables, job.job_id), (e) => ({
          set: { pull: reports, branches, current, updated_at: at.toISOString() },
          when: jobIs(e, job, 'work'),
        })),
      },
      ...(sightings === null
        ? []
        : [
            {
              Update: updateOf(repositoryKey(tables, job.repository_id), (e) => ({
                set: { sightings: storedNames(sightings) },
                when: lockIs(e, job),
              })),
            },
          ]),
    ]),
  );

const recordDiff = async ({ database, tables }: JobTables, job: JobRef, report: DiffReport): Promise<Kept> => {
  const { generation, generationRecord } = report;
  return keptIf(
    await database.transact([
      {
        Update: updateOf(jobKey(tables, job.job_id), (e) => ({
          set: {
            mode: report.mode,
            mode_reason: report.modeReason,
            generation,
            plan: report.plan,
            files_total: report.filesTotal,
            files_from_diff: report.filesDone,
            updated_at: report.at.toISOString(),
          },
          when: jobIs(e, job, 'work'),
        })),
      },
      ...(generationRecord === null
        ? []
        : [
            {
              Update: updateOf(repositoryKey(tables, job.repository_id), (e) => {
                const path = e.path('generations', String(generation));
                return {
                  assign: [`${path} = if_not_exists(${path}, ${e.value(generationRecord)})`],
                  when: lockIs(e, job),
                };
              }),
            },
          ]),
    ]),
  );
};

const recordFaults = async (
  { database, tables }: JobTables,
  job: JobRef,
  faults: ReadonlyMap<number, IndexFault | null>,
): Promise<Kept> => {
  const entries = [...faults];
  return keptIf(
    await database.update(
      updateOf(repositoryKey(tables, job.repository_id), (e) => ({
        assign: entries.flatMap(([number, fault]) =>
          fault === null ? [] : [e.equals(['generations', String(number), 'fault'], fault)],
        ),
        remove: entries.flatMap(([number, fault]) =>
          fault === null ? [e.path('generations', String(number), 'fault')] : [],
        ),
        when: [...lockIs(e, job), ...entries.map(([number]) => e.exists('generations', String(number)))],
      })),
    ),
  );
};

/** A number is taken once a job: a job that has one keeps it, also under a later attempt. */
const takeGeneration = async ({ database, tables }: JobTables, job: JobRef): Promise<number | 'lost'> => {
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
