import type { JobPhase, JobStatus } from './job-status.ts';

/** What progress is computed from: the job's own numbers and those of its batches in flight. */
export interface ProgressFacts {
  readonly status: JobStatus;
  readonly phase: JobPhase;
  /** 0 to 1, of the phase. */
  readonly phaseDone: number;
  readonly filesTotal: number | null;
  readonly filesDone: number;
}

/**
 * Each phase's share of the bar, in percent. Reading the remote and the content comes before the first file is done;
 * a bar that counted files only would show 0 all that time.
 */
const spans: Record<JobPhase, readonly [from: number, to: number]> = {
  queued: [0, 0],
  pull: [0, 5],
  diff: [5, 7],
  stage: [7, 15],
  embed: [15, 95],
  /** Of a job that imports a snapshot, in the place of the four before. */
  import: [5, 95],
  publish: [95, 99],
  ended: [99, 99],
};

/** A whole number, 0 to 100; 100 only for a job that completed. It grows with its inputs, so it never goes back. */
export const percentage = (facts: ProgressFacts): number => {
  if (facts.status === 'completed' || facts.status === 'completed_with_errors') return 100;
  const [from, to] = spans[facts.phase];
  const done = facts.phase === 'embed' ? ratio(facts.filesDone, facts.filesTotal) : facts.phaseDone;
  return Math.floor(from + (to - from) * Math.min(1, Math.max(0, done)));
};

const ratio = (done: number, total: number | null): number => (total === null || total === 0 ? 0 : done / total);
