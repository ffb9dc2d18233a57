import { DiffFile, WantedBlob } from '../contract/job-files.ts';
import type { JobPace, JobRecord, RepositoryRecord } from '../contract/records.ts';
import { type BlobResult, type JobRef, StageOutput } from '../contract/workflow-state.ts';
import { type ByteBlocks, createByteBlocks } from '../domain/byte-blocks.ts';
import { FileGivenUpError } from '../domain/errors.ts';
import { publishSeconds } from '../domain/estimate.ts';
import type { SkipReason } from '../domain/outcomes.ts';
import { addUnder } from '../domain/own.ts';
import { packedText } from '../manifest/packs/pack-text.ts';
import { needJson, readJson } from '../objects/json-objects.ts';
import { jobKeys } from '../objects/object-keys.ts';
import type { Blob } from '../ports/git-source.ts';
import type { Runtime } from '../ports/runtime.ts';
import { failedResult } from './embed-files.ts';
import { planAfterStage } from './job-plan.ts';
import { keepLimits } from './keep-limits.ts';
import { loadJob } from './load-job.ts';
import { inPhase, kept, type PhaseState, type Pulse } from './pulse.ts';
import { MAX_FILE_BYTES, skipByContent } from './rules/content-filter.ts';
import { isPlain, readAs, readText } from './rules/read-text.ts';
import { readSent } from './sent-blobs.ts';
import { sourceOf } from './source-of.ts';
import { countFiles, type ReadFile, readStanding, writeBatches } from './stage-batches.ts';

type Deps = Pick<
  Runtime,
  | 'running'
  | 'batches'
  | 'jobs'
  | 'repositories'
  | 'objects'
  | 'git'
  | 'encodingGuess'
  | 'fileWatch'
  | 'headStart'
  | 'clock'
  | 'logger'
  | 'settings'
>;

/** The batch number under which stage counts the files that it decided itself. */
const STAGE_BATCH = 0;

/**
 * Reads all wanted blobs in one request, leaves out what is not source text, and writes the rest in batches, each with its texts in a pack. A step that is tried again reads
 * what is in no batch yet.
 */
export const stage =
  (deps: Deps) =>
  async (job: JobRef): Promise<StageOutput> => {
    const keys = jobKeys(job);
    const done = await readJson(deps.objects, keys.stage, StageOutput);
    const output = done ?? (await readAndWrite(deps, job));
    await enterEmbedding(deps, job, output);
    return output;
  };

/** The children of the Map only write their own batches: that the job is in another phase now, and what it will take, is said here. */
const enterEmbedding = async (deps: Deps, job: JobRef, output: StageOutput): Promise<void> => {
  const loaded = await loadJob(deps, job);
  const { repository, record } = loaded;
  if (record.phase !== 'stage') return;
  const { pending_files } = await needJson(deps.objects, jobKeys(job).diff, DiffFile);
  // Absent where a service of before has made the diff.
  const plan =
    // Nor twice, where this step is repeated.
    record.plan === undefined || record.plan.tokens !== null
      ? record.plan
      : planAfterStage(record.plan, output.bytes ?? 0, output.skipped_by_reason ?? {});
  if (plan !== undefined) await keepLimits(deps, loaded, plan, 'stage');
  const at = deps.clock.now();
  const begins =
    output.batches === 0
      ? ({ phase: 'stage' } as const)
      : ({ phase: 'embed', phaseDone: 0, pace: paceOf(repository, record, pending_files, at) } as const);
  kept(await deps.running.heartbeat(job, { ...begins, at, plan }));
};

/** What is expected of embedding: what the estimate made after the diff leaves for it. */
const paceOf = (repository: RepositoryRecord, record: JobRecord, filesToRead: number, at: Date): JobPace => {
  const { rates } = repository;
  const tail = publishSeconds(rates, record.mode ?? 'full', filesToRead);
  const measured = (rates.read_seconds_per_file ?? null) !== null && record.estimated_completion !== null;
  const left = measured ? (Date.parse(record.estimated_completion ?? '') - at.getTime()) / 1000 - tail : null;
  return {
    at: at.toISOString(),
    files_done: record.files_done,
    expected_seconds: left === null ? null : Math.max(0, left),
    tail_seconds: tail,
  };
};

const readAndWrite = async (deps: Deps, job: JobRef): Promise<StageOutput> => {
  const keys = jobKeys(job);
  const loaded = await loadJob(deps, job);
  const { repository, record } = loaded;
  return inPhase(deps, loaded, 'stage', async (pulse, state) => {
    const found = await needJson(deps.objects, keys.diff, DiffFile);
    const wanted = new Map<string, WantedBlob>();
    const languages = sharedLists();
    for await (const lines of deps.objects.getLines(keys.wanted))
      for (const line of lines) {
        const blob = WantedBlob.parse(JSON.parse(line));
        wanted.set(blob.oid, { ...blob, languages: languages(blob.languages) });
      }
    const standing = await readStanding(deps, job, wanted);
    const staged = new Set(standing.flatMap(({ pack }) => pack.oids));
    const oids = wanted
      .keys()
      .filter((oid) => !staged.has(oid))
      .toArray();
    const options = { signal: pulse.signal, maxBytes: MAX_FILE_BYTES };
    const skipped: BlobResult[] = [];
    const sent = await readSent(deps, found.sent ?? [], wanted, MAX_FILE_BYTES);
    const others = oids.filter((oid) => !sent.has(oid));
    async function* blobs(): AsyncGenerator<Blob> {
      for (const blob of sent.values()) if (!staged.has(blob.oid)) yield blob;
      if (others.length > 0) yield* deps.git.blobs(sourceOf(repository, record), found.commits, others, options);
    }
    const blocks = createByteBlocks();
    const texts = readTexts(deps, job, blobs(), blocks, { wanted, before: staged.size }, skipped, pulse, state);
    const { batches, kept: alone } = await writeBatches(deps, job, record, texts, blocks, wanted, standing);
    const items = batches.map(({ item }) => item);
    const packs = [...batches.map(({ pack }) => pack), ...alone];
    await recordSkipped(deps, job, skipped, wanted);
    await deps.objects.putLines(
      keys.items,
      items.map((item) => JSON.stringify(item)),
    );
    await deps.objects.putLines(
      keys.packed,
      packs.map((pack) => JSON.stringify(pack)),
    );
    const output: StageOutput = {
      batches: items.length,
      items_key: keys.items,
      first: items[0] ?? null,
      bytes: items.reduce((sum, { bytes }) => sum + bytes, 0),
      skipped_by_reason: reasonsOf(skipped, wanted),
    };
    await deps.objects.putText(keys.stage, JSON.stringify(output));
    deps.logger.info('content staged', {
      ...job,
      batches: items.length,
      blobs: wanted.size,
      sent: sent.size,
      skipped: skipped.length,
    });
    return output;
  });
};

/** Equal lists as one: most of a job's blobs are of few languages, and all of them are held until the last one is read. */
const sharedLists = (): ((list: string[]) => string[]) => {
  const known = new Map<string, string[]>();
  return (list) => {
    const key = list.join('|');
    const first = known.get(key) ?? list;
    known.set(key, first);
    return first;
  };
};

/** Blobs as text; those that are none, or that cost a worker, go to `skipped`. */
async function* readTexts(
  deps: Deps,
  job: JobRef,
  blobs: AsyncIterable<Blob>,
  blocks: ByteBlocks,
  { wanted, before }: { readonly wanted: ReadonlyMap<string, WantedBlob>; readonly before: number },
  skipped: BlobResult[],
  pulse: Pulse,
  state: PhaseState,
): AsyncGenerator<ReadFile> {
  let seen = before;
  for await (const { oid, content, size } of blobs) {
    await pulse.check();
    const blob = wanted.get(oid);
    if (blob === undefined) continue;
    state.done = ++seen / wanted.size;
    state.currentFile = blob.path;
    let read: Read;
    try {
      read = content === null ? 'too_large' : await readSource(deps, content, blob, blocks);
    } catch (error) {
      if (!(error instanceof FileGivenUpError)) throw error;
      if (blob.text_only) continue;
      skipped.push(failedResult(deps, job, { path: blob.path, oid, size }, error));
      continue;
    }
    if (typeof read === 'string') {
      // It stays in the index as it is.
      if (blob.text_only) continue;
      skipped.push({ oid, size, outcome: 'skipped', reason: read, chunks: 0, embedded: 0, reused: 0 });
      continue;
    }
    yield {
      path: blob.path,
      oid,
      size,
      previous: blob.previous,
      languages: blob.languages,
      ...read,
    };
  }
}

/** A file's text, or why it is not read. */
type Read = Pick<ReadFile, 'utf8' | 'length' | 'written_in'> | SkipReason;

/** A text of its own, or a copy in `blocks`. Throws FileGivenUpError for a file that costs a worker. */
const readSource = async (
  deps: Deps,
  content: Uint8Array,
  { path, encoding }: WantedBlob,
  blocks: ByteBlocks,
): Promise<Read> => {
  const watched = <T>(compute: () => T): T => deps.fileWatch.run(path, compute);
  if (isPlain(content))
    return watched(() => skipByContent(content, path)) ?? { utf8: blocks.keep(content), length: content.length };
  let read = watched(() => readText(content, encoding ?? null));
  if (read === null) {
    const guess = await deps.encodingGuess.load();
    read = watched(() => {
      const guessed = guess(content);
      return guessed === null ? null : readAs(content, guessed);
    });
  }
  if (read === null) return 'undecodable';
  if (read === 'binary') return read;
  const { text, encoding: found, source } = read;
  const { utf8, length } = packedText('', text);
  // The filters look at UTF-8, as nearly all files are.
  const reason = watched(() => skipByContent(source === null ? content : utf8, path));
  if (reason !== null) return reason;
  return { utf8, length, ...(source === null || found === null ? {} : { written_in: { encoding: found, source } }) };
};

/** The results of batch 0: what needs no embedding. */
const recordSkipped = async (
  deps: Deps,
  job: JobRef,
  skipped: readonly BlobResult[],
  wanted: ReadonlyMap<string, WantedBlob>,
): Promise<void> => {
  if (skipped.length === 0) return;
  await deps.objects.putLines(
    jobKeys(job).result(STAGE_BATCH),
    skipped.map((result) => JSON.stringify(result)),
  );
  const files = countFiles(skipped, wanted);
  const at = deps.clock.now().toISOString();
  const progress = { batch: STAGE_BATCH, files_total: files, current_file: null, updated_at: at };
  if (kept(await deps.batches.start(job, { ...progress, files_done: 0 })) === 'done') return;
  kept(await deps.batches.finish(job, { ...progress, files_done: files }));
};

const reasonsOf = (skipped: readonly BlobResult[], wanted: ReadonlyMap<string, WantedBlob>): Record<string, number> => {
  const reasons: Record<string, number> = {};
  for (const blob of skipped)
    if (blob.outcome === 'skipped') addUnder(reasons, blob.reason, countFiles([blob], wanted));
  return reasons;
};
