import type { BatchProgress, GenerationRecord, JobRecord } from '../contract/records.ts';
import type { JobRef } from '../contract/workflow-state.ts';
import { EmbedderMismatchError, SyncSupersededError } from '../domain/errors.ts';
import { own } from '../domain/own.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type Generation, ROW_VERSION } from '../ports/search-index.ts';
import { describedBy } from './generation-of.ts';
import { findJob, ownJob } from './load-job.ts';
import { recipeInEffect } from './recipe-in-effect.ts';

type Deps = Pick<Runtime, 'jobs' | 'repositories' | 'chunker' | 'embedder'>;

/** The generation that the diff chose; its recipe must be the one that runs here. */
export const generationOfJob = async (
  deps: Deps,
  job: JobRef,
): Promise<{
  readonly generation: Generation;
  readonly owner: string;
  readonly record: JobRecord;
  readonly inFlight: readonly BatchProgress[];
}> => {
  const found = await findJob(deps, job);
  const { repository, record } = ownJob(job, found);
  // A plan for an index that is to be made anew: there is none to look into.
  if (record.generation === null && record.options.dry_run === true && record.mode === 'full') {
    const planned = describedBy(job.repository_id, repository.generation + 1, recipeInEffect(deps));
    return { generation: planned, owner: repository.owner, record, inFlight: found.inFlight };
  }
  const made: GenerationRecord | undefined = own(repository.generations, String(record.generation));
  if (record.generation === null || made === undefined)
    throw new SyncSupersededError('the job has no generation: its diff was not recorded under this claim');
  if (
    made.embedder_id !== deps.embedder.id ||
    made.chunker_version !== deps.chunker.version ||
    made.row_version !== ROW_VERSION
  )
    throw new EmbedderMismatchError(
      `the generation is made with ${made.embedder_id}, ${made.chunker_version} and rows ${made.row_version ?? 1}, but ${deps.embedder.id}, ${deps.chunker.version} and rows ${ROW_VERSION} run here`,
    );
  const generation = { ...describedBy(job.repository_id, record.generation, made), writer: job.job_id };
  return { generation, owner: repository.owner, record, inFlight: found.inFlight };
};
