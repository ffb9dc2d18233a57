import type { JobRef } from '../contract/workflow-state.ts';
import type { Runtime } from '../ports/runtime.ts';

type Deps = Pick<Runtime, 'running' | 'clock'>;

/** Told of a job's percentage, as often as it is known. */
export type NoteProgress = (percentage: number) => Promise<void>;

/**
 * Puts sync.progress into the outbox when the job's percentage has come to another ten since this worker's last note; the
 * store makes sure that each is sent once. A job without a webhook costs nothing.
 */
export const progressNotes = (deps: Deps, job: JobRef, webhook: string | undefined): NoteProgress => {
  let told = 0;
  return async (percentage) => {
    // The end has an event of its own.
    const points = Math.min(90, Math.floor(percentage / 10) * 10);
    if (webhook === undefined || points <= told) return;
    try {
      await deps.running.noteProgress(job, points, deps.clock.now());
      told = points;
    } catch {
      // Telling of a sync must not fail it: the next call tries again.
    }
  };
};
