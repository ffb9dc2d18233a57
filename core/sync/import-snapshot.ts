import { z } from 'zod';
import { type DiffedBranch, DiffFile, PackedBatch } from '../contract/job-files.ts';
import type { GenerationRecord } from '../contract/records.ts';
import { Snapshot } from '../contract/snapshot.ts';
import { BlobResult, type ImportOutput, type JobRef } from '../contract/workflow-state.ts';
import { ObjectMissingError, SourceUnavailableError } from '../domain/errors.ts';
import { addUnder } from '../domain/own.ts';
import { parseManifestLine } from '../manifest/manifest.ts';
import { putLine } from '../manifest/manifest-patch.ts';
import { packedText } from '../manifest/packs/pack-text.ts';
import { mapAhead } from '../manifest/pages/map-ahead.ts';
import { fingerprint } from '../objects/fingerprint.ts';
import { readJson } from '../objects/json-objects.ts';
import { attributesKey, jobKeys } from '../objects/object-keys.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Generation } from '../ports/search-index.ts';
import { describedBy } from './generation-of.ts';
import { planAfterDiff } from './job-plan.ts';
import { type LoadedJob, loadJob } from './load-job.ts';
import { writeFilter, writePack } from './pack-writer.ts';
import { inPhase, kept, type PhaseState, type Pulse } from './pulse.ts';
import { openSnapshots, type ReadBlob, type SnapshotReader } from './read-snapshot.ts';
import { recipeInEffect } from './recipe-in-effect.ts';

type Deps = Pick<
  Runtime,
  | 'running'
  | 'jobs'
  | 'repositories'
  | 'objects'
  | 'index'
  | 'snapshotSource'
  | 'embedder'
  | 'chunker'
  | 'clock'
  | 'logger'
  | 'settings'
>;

/** Pages that are fetched while others are put: the other service reads its index for each. */
const PAGES_AHEAD = 4;
/** Looks at a branch that moves while it is imported. Each takes over the pages that stayed. */
const LOOKS = 20;
/** How long one call works, in milliseconds: a function's 15 minutes have room for the page under way. */
const MOST_MILLISECONDS = 600_000;

/** What a page of blobs has left, once all of it is put: the mark that it needs no fetching. */
const TakenPage = z.object({ pack: PackedBatch.nullable(), results: z.array(BlobResult) });
type TakenPage = z.infer<typeof TakenPage>;

/**
 * In the place of pull, diff, stage and embed: takes over the index of branches of another service, and leaves for the publish what those leave.
 * A repeated call continues behind the last page that was put. `done: false`: its time is over, and it is to be called again.
 */
export const importSnapshot =
  (deps: Deps) =>
  async (job: JobRef): Promise<ImportOutput> => {
    const keys = jobKeys(job);
    if ((await readJson(deps.objects, keys.diff, DiffFile)) !== null) return { done: true };
    const loaded = await loadJob(deps, job);
    const { repository, record } = loaded;
    const { snapshot } = record;
    if (snapshot === undefined) throw new ObjectMissingError('the job does not say what it imports');
    const credential =
      snapshot.credential === undefined ? undefined : { name: snapshot.credential, user: repository.owner };
    return inPhase(deps, loaded, 'import', async (pulse, state) => {
      const address = { url: snapshot.url, credential };
      const reader = openSnapshots(deps.snapshotSource, address, recipeInEffect(deps), pulse.signal);
      const until = deps.clock.now().getTime() + MOST_MILLISECONDS;
      const work = { deps, loaded, reader, pulse, state, until };
      for (let look = 1; ; look++) {
        const found = await namedBranches(work, look);
        const taken = await takeAll(work, found);
        if (taken === 'late') return { done: false };
        if (taken === 'whole') {
          await leaveForPublish(work, found);
          return { done: true };
        }
        if (look === LOOKS)
          throw new SourceUnavailableError(`${snapshot.url}: the branch moved ${LOOKS} times while it was imported`, {
            reason: 'commit_gone',
          });
        deps.logger.info('the branch has moved, looking again', { ...job, look });
      }
    });
  };

interface Work {
  readonly deps: Deps;
  readonly loaded: LoadedJob;
  readonly reader: SnapshotReader;
  readonly pulse: Pulse;
  readonly state: PhaseState;
  readonly until: number;
}

/** What is imported, each branch once. A repeated call continues with what the first has found: another look only where that is gone. */
const namedBranches = async ({ deps, loaded, reader }: Work, look: number): Promise<readonly Snapshot[]> => {
  const { job, record } = loaded;
  const key = jobKeys(job).snapshot;
  const known = look > 1 ? null : await readJson(deps.objects, key, z.array(Snapshot));
  if (known !== null) return known;
  const names = new Set(record.options.branches);
  const found: Snapshot[] = [];
  // First, as in a sync: the publish takes the first one's name for that of the default branch.
  if (names.delete('current')) found.push(await reader.open(undefined));
  for (const name of names) if (found[0]?.branch !== name) found.push(await reader.open(name));
  const branches = found.map(({ branch, commit }) => ({ name: branch, commit, reason: null }));
  const at = deps.clock.now();
  kept(await deps.running.recordPull(job, { reports: [], branches, current: null, sightings: null, at }));
  await deps.objects.putText(key, JSON.stringify(found));
  return found;
};

/** Puts all pages of blobs that are not put yet, and writes the files down. */
const takeAll = async (work: Work, found: readonly Snapshot[]): Promise<'whole' | 'moved' | 'late'> => {
  const { deps, loaded, reader, pulse, state, until } = work;
  const { job } = loaded;
  for (const [at, snapshot] of found.entries()) if (!(await writeFiles(work, snapshot, at))) return 'moved';
  const generation = await ownGeneration(work, found);
  const done = new Set(await Array.fromAsync(deps.objects.list(jobKeys(job).taken)));
  const pages = pagesOf(found);
  const wanted = [...pages].filter(([page]) => !done.has(jobKeys(job).takenPage(page)));
  let behind = wanted.length;
  const read = mapAhead(wanted, PAGES_AHEAD, async ([page, branch]) => {
    if (deps.clock.now().getTime() > until) return { page, blobs: 'late' as const };
    return { page, blobs: await reader.blobs(branch, page) };
  });
  for await (const { page, blobs } of read) {
    if (blobs === 'late') return 'late';
    if (blobs === null) return 'moved';
    await pulse.check();
    await takePage(work, generation, page, blobs);
    behind -= 1;
    state.done = 1 - behind / Math.max(1, pages.size);
  }
  return 'whole';
};

/** Each page once, with a branch that has it. */
const pagesOf = (found: readonly Snapshot[]): ReadonlyMap<string, string> =>
  new Map(found.flatMap(({ branch, blob_pages }) => blob_pages.map(({ page }) => [page, branch] as const)));

/** The branch's files, as what the publish writes into a manifest that has none yet. False: the branch has moved. */
const writeFiles = async (
  { deps, loaded: { job }, reader, pulse }: Work,
  { branch, file_pages }: Snapshot,
  at: number,
): Promise<boolean> => {
  let moved = false;
  async function* blocks(): AsyncGenerator<readonly string[]> {
    const pages = mapAhead(file_pages, PAGES_AHEAD, ({ page }) => reader.lines(branch, page));
    for await (const lines of pages) {
      moved = lines === null;
      if (lines === null) return;
      yield lines.map((line) => putLine(parseManifestLine(line)));
      await pulse.check();
    }
  }
  await deps.objects.putLines(jobKeys(job).patch(at), blocks());
  return !moved;
};

/** A generation of its own: what is searched stays as it is until the publish. */
const ownGeneration = async (
  { deps, loaded: { job, repository }, pulse }: Work,
  found: readonly Snapshot[],
): Promise<Generation> => {
  const number = kept(await deps.running.takeGeneration(job));
  const files = found.reduce((sum, { file_pages }) => sum + file_pages.reduce((all, { lines }) => all + lines, 0), 0);
  const counts = { ...nothingCounted(), added: files };
  const made = await recordCounts(deps, job, number, { counts, filesTotal: files, filesDone: 0 });
  await pulse.check();
  const generation = describedBy(repository.repository_id, number, made);
  await deps.index.create(generation);
  return { ...generation, writer: job.job_id };
};

/** As a diff's report: files, and the generation that the job makes. */
const recordCounts = async (
  deps: Deps,
  job: JobRef,
  generation: number,
  {
    counts,
    ...files
  }: { readonly counts: DiffFile['counts']; readonly filesTotal: number; readonly filesDone: number },
): Promise<GenerationRecord> => {
  const generationRecord = { ...recipeInEffect(deps), made_by: job.job_id, words: '' };
  const known = { usdPerMillionTokens: null, seconds: null, droppedBranches: [] };
  const plan = planAfterDiff({ counts, filesToRead: 0, ...known });
  const at = deps.clock.now();
  kept(
    await deps.running.recordDiff(job, {
      mode: 'full',
      modeReason: 'imported',
      generation,
      generationRecord,
      plan,
      ...files,
      at,
    }),
  );
  return generationRecord;
};

const nothingCounted = (): DiffFile['counts'] => ({
  added: 0,
  modified: 0,
  deleted: 0,
  renamed: 0,
  unchanged: 0,
  indexed: 0,
  skipped_by_reason: {},
});

/** Rows, texts and their filter first, then the mark: a call that is cut between puts the same again. */
const takePage = async (
  { deps, loaded: { job }, pulse }: Work,
  generation: Generation,
  page: string,
  blobs: readonly ReadBlob[],
): Promise<void> => {
  await deps.index.put(
    generation,
    blobs.flatMap(({ rows }) => rows),
  );
  await pulse.check();
  const texts = blobs.map(({ oid, text }) => packedText(oid, text));
  const pack = texts.length === 0 ? null : await writePack(deps, job, texts);
  if (pack !== null)
    await writeFilter(
      deps,
      job,
      pack.name,
      blobs.map(({ text }) => text),
    );
  const results = blobs.map(
    ({ oid, size, rows: { length } }): BlobResult => ({
      oid,
      size,
      outcome: 'indexed',
      reason: '',
      chunks: length,
      embedded: 0,
      reused: length,
    }),
  );
  const taken: TakenPage = { pack, results };
  await deps.objects.putText(jobKeys(job).takenPage(page), JSON.stringify(taken));
};

/** What pull, diff, stage and embed leave for the publish, of a sync that reads everything anew. */
const leaveForPublish = async (
  { deps, loaded: { job, record }, pulse }: Work,
  found: readonly Snapshot[],
): Promise<void> => {
  const keys = jobKeys(job);
  const counts = nothingCounted();
  const branches: DiffedBranch[] = [];
  let files = 0;
  for (const [at, { branch, commit, rules, attributes }] of found.entries()) {
    for await (const lines of deps.objects.getLines(keys.patch(at)))
      for (const line of lines) {
        const { outcome, reason } = parseManifestLine(line.slice(1));
        files += 1;
        if (outcome === 'indexed') counts.indexed += 1;
        else addUnder(counts.skipped_by_reason, reason, 1);
      }
    await pulse.check();
    const name = await fingerprint(attributes);
    await deps.objects.putText(attributesKey(job.repository_id, name), JSON.stringify(attributes));
    branches.push({
      name: branch,
      commit,
      patch_key: keys.patch(at),
      base: null,
      rules,
      attributes: name,
      contents: true,
    });
  }
  counts.added = files;
  const held = await gatherPages(deps, job, found, pulse);
  const generation = kept(await deps.running.takeGeneration(job));
  const file: DiffFile = {
    mode: 'full',
    generation,
    branches,
    commits: branches.map(({ commit }) => commit),
    default_branch: record.options.branches.includes('current')
      ? (found[0]?.branch ?? null)
      : (found[0]?.default_branch ?? null),
    gone: [],
    counts,
    pending_files: 0,
    pending_blobs: held,
    files_total: files,
    diffed_at: deps.clock.now().toISOString(),
  };
  await recordCounts(deps, job, generation, { counts, filesTotal: files, filesDone: files });
  await deps.objects.putText(keys.diff, JSON.stringify(file));
  deps.logger.info('snapshot taken', { ...job, generation, files, blobs: held });
};

/** The pages' results and packs. What pages of an earlier look had, and no later one has, is dropped. Answers how many blobs are held. */
const gatherPages = async (
  deps: Pick<Runtime, 'objects'>,
  job: JobRef,
  found: readonly Snapshot[],
  pulse: Pulse,
): Promise<number> => {
  const keys = jobKeys(job);
  const pages = pagesOf(found);
  const packs: PackedBatch[] = [];
  const dropped = new Map<string, number>();
  const held = new Set<string>();
  async function* results(): AsyncGenerator<readonly string[]> {
    for await (const key of deps.objects.list(keys.taken)) {
      const taken = await readJson(deps.objects, key, TakenPage);
      if (taken === null) throw new ObjectMissingError(`there is no object ${key}`);
      await pulse.check();
      if (!pages.has(keys.pageTaken(key))) {
        for (const { oid, chunks } of taken.results) dropped.set(oid, chunks);
        continue;
      }
      if (taken.pack !== null) packs.push(taken.pack);
      for (const { oid } of taken.results) held.add(oid);
      yield taken.results.map((result) => JSON.stringify(result));
    }
  }
  await deps.objects.putLines(keys.result(1), results());
  await deps.objects.putLines(
    keys.packed,
    packs.map((pack) => JSON.stringify(pack)),
  );
  for (const oid of held) dropped.delete(oid);
  await deps.objects.putLines(
    keys.dropped,
    dropped.entries().map(([oid, chunks]) => `${oid}\t${chunks}`),
  );
  return held.size;
};
