import type { JobRecord, RepositoryRecord } from '../contract/records.ts';
import type { BeginOutput, JobRef } from '../contract/workflow-state.ts';
import { own } from '../domain/own.ts';
import { jobKeys } from '../objects/object-keys.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type Faults, findFaults, lookAtIndices } from './check-index.ts';
import { inPhase, kept } from './pulse.ts';
import { sweepBlobs, sweepLeftovers } from './sweep-leftovers.ts';
import { nothingSeen } from './unnamed-pages.ts';

type Deps = Pick<Runtime, 'running' | 'jobs' | 'repositories' | 'objects' | 'index' | 'clock' | 'logger' | 'settings'>;

/**
 * queued → running. Holding the lock, compares the index with its record, and removes what earlier jobs left behind; no other job
 * writes meanwhile.
 */
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
    // After the sweep this job writes what a second sweep would take for left over. The mark is an object like any other: it may be lost,
    // but nothing is put into the index before the pull has ended.
    if (isBeforeDiff(record) && !(await deps.objects.exists(keys.swept))) {
      await inPhase(deps, { job, record }, 'pull', async (pulse) => {
        const seen = nothingSeen();
        const repository = (await deps.repositories.get(job.repository_id)) ?? kept('lost');
        const looks = await lookAtIndices(deps, repository);
        // Beside each other: the index deletes rows in a thread, or a service, of its own, while the objects are listed here.
        const blobs = sweepBlobs(deps, repository, looks, pulse);
        blobs.catch(() => undefined);
        try {
          await noteFaults(deps, job, repository, await findFaults(deps, repository, looks, seen));
        } finally {
          // Whatever went wrong here is the cause that counts.
          await blobs.catch(() => undefined);
        }
        await sweepLeftovers(deps)(job, pulse, seen, await blobs);
      });
      await deps.objects.putText(keys.swept, '');
    }
    return { max_concurrency: deps.settings.maxConcurrency, imports: record.snapshot !== undefined };
  };

const isBeforeDiff = ({ phase }: JobRecord): boolean => phase === 'queued' || phase === 'pull';

/** What is wrong is written down first: then every step plans by it, and no search takes what is left for an index. */
const noteFaults = async (deps: Deps, job: JobRef, repository: RepositoryRecord, faults: Faults): Promise<void> => {
  const changed = [...faults].filter(
    ([number, found]) => own(repository.generations, String(number))?.fault !== found?.fault,
  );
  if (changed.length === 0) return;
  kept(await deps.running.recordFaults(job, new Map(changed.map(([number, found]) => [number, found?.fault ?? null]))));
  for (const [generation, found] of changed) {
    const facts = { repository_id: job.repository_id, job_id: job.job_id, generation };
    if (found === null) deps.logger.info('index whole again', facts);
    else deps.logger.warn('index unusable', { ...facts, fault: found.fault, why: found.why });
  }
};
