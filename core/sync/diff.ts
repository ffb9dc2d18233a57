import { DiffFile, PullFile } from '../contract/job-files.ts';
import type { DiffOutput, JobRef } from '../contract/workflow-state.ts';
import { estimateAfterDiff } from '../domain/estimate.ts';
import { needJson, readJson } from '../objects/json-objects.ts';
import { jobKeys } from '../objects/object-keys.ts';
import type { Runtime } from '../ports/runtime.ts';
import { diffBranches } from './diff-branches.ts';
import { filesInStep } from './files-in-step.ts';
import { describedBy } from './generation-of.ts';
import { planAfterDiff } from './job-plan.ts';
import { keepLimits } from './keep-limits.ts';
import { loadJob } from './load-job.ts';
import { inPhase, kept } from './pulse.ts';
import { recipeInEffect } from './recipe-in-effect.ts';
import { isMostlyNew, planGeneration } from './rules/plan-generation.ts';

type Deps = Pick<
  Runtime,
  | 'running'
  | 'jobs'
  | 'repositories'
  | 'objects'
  | 'index'
  | 'pathRules'
  | 'embedder'
  | 'chunker'
  | 'clock'
  | 'logger'
  | 'settings'
>;

/** Compares the listed trees with the committed manifests: what must be read, what is known, what is gone. */
export const diff =
  (deps: Deps) =>
  async (job: JobRef): Promise<DiffOutput> => {
    const keys = jobKeys(job);
    const done = await readJson(deps.objects, keys.diff, DiffFile);
    if (done !== null) return { blobs: done.pending_blobs };
    const loaded = await loadJob(deps, job);
    const { repository, record } = loaded;
    return inPhase(deps, loaded, 'diff', async (pulse, state) => {
      const pulled = await needJson(deps.objects, keys.pull, PullFile);
      const recipe = recipeInEffect(deps);
      const plan = planGeneration(repository, record.options, recipe);
      const context = { job, repository, record, pulled, pulse };
      let tally = await diffBranches(deps, context, baseOf(plan));
      const files = tally.counts.unchanged + tally.filesTotal;
      if (plan.kind === 'incremental' && plan.smart && tally.filesTotal > 0 && isMostlyNew(tally.filesTotal, files))
        tally = await diffBranches(deps, context, null);
      tally.counts.unchanged += await filesInStep(deps.objects, repository, pulled);
      state.done = 0.9;

      const mode = tally.base === null ? 'full' : 'incremental';
      const seconds = estimateAfterDiff(repository.rates, mode, tally.pendingFiles);
      const planned = planAfterDiff({
        counts: tally.counts,
        filesToRead: tally.pendingFiles,
        usdPerMillionTokens: deps.settings.usdPerMillionTokens,
        seconds,
        droppedBranches: pulled.gone.filter((name) => Object.hasOwn(repository.branches, name)),
      });
      await keepLimits(deps, loaded, planned, 'diff');
      // A plan takes no number, and makes no index: its number is in its own files only.
      const makesNone = record.options.dry_run === true && mode === 'full';
      const next = makesNone ? repository.generation + 1 : null;
      const generation = tally.base ?? next ?? kept(await deps.running.takeGeneration(job));
      await deps.objects.putLines(
        keys.wanted,
        tally.wanted.values().map((blob) => JSON.stringify(blob)),
      );
      await deps.objects.putLines(
        keys.dropped,
        tally.dropped.entries().map(([oid, chunks]) => `${oid}\t${chunks}`),
      );
      const file: DiffFile = {
        mode,
        generation,
        ...(record.options.dry_run === true ? { plan: true } : {}),
        branches: tally.branches,
        commits: tally.branches.map((branch) => branch.commit),
        sent: pulled.branches.flatMap(({ sent }) => sent ?? []),
        default_branch: pulled.default_branch,
        gone: pulled.gone,
        counts: tally.counts,
        pending_files: tally.pendingFiles,
        pending_blobs: tally.wanted.size,
        files_total: tally.filesTotal,
        diffed_at: deps.clock.now().toISOString(),
      };
      const made = { ...recipe, made_by: job.job_id, words: '' };
      kept(
        await deps.running.recordDiff(job, {
          mode,
          modeReason: plan.kind === 'full' ? plan.reason : mode === 'full' ? 'mostly_new' : null,
          generation: makesNone ? null : generation,
          generationRecord: makesNone ? null : made,
          plan: planned,
          filesTotal: tally.filesTotal,
          filesDone: tally.filesTotal - tally.pendingFiles,
          at: deps.clock.now(),
        }),
      );
      if (mode === 'full' && !makesNone) {
        await pulse.check();
        await deps.index.create(describedBy(job.repository_id, generation, made));
      }
      await tellEstimate(deps, job, seconds);
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
  kept(await deps.running.heartbeat(job, { phase: 'diff', at, estimatedCompletion }));
};

const baseOf = (plan: ReturnType<typeof planGeneration>): number | null =>
  plan.kind === 'incremental' ? plan.generation : null;
