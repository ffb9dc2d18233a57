import type { BeginOutput, JobRef } from '../contract/workflow-state.ts';
import { jobKeys } from '../objects/object-keys.ts';
import type { Runtime } from '../ports/runtime.ts';
import { inPhase, kept } from './pulse.ts';
import { sweepLeftovers } from './sweep-leftovers.ts';

type Deps = Pick<Runtime, 'running' | 'repositories' | 'objects' | 'index' | 'clock' | 'logger' | 'settings'>;

/** queued → running. Holding the lock, removes what earlier jobs left behind; no other job writes meanwhile. */
export const beginSync =
  (deps: Deps) =>
  async (job: JobRef): Promise<BeginOutput> => {
    const record = kept(await deps.running.begin(job, deps.clock.now()));
    deps.logger.info('sync begun', {
      repository_id: job.repository_id,
      job_id: job.job_id,
      attempt: record.attempt,
      trigger: record.trigger,
    });
    const keys = jobKeys(job);
    // After the sweep this job writes what a second sweep would take for left over.
    if (!(await deps.objects.exists(keys.swept))) {
      await inPhase(deps, { job, record }, record.phase === 'queued' ? 'pull' : record.phase, (pulse) =>
        sweepLeftovers(deps)(job, pulse),
      );
      await deps.objects.putText(keys.swept, '');
    }
    return { max_concurrency: deps.settings.maxConcurrency };
  };
