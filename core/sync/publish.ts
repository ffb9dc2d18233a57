import { DiffFile } from '../contract/job-files.ts';
import type { BranchPointer, JobCounts, JobRecord, RepositoryRecord, SyncRates } from '../contract/records.ts';
import type { JobRef } from '../contract/workflow-state.ts';
import { ObjectMissingError } from '../domain/errors.ts';
import { learn, publishSeconds } from '../domain/estimate.ts';
import { addUnder } from '../domain/own.ts';
import type { ManifestEntry } from '../manifest/manifest.ts';
import { needJson } from '../objects/json-objects.ts';
import type { Manifest } from '../objects/manifests.ts';
import { jobKeys, ledgerPrefix, manifestKey } from '../objects/object-keys.ts';
import type { Runtime } from '../ports/runtime.ts';
import { endFacts, idsOf } from './end-facts.ts';
import { endPlan } from './end-plan.ts';
import { generationAfter } from './generation-after.ts';
import { missingOf } from './job-answer.ts';
import { openLedger } from './ledger.ts';
import {
  listGarbage,
  movedBranches,
  obsoleteObjects,
  openManifests,
  pagesLeft,
  readDropped,
  removedManifests,
  without,
  wordsLeft,
} from './left-by-publish.ts';
import { findJob, type LoadedJob, ownJob } from './load-job.ts';
import { createPageWriter } from './page-writer.ts';
import { inPhase, kept, type Pulse } from './pulse.ts';
import { rewritePacks } from './rewrite-packs.ts';
import { followedBranch } from './rules/asked-branches.ts';
import { beginSettling } from './settle-index.ts';
import { folderRemote } from './source-of.ts';
import { type Packed, readPacked } from './write-contents.ts';
import { type Results, readResults, type Totals, writeManifest } from './write-manifest.ts';

type Deps = Pick<
  Runtime,
  'running' | 'ends' | 'jobs' | 'repositories' | 'objects' | 'index' | 'clock' | 'logger' | 'metrics' | 'settings'
>;

/**
 * Applies the patches to the manifests, settles the index, and then, in one transaction, flips the branch pointers,
 * releases the lock and ends the job. A search sees the old index up to that moment and the new one after it.
 */
export const publish =
  (deps: Deps) =>
  async (job: JobRef): Promise<void> => {
    // A repeated call whose first answer was lost.
    const looked = await findJob(deps, job);
    if (looked.record?.fence === job.fence && isPublished(looked.record.status)) return;
    const loaded = ownJob(job, looked);
    const { repository, record } = loaded;
    if (record.options.dry_run === true) return endPlan(deps)(loaded);
    const obsolete = await inPhase(deps, loaded, 'publish', async (pulse, state) => {
      const found = await needJson(deps.objects, jobKeys(job).diff, DiffFile);
      const begun = deps.clock.now();
      await tellEstimate(deps, job, repository, found, begun);
      const dropped = await readDropped(deps, job);
      const results = await readResults(deps, job, pulse);
      const manifests = await openManifests(deps, repository, found.generation);
      const packed = found.pending_blobs === 0 ? new Map() : await readPacked(deps, job);
      // Beside each other: one computes here, and the other where the index is.
      const settling = beginSettling(deps, loaded, found, results, pulse);
      const removedBranches = found.gone.filter((name) => Object.hasOwn(repository.branches, name));
      const { pointers, totals, branches, garbage } = await settling.beside(async () => {
        const written = await writeManifests(deps, { loaded, found, manifests, results, packed, pulse });
        const after = without({ ...repository.branches, ...written.pointers }, removedBranches);
        const left = { dropped, branches: after, manifests, pulse };
        return { ...written, branches: after, garbage: await listGarbage(deps, job, found, left) };
      });
      state.done = 0.3;
      const words = await settling.end({ dropped, branches, manifests });
      const left = [...removedBranches, ...movedBranches(repository, branches)];
      const unused = obsoleteObjects(repository, branches, found.generation, left);
      state.done = 0.9;
      const [pages, unusedWords, rows] = await Promise.all([
        pagesLeft(deps, repository, branches, left, manifests),
        wordsLeft(deps, repository, branches, { number: found.generation, words }),
        settling.rows,
      ]);
      const generation = generationAfter(found.generation, rows, dropped, words);
      state.done = 1;
      await pulse.end();
      const at = deps.clock.now();
      const counts = countsOf(found, totals);
      const missing = missingOf(record).length;
      kept(
        await deps.ends.publish(job, {
          status: counts.failed > 0 || missing > 0 ? 'completed_with_errors' : 'completed',
          branches: pointers,
          removedBranches,
          leftovers: [...garbage, ...removedManifests(repository, left), ...unused],
          generation,
          counts,
          rates: ratesAfter(repository, record, found, pointers, begun, at),
          headBranch: followedBranch(repository.head_branch, found.default_branch, Object.keys(branches)),
          at,
        }),
      );
      deps.logger.info('sync completed', {
        ...endFacts({ ...record, phase: 'publish' }, at),
        mode: found.mode,
        ...counts,
        missing_branches: missing,
      });
      deps.metrics.emit(
        {
          SyncsCompleted: 1,
          SyncDuration: secondsOf(record, at),
          FilesProcessed: found.files_total,
          ChunksEmbedded: counts.chunks_embedded,
          ChunksReused: counts.chunks_reused,
          IncrementalSyncs: found.mode === 'incremental' ? 1 : 0,
          FullSyncs: found.mode === 'full' ? 1 : 0,
        },
        idsOf(job),
      );
      return { unused, unnamed: [...pages, ...unusedWords] };
    });
    // The lock is released: from here on only what no job can write again is removed, and the next job repeats what fails.
    try {
      for (const leftover of obsolete.unused) {
        if (leftover.kind === 'generation')
          await deps.index.drop({ repositoryId: job.repository_id, number: leftover.generation });
        if (leftover.kind === 'objects') await deps.objects.delete([leftover.prefix]);
      }
      await deps.objects.delete(obsolete.unnamed);
      await deps.objects.deleteAll(jobKeys(job).prefix);
    } catch (error) {
      deps.logger.warn('leftovers not removed yet', { ...job, error: String(error) });
    }
  };

/** Now that only publishing is left. */
const tellEstimate = async (
  deps: Deps,
  job: JobRef,
  { rates }: RepositoryRecord,
  { mode, pending_files }: DiffFile,
  at: Date,
): Promise<void> => {
  const seconds = publishSeconds(rates, mode, pending_files);
  const estimatedCompletion = new Date(at.getTime() + seconds * 1000);
  kept(await deps.running.heartbeat(job, { phase: 'publish', at, estimatedCompletion }));
};

/** What this job teaches for the next one's estimate. One that was resumed has stood still, and teaches nothing. */
const ratesAfter = (
  repository: RepositoryRecord,
  record: JobRecord,
  found: DiffFile,
  pointers: Readonly<Record<string, BranchPointer>>,
  begun: Date,
  at: Date,
): SyncRates => {
  if (record.attempt > 1) return repository.rates;
  const { mode, pending_files, diffed_at } = found;
  const indexed = Math.max(0, ...Object.values(pointers).map(({ files }) => files));
  const publish = (at.getTime() - begun.getTime()) / 1000;
  const seconds = secondsOf(record, at);
  const read = diffed_at === undefined ? null : (begun.getTime() - Date.parse(diffed_at)) / 1000;
  const parts =
    read === null
      ? undefined
      : { lead: Math.max(0, seconds - read - publish), read, publish, filesRead: pending_files };
  return learn(repository.rates, { mode, seconds, files: mode === 'full' ? indexed : found.files_total, parts });
};

const isPublished = (status: JobRecord['status']): boolean =>
  status === 'completed' || status === 'completed_with_errors';

/** Writes the manifests, also into the map of those of the generation, and into the job's ledger each of its files that they leave out of the index. */
const writeManifests = async (
  deps: Deps,
  {
    loaded: { job, repository, record },
    found,
    manifests,
    results,
    packed: read,
    pulse,
  }: {
    readonly loaded: LoadedJob;
    readonly found: DiffFile;
    readonly manifests: Map<string, Manifest>;
    readonly results: Results;
    readonly packed: Packed;
    readonly pulse: Pulse;
  },
) => {
  const remote = folderRemote(repository, record)?.remote;
  const totals: Totals = {
    indexed: 0,
    failed: 0,
    skipped_by_reason: {},
    chunks_embedded: 0,
    chunks_reused: 0,
  };
  for (const result of results.values()) {
    totals.chunks_embedded += result.embedded;
    totals.chunks_reused += result.reused;
  }
  const pointers = new Map<string, BranchPointer>();
  let packed = read;
  const ledger = openLedger(deps, ledgerPrefix(record));
  const write = createPageWriter(deps, job, [...manifests.values()]);
  for (const [index, branch] of found.branches.entries()) {
    const manifest_key = manifestKey(job, index);
    const note = async (entries: readonly ManifestEntry[]): Promise<void> => {
      for (const { path, outcome, reason, oid } of entries) {
        const file = { branch: branch.name, path };
        const writtenIn = results.get(oid)?.written_in;
        if (outcome === 'skipped' || outcome === 'failed') await ledger.add({ ...file, outcome, reason });
        else if (writtenIn !== undefined)
          await ledger.add({ ...file, outcome: 'indexed', reason: writtenIn.source, encoding: writtenIn.encoding });
      }
    };
    const base = branch.base === null ? null : (manifests.get(branch.base.manifest_key) ?? null);
    if (branch.base !== null && base === null)
      throw new ObjectMissingError(`${branch.base.manifest_key} is of no branch any more`);
    const others = [...manifests.values()];
    packed = new Map([...(await rewritePacks(deps, job, base, pulse)), ...packed]);
    const runs = jobKeys(job).runs(index);
    const parts = { job, branch, base, key: manifest_key, runs, write, results, packed, others, totals, pulse, note };
    const { manifest, sums, stored } = await writeManifest(deps, parts);
    manifests.set(manifest_key, manifest);
    pointers.set(branch.name, {
      commit: branch.commit,
      generation: found.generation,
      manifest_key,
      manifest_bytes: stored,
      ...sums,
      ...(remote === undefined ? {} : { remote }),
      contents: branch.contents ?? false,
      rules: branch.rules,
      attributes: branch.attributes,
      indexed_at: deps.clock.now().toISOString(),
    });
  }
  await ledger.close();
  return { pointers: Object.fromEntries(pointers), totals };
};

const countsOf = (found: DiffFile, totals: Totals): JobCounts => {
  const { indexed, skipped_by_reason: known, ...changes } = found.counts;
  const skipped_by_reason = { ...known };
  for (const [reason, files] of Object.entries(totals.skipped_by_reason)) addUnder(skipped_by_reason, reason, files);
  return {
    ...changes,
    indexed: indexed + totals.indexed,
    skipped: Object.values(skipped_by_reason).reduce((sum, files) => sum + files, 0),
    failed: totals.failed,
    skipped_by_reason,
    chunks_embedded: totals.chunks_embedded,
    chunks_reused: totals.chunks_reused,
  };
};

const secondsOf = (record: JobRecord, at: Date): number =>
  Math.max(0.001, (at.getTime() - new Date(record.started_at ?? record.created_at).getTime()) / 1000);
