import { DiffFile } from '../contract/job-files.ts';
import type { BranchPointer, JobCounts, JobRecord, Leftover, RepositoryRecord } from '../contract/records.ts';
import type { JobRef } from '../contract/workflow-state.ts';
import { learn } from '../domain/estimate.ts';
import { parseManifestLine } from '../domain/manifest.ts';
import type { Runtime } from '../ports/runtime.ts';
import { garbageKey, jobKeys, manifestKey } from './job-keys.ts';
import { mapLines, needJson } from './json-objects.ts';
import { loadJob } from './load-job.ts';
import { inPhase, kept, type Pulse } from './pulse.ts';
import { generationOf } from './sweep-leftovers.ts';
import { readResults, type Totals, writeManifest } from './write-manifest.ts';

type Deps = Pick<Runtime, 'sync' | 'repositories' | 'objects' | 'index' | 'clock' | 'logger'>;

/**
 * Completes the drafts into manifests, settles the index, and then, in one transaction, flips the branch pointers,
 * releases the lock and ends the job. Whoever searches sees the old index up to that moment and the new one after it.
 */
export const publish =
  (deps: Deps) =>
  async (job: JobRef): Promise<void> => {
    // A repeated call whose first answer was lost.
    const view = await deps.sync.job(job.job_id);
    if (view?.job.fence === job.fence && isPublished(view.job.status)) return;
    const published = await inPhase(deps, job, 'publish', async (pulse, state) => {
      const { repository, record } = await loadJob(deps, job);
      const found = await needJson(deps.objects, jobKeys(job).diff, DiffFile);
      const { pointers, totals } = await writeManifests(deps, job, found, pulse);
      state.done = 0.3;
      if (totals.chunks_embedded + totals.chunks_reused > 0)
        await deps.index.settle({ ...generationOf(repository, found.generation) });
      state.done = 0.8;
      const branches = { ...repository.branches, ...pointers };
      const obsolete = obsoleteObjects(repository, branches, found.generation);
      const garbage = await listGarbage(deps, job, found, branches, pulse);
      state.done = 1;
      await pulse.check();
      const at = deps.clock.now();
      const counts = countsOf(found, totals);
      kept(
        await deps.sync.publish(job, {
          status: counts.failed > 0 ? 'completed_with_errors' : 'completed',
          branches: pointers,
          removedBranches: [],
          leftovers: [...garbage, ...obsolete],
          counts,
          rates: learn(repository.rates, {
            mode: found.mode,
            seconds: secondsOf(record, at),
            files: found.files_total,
          }),
          defaultBranch: repository.default_branch ?? found.default_branch,
          at,
        }),
      );
      deps.logger.info('sync completed', { ...job, mode: found.mode, seconds: secondsOf(record, at), ...counts });
      return { repository, obsolete };
    });
    // The lock is released: from here on only what nobody can write again is removed, and the next job repeats what fails.
    try {
      for (const leftover of published.obsolete) {
        if (leftover.kind === 'generation')
          await deps.index.drop(generationOf(published.repository, leftover.generation));
        if (leftover.kind === 'objects') await deps.objects.deleteAll(leftover.prefix);
      }
      await deps.objects.deleteAll(jobKeys(job).prefix);
    } catch (error) {
      deps.logger.warn('leftovers not removed yet', { ...job, error: String(error) });
    }
  };

const isPublished = (status: JobRecord['status']): boolean =>
  status === 'completed' || status === 'completed_with_errors';

const writeManifests = async (deps: Deps, job: JobRef, found: DiffFile, pulse: Pulse) => {
  const results = await readResults(deps, job, pulse);
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
  const pointers: Record<string, BranchPointer> = {};
  for (const [index, branch] of found.branches.entries()) {
    const manifest_key = manifestKey(job, index);
    const sums = await writeManifest(deps, branch.draft_key, manifest_key, results, totals, pulse);
    pointers[branch.name] = {
      commit: branch.commit,
      generation: found.generation,
      manifest_key,
      ...sums,
      rules: branch.rules,
      indexed_at: deps.clock.now().toISOString(),
    };
  }
  return { pointers, totals };
};

/** Generations and manifests that no branch points to after the flip. */
const obsoleteObjects = (
  repository: RepositoryRecord,
  branches: Readonly<Record<string, BranchPointer>>,
  generation: number,
): readonly Leftover[] => {
  const pointers = Object.values(branches);
  const generations = new Set([...Object.keys(repository.generations).map(Number), generation]);
  const unused = [...generations].filter((number) => !pointers.some((pointer) => pointer.generation === number));
  const manifests = Object.values(repository.branches)
    .map((pointer) => pointer.manifest_key)
    .filter((key) => !pointers.some((pointer) => pointer.manifest_key === key));
  return [
    ...unused.map((number) => ({ kind: 'generation' as const, generation: number })),
    ...manifests.map((prefix) => ({ kind: 'objects' as const, prefix })),
  ];
};

/** Lists the blobs that lost their last path. They are deleted by the next job: a write to the index needs the lock. */
const listGarbage = async (
  deps: Deps,
  job: JobRef,
  found: DiffFile,
  branches: Readonly<Record<string, BranchPointer>>,
  pulse: Pulse,
): Promise<readonly Leftover[]> => {
  const candidates = new Map<string, string>();
  for await (const line of deps.objects.getLines(jobKeys(job).dropped)) candidates.set(line.split('\t')[0] ?? '', line);
  if (candidates.size === 0) return [];
  for (const pointer of Object.values(branches)) {
    if (pointer.generation !== found.generation) continue;
    let seen = 0;
    for await (const entry of mapLines(deps.objects.getLines(pointer.manifest_key), parseManifestLine)) {
      candidates.delete(entry.oid);
      if (++seen % 5000 === 0) await pulse.check();
    }
  }
  if (candidates.size === 0) return [];
  const key = garbageKey(job);
  await deps.objects.putLines(key, candidates.values());
  return [{ kind: 'blobs', generation: found.generation, key }];
};

const countsOf = (found: DiffFile, totals: Totals): JobCounts => {
  const { indexed, skipped_by_reason: known, ...changes } = found.counts;
  const skipped_by_reason = { ...known };
  for (const [reason, files] of Object.entries(totals.skipped_by_reason))
    skipped_by_reason[reason] = (skipped_by_reason[reason] ?? 0) + files;
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
