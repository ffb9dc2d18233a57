import { DiffFile, type PulledBranch, PullFile, type WantedBlob } from '../contract/job-files.ts';
import type { JobRecord, RepositoryRecord } from '../contract/records.ts';
import type { DiffOutput, JobRef } from '../contract/workflow-state.ts';
import { countRenames, decide, type KnownBlob, knownFrom } from '../domain/diff.ts';
import { estimateAfterDiff } from '../domain/estimate.ts';
import { draftLine, joinByPath, parseManifestLine, parseTreeLine } from '../domain/manifest.ts';
import { isMostlyNew, planGeneration } from '../domain/plan-generation.ts';
import type { Runtime } from '../ports/runtime.ts';
import { jobKeys } from './job-keys.ts';
import { mapLines, needJson, readJson } from './json-objects.ts';
import { loadJob } from './load-job.ts';
import { inPhase, kept, type Pulse } from './pulse.ts';
import { patternsInEffect, rulesFingerprint } from './rules.ts';

type Deps = Pick<
  Runtime,
  'sync' | 'repositories' | 'objects' | 'pathRules' | 'embedder' | 'chunker' | 'clock' | 'logger'
>;

/** Compares the listed trees with the committed manifests: what must be read, what is known, what is gone. */
export const diff =
  (deps: Deps) =>
  async (job: JobRef): Promise<DiffOutput> => {
    const keys = jobKeys(job);
    const done = await readJson(deps.objects, keys.diff, DiffFile);
    if (done !== null) return { blobs: done.pending_blobs };
    return inPhase(deps, job, 'diff', async (pulse, state) => {
      const { repository, record } = await loadJob(deps, job);
      const pulled = await needJson(deps.objects, keys.pull, PullFile);
      const recipe = {
        embedder_id: deps.embedder.id,
        dimensions: deps.embedder.dimensions,
        chunker_version: deps.chunker.version,
      };
      const plan = planGeneration(repository, record.options, recipe);
      let tally = await diffBranches(deps, job, repository, record, pulled, baseOf(plan), pulse);
      const files = tally.counts.unchanged + tally.filesTotal;
      if (plan.kind === 'incremental' && plan.smart && tally.filesTotal > 0 && isMostlyNew(tally.filesTotal, files))
        tally = await diffBranches(deps, job, repository, record, pulled, null, pulse);
      state.done = 0.9;

      const mode = tally.base === null ? 'full' : 'incremental';
      const generation = tally.base ?? kept(await deps.sync.takeGeneration(job));
      await deps.objects.putLines(
        keys.wanted,
        [...tally.wanted.values()].map((blob) => JSON.stringify(blob)),
      );
      await deps.objects.putLines(
        keys.dropped,
        [...tally.dropped].map(([oid, chunks]) => `${oid}\t${chunks}`),
      );
      const file: DiffFile = {
        mode,
        generation,
        branches: tally.branches,
        commits: tally.branches.map((branch) => branch.commit),
        default_branch: pulled.default_branch,
        counts: tally.counts,
        pending_files: tally.pendingFiles,
        pending_blobs: tally.wanted.size,
        files_total: tally.filesTotal,
        diffed_at: deps.clock.now().toISOString(),
      };
      kept(
        await deps.sync.recordDiff(job, {
          mode,
          generation,
          generationRecord: recipe,
          filesTotal: tally.filesTotal,
          filesDone: tally.filesTotal - tally.pendingFiles,
          at: deps.clock.now(),
        }),
      );
      await tellEstimate(deps, job, estimateAfterDiff(repository.rates, mode, tally.pendingFiles));
      await deps.objects.putText(keys.diff, JSON.stringify(file));
      deps.logger.info('diff done', { ...job, mode, generation, ...tally.counts, blobs: tally.wanted.size });
      return { blobs: tally.wanted.size };
    });
  };

/** Now that it is known how much is to be read. */
const tellEstimate = async (deps: Deps, job: JobRef, seconds: number | null): Promise<void> => {
  if (seconds === null) return;
  const at = deps.clock.now();
  const estimatedCompletion = new Date(at.getTime() + seconds * 1000);
  kept(await deps.sync.heartbeat(job, { phase: 'diff', at, estimatedCompletion }));
};

const baseOf = (plan: ReturnType<typeof planGeneration>): number | null =>
  plan.kind === 'incremental' ? plan.generation : null;

/** Everything one pass over the branches collects; its size is in proportion to the change. */
interface Tally {
  /** The generation that is worked on; null: a new one. */
  readonly base: number | null;
  readonly branches: DiffFile['branches'];
  readonly counts: DiffFile['counts'];
  readonly wanted: Map<string, WantedBlob>;
  /** Blobs of the base generation that lost a path, with their chunk counts. */
  readonly dropped: Map<string, number>;
  pendingFiles: number;
  filesTotal: number;
}

const diffBranches = async (
  deps: Deps,
  job: JobRef,
  repository: RepositoryRecord,
  record: JobRecord,
  pulled: PullFile,
  base: number | null,
  pulse: Pulse,
): Promise<Tally> => {
  const known = base === null ? new Map<string, KnownBlob>() : await knownBlobs(deps, repository, base, pulse);
  const tally: Tally = {
    base,
    branches: [],
    counts: { added: 0, modified: 0, deleted: 0, renamed: 0, unchanged: 0, indexed: 0, skipped_by_reason: {} },
    wanted: new Map(),
    dropped: new Map(),
    pendingFiles: 0,
    filesTotal: 0,
  };
  const rules = await rulesFingerprint(repository, record.options);
  for (const [index, branch] of pulled.branches.entries()) {
    if (branch.tree_key === null) continue;
    const draft_key = jobKeys(job).draft(index);
    const lines = draftLines(deps, repository, record, branch, branch.tree_key, tally, known, pulse);
    await deps.objects.putLines(draft_key, lines);
    tally.branches.push({ name: branch.name, commit: branch.commit, draft_key, rules });
  }
  const { added, modified, deleted, renamed } = tally.counts;
  tally.filesTotal = added + modified + deleted + renamed;
  return tally;
};

/** The branch's new manifest, line by line, with what is not known yet as `pending`. */
async function* draftLines(
  deps: Deps,
  repository: RepositoryRecord,
  record: JobRecord,
  branch: PulledBranch,
  treeKey: string,
  tally: Tally,
  known: ReadonlyMap<string, KnownBlob>,
  pulse: Pulse,
): AsyncGenerator<string> {
  const { counts } = tally;
  const skipByPath = deps.pathRules.compile(patternsInEffect(repository, record.options), branch.attributes);
  const rules = { skipByPath, known: (oid: string) => known.get(oid), retryFailed: record.trigger === 'retry' };
  const pointer = repository.branches[branch.name];
  const before = pointer !== undefined && pointer.generation === tally.base ? pointer : null;
  const committed = before === null ? [] : mapLines(deps.objects.getLines(before.manifest_key), parseManifestLine);
  const tree = mapLines(deps.objects.getLines(treeKey), parseTreeLine);
  const deleted = new Map<string, number>();
  const added = new Map<string, number>();
  let seen = 0;
  for await (const pair of joinByPath(committed, tree)) {
    if (++seen % 2000 === 0) await pulse.check();
    const change = decide(pair, rules);
    counts[change.kind] += 1;
    if (change.before !== null && change.before.outcome === 'indexed' && change.before.oid !== change.entry?.oid)
      tally.dropped.set(change.before.oid, change.before.chunks);
    if (change.kind === 'deleted') increment(deleted, pair.before?.oid ?? '');
    if (change.entry === null) continue;
    yield draftLine(change.entry, change.kind !== 'unchanged');
    if (change.kind === 'unchanged') continue;
    if (change.kind === 'added' && before !== null) increment(added, change.entry.oid);
    if (change.entry.outcome === 'pending') {
      tally.pendingFiles += 1;
      want(tally.wanted, change.entry, before === null ? null : change.before);
    } else if (change.entry.outcome === 'indexed') counts.indexed += 1;
    else if (change.entry.outcome === 'skipped')
      counts.skipped_by_reason[change.entry.reason] = (counts.skipped_by_reason[change.entry.reason] ?? 0) + 1;
  }
  const renames = countRenames(deleted, added);
  counts.renamed += renames;
  counts.deleted -= renames;
  counts.added -= renames;
}

const want = (
  wanted: Map<string, WantedBlob>,
  entry: { oid: string; path: string },
  before: { oid: string; outcome: string; chunks: number } | null,
): void => {
  const already = wanted.get(entry.oid);
  if (already !== undefined) {
    already.files += 1;
    return;
  }
  const previous = before?.outcome === 'indexed' ? { oid: before.oid, chunks: before.chunks } : null;
  wanted.set(entry.oid, { oid: entry.oid, path: entry.path, files: 1, previous });
};

/** What the generation's committed manifests, of every branch, teach about blobs. */
const knownBlobs = async (
  deps: Deps,
  repository: RepositoryRecord,
  generation: number,
  pulse: Pulse,
): Promise<Map<string, KnownBlob>> => {
  const known = new Map<string, KnownBlob>();
  let seen = 0;
  for (const pointer of Object.values(repository.branches)) {
    if (pointer.generation !== generation) continue;
    for await (const line of deps.objects.getLines(pointer.manifest_key)) {
      const entry = parseManifestLine(line);
      const blob = knownFrom(entry);
      if (blob !== null) known.set(entry.oid, blob);
      if (++seen % 5000 === 0) await pulse.check();
    }
  }
  return known;
};

const increment = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};
