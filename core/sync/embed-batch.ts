import type { BatchProgress, JobRecord } from '../contract/records.ts';
import {
  type BatchItem,
  BlobResult,
  type EmbedBatchInput,
  type EmbedBatchOutput,
  type JobRef,
  StagedBlob,
  type StagedFile,
} from '../contract/workflow-state.ts';
import { ObjectDamagedError, QuotaExceededError, SyncError } from '../domain/errors.ts';
import { dayOf, secondsToNextDay, tokensOf } from '../domain/quota.ts';
import type { Pack } from '../manifest/packs/pack-text.ts';
import { needPack } from '../objects/contents.ts';
import { jobKeys } from '../objects/object-keys.ts';
import type { Kept } from '../ports/kept.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { IndexRow } from '../ports/search-index.ts';
import { careFor } from './careful-batch.ts';
import { embedFiles, type Place } from './embed-files.ts';
import { generationOfJob } from './generation-of-job.ts';
import { jobAnswer } from './job-answer.ts';
import { usedBy } from './job-plan.ts';
import { lastErrorAfter } from './last-error.ts';
import { writeFilter } from './pack-writer.ts';
import { progressNotes } from './progress-notes.ts';
import { kept, withPulse } from './pulse.ts';
import { batchWaits } from './rules/retry-waits.ts';

type Deps = Pick<
  Runtime,
  | 'running'
  | 'batches'
  | 'jobs'
  | 'repositories'
  | 'objects'
  | 'chunker'
  | 'embedder'
  | 'index'
  | 'clock'
  | 'logger'
  | 'settings'
  | 'tokenQuota'
>;

/** Files chunked, embedded and put together: enough for full calls to embedder and index, small enough to report by. */
const FILES_AT_ONCE = 16;

/** Rows put in one call: nearly every batch in one (2 MiB are some 1,500 rows), since each put costs the index; with their texts 7 MB. */
const ROWS_AT_ONCE = 2000;

/**
 * Chunks, embeds and puts the staged files of some batches. A batch whose result stands is not worked on again, so a
 * retry or a resumed job repeats at most what was in flight. A file that cannot be embedded is `failed`, not the sync.
 */
export const embedBatch =
  (deps: Deps) =>
  async ({ job, items }: EmbedBatchInput): Promise<EmbedBatchOutput> => {
    const { generation, owner, record, inFlight } = await generationOfJob(deps, job);
    const isPlan = record.options.dry_run === true;
    const used = isPlan ? planning(deps) : deps;
    const lookAround = overallProgress(deps, job, record);
    const total = { batches: 0, files: 0, chunks: 0 };
    for (const item of items) {
      try {
        const before = inFlight.find(({ batch }) => batch === item.batch);
        total.chunks += await embedOne(used, { job, generation, owner, before, isPlan }, item, lookAround);
      } catch (error) {
        await tellFailure(deps, job, item, error);
        throw error;
      }
      total.files += item.files;
      total.batches += 1;
    }
    return total;
  };

/** All that a batch does but what costs or stays: nothing is embedded, nothing put, and no quota is touched. */
const planning = (deps: Deps): Deps => ({
  ...deps,
  embedder: { ...deps.embedder, embed: async (texts) => texts.map(() => NO_VECTOR) },
  index: { ...deps.index, get: (...call) => deps.index.get(...call), put: async () => undefined },
  tokenQuota: { ...deps.tokenQuota, take: async () => 'taken', giveBack: async () => undefined },
});
const NO_VECTOR = new Float32Array(0);

interface BatchPlace extends Place {
  readonly owner: string;
  readonly before: BatchProgress | undefined;
  readonly isPlan: boolean;
}

const embedOne = async (
  deps: Deps,
  { job, generation, owner, before, isPlan }: BatchPlace,
  item: BatchItem,
  lookAround: LookAround,
): Promise<number> => {
  const resultKey = jobKeys(job).result(item.batch);
  const state = { done: 0, current: null as string | null };
  const progress = () => ({
    batch: item.batch,
    files_total: item.files,
    files_done: state.done,
    current_file: state.current,
    updated_at: deps.clock.now().toISOString(),
    ...care.noted(),
  });
  // One write at a time, each with what is true when its turn comes: a late beat must not name the file before.
  let written: Promise<unknown> = Promise.resolve();
  const write = (): Promise<Kept> => {
    const mine = written.then(() => deps.batches.progress(job, progress()));
    written = mine.catch(() => undefined);
    return mine;
  };
  const care = careFor(before, async () => {
    kept(await write());
  });
  if (kept(await deps.batches.start(job, progress())) === 'done') return 0;
  let chunks = 0;
  let results: readonly BlobResult[];
  if (!(await deps.objects.exists(resultKey))) {
    const budget = await takeTokens(deps, owner, item);
    results = await withPulse(
      deps.clock,
      async () => {
        const outcome = await write();
        if (outcome === 'kept') await lookAround(item.batch, state.done);
        return outcome;
      },
      async (pulse) => {
        const all: BlobResult[] = [];
        let rows: IndexRow[] = [];
        let vectors: Float32Array[] = [];
        const put = async (atLeast: number): Promise<void> => {
          if (rows.length < atLeast) return;
          await pulse.check();
          await deps.index.put(generation, rows);
          deps.embedder.release?.(vectors);
          [rows, vectors] = [[], []];
        };
        const pack = await needPack(deps.objects, job.repository_id, { writer: job.job_id, name: item.pack });
        for await (const files of groups(deps, item, pack)) {
          await pulse.check();
          state.current = files[0]?.path ?? null;
          const embedded = await embedFiles(deps, pulse, { job, generation }, files, care, (path) => {
            state.current = path;
          });
          budget.spent += tokensOf(embedded.characters);
          all.push(...embedded.results);
          rows.push(...embedded.rows);
          vectors.push(...embedded.vectors);
          await put(ROWS_AT_ONCE);
          // Several paths may wait for one blob: in step with blobs while in flight, exact when the batch is folded.
          state.done = Math.min(item.files, all.length);
        }
        await put(1);
        if (!isPlan) await keepFilter(deps, job, item, pack);
        return all;
      },
    );
    await budget.giveRestBack();
    chunks = results.reduce((sum, result) => sum + result.chunks, 0);
    await deps.objects.putLines(
      resultKey,
      results.map((result) => JSON.stringify(result)),
    );
  } else results = await resultsOf(deps, resultKey);
  state.done = item.files;
  kept(await deps.batches.finish(job, { ...progress(), ...(isPlan ? {} : { used: usedBy(results) }) }));
  await lookAround(item.batch, null);
  return chunks;
};

/** Of a batch that was done before and not folded. */
const resultsOf = async (deps: Deps, key: string): Promise<readonly BlobResult[]> => {
  const results: BlobResult[] = [];
  for await (const lines of deps.objects.getLines(key))
    for (const line of lines) results.push(BlobResult.parse(JSON.parse(line)));
  return results;
};

/** Notes with the batch that it is tried again, if it is. What cannot be noted now is seen in the log. */
const tellFailure = async (deps: Deps, job: JobRef, { batch, files }: BatchItem, error: unknown): Promise<void> => {
  if (!(error instanceof SyncError)) return;
  try {
    const view = await deps.jobs.get(job.job_id);
    const flying = view?.inFlight.find((each) => each.batch === batch);
    if (view === null || flying === undefined) return;
    const at = deps.clock.now();
    const { attempt } = view.job;
    const failed = {
      jobId: job.job_id,
      phase: 'embed',
      attempt,
      before: flying.last_error,
      waits: batchWaits,
      at,
    } as const;
    const told = lastErrorAfter(error, failed);
    if (told === null) return;
    const progress = { batch, files_total: files, files_done: 0, current_file: null, updated_at: at.toISOString() };
    await deps.batches.progress(job, { ...progress, last_error: told });
  } catch {
    // Telling of a failure must not hide it.
  }
};

/**
 * Takes from the owner's day what the batch may need at most (its texts' bytes are no fewer than their characters), before anything
 * is embedded. What was not needed is given back at the end; a worker that dies leaves it taken until the day ends.
 */
const takeTokens = async (deps: Deps, owner: string, { bytes }: BatchItem) => {
  const at = deps.clock.now();
  const day = dayOf(at);
  const reserved = tokensOf(bytes);
  const limit = deps.settings.quotas.tokensPerDay;
  if ((await deps.tokenQuota.take(owner, day, reserved, limit)) === 'refused')
    throw new QuotaExceededError(
      `the quota of ${limit} embedded tokens a day (UTC) of ${owner} has no room for the next files: it begins anew in ${secondsToNextDay(at)} s; the operator can raise it`,
    );
  const budget = {
    spent: 0,
    giveRestBack: async (): Promise<void> => {
      if (budget.spent < reserved) await deps.tokenQuota.giveBack(owner, day, reserved - budget.spent);
    },
  };
  return budget;
};

/** Told of a batch: how many of its files are done, null at its end. */
type LookAround = (batch: number, done: number | null) => Promise<void>;

/**
 * Tells the job's webhook how far the whole job is. That takes a look at what the other batches have done, so it is done at a
 * batch's end and whenever this worker's share has grown by half of what ten points are: a few looks a sync, however many
 * workers there are. Nothing is looked at without a webhook.
 */
const overallProgress = (deps: Deps, job: JobRef, { options, files_total }: JobRecord): LookAround => {
  const note = progressNotes(deps, job, options.progress_webhook);
  const step = Math.max(1, (files_total ?? 0) / 16);
  let seen = { batch: -1, done: 0 };
  return async (batch, done) => {
    if (options.progress_webhook === undefined) return;
    if (done !== null && done - (seen.batch === batch ? seen.done : 0) < step) return;
    seen = { batch, done: done ?? 0 };
    try {
      const view = await deps.jobs.get(job.job_id);
      if (view !== null) await note(jobAnswer(view, deps.clock.now()).progress.percentage);
    } catch {
      // Telling of a sync must not fail it: the next look tries again.
    }
  };
};

/** Here and not where the pack is written: batches are worked on at the same time. */
const keepFilter = async (deps: Deps, job: JobRef, item: BatchItem, { oids, textOf }: Pack): Promise<void> => {
  const texts = oids.map((oid) => textOf(oid) as string);
  await writeFilter(deps, job, item.pack, texts);
};

async function* groups(deps: Deps, item: BatchItem, { textOf }: Pack): AsyncGenerator<readonly StagedFile[]> {
  let group: StagedFile[] = [];
  for await (const lines of deps.objects.getLines(item.key))
    for (const line of lines) {
      const blob = StagedBlob.parse(JSON.parse(line));
      const text = textOf(blob.oid);
      if (text === undefined) throw new ObjectDamagedError(`the pack ${item.pack} does not have ${blob.oid}`);
      group.push({ ...blob, text });
      if (group.length < FILES_AT_ONCE) continue;
      yield group;
      group = [];
    }
  if (group.length > 0) yield group;
}
