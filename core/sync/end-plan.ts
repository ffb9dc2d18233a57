import { DiffFile } from '../contract/job-files.ts';
import { ObjectMissingError } from '../domain/errors.ts';
import { addUnder } from '../domain/own.ts';
import { needJson } from '../objects/json-objects.ts';
import { jobKeys, packsPrefix } from '../objects/object-keys.ts';
import type { Runtime } from '../ports/runtime.ts';
import { endFacts } from './end-facts.ts';
import { exactPlan } from './job-plan.ts';
import type { LoadedJob } from './load-job.ts';
import { inPhase, kept } from './pulse.ts';
import { completedEntries, readResults, type Totals } from './write-manifest.ts';

type Deps = Pick<Runtime, 'running' | 'ends' | 'objects' | 'clock' | 'logger'>;

/**
 * Where a sync publishes, one that was only to plan counts what it would have written, and ends: the lock goes, and all that it has
 * written for itself. Of the repository nothing else changes.
 */
export const endPlan =
  (deps: Deps) =>
  async (loaded: LoadedJob): Promise<void> => {
    const { job, record } = loaded;
    await inPhase(deps, loaded, 'publish', async (pulse) => {
      if (record.plan === undefined) throw new ObjectMissingError('the plan of the diff is not stored with the job');
      const found = await needJson(deps.objects, jobKeys(job).diff, DiffFile);
      const results = await readResults(deps, job, pulse);
      const totals: Totals = {
        indexed: found.counts.indexed,
        failed: 0,
        skipped_by_reason: {},
        chunks_embedded: 0,
        chunks_reused: 0,
      };
      for (const branch of found.branches)
        for await (const _ of completedEntries(deps, { branch, results, totals })) await pulse.check();
      for (const [reason, files] of Object.entries(found.counts.skipped_by_reason))
        addUnder(totals.skipped_by_reason, reason, files);
      const plan = exactPlan(record.plan, { ...totals, results: results.values() });
      await pulse.end();
      const at = deps.clock.now();
      kept(await deps.ends.plan(job, plan, at));
      deps.logger.info('sync planned', { ...endFacts({ ...record, phase: 'publish' }, at), ...plan });
    });
    // The lock is released; the next job removes what is left should this fail.
    try {
      await deps.objects.deleteAll(packsPrefix(job));
      await deps.objects.deleteAll(jobKeys(job).prefix);
    } catch (error) {
      deps.logger.warn('leftovers not removed yet', { ...job, error: String(error) });
    }
  };
