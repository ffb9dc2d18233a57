import type { LastErrorRecord } from '../contract/records.ts';
import { SyncSupersededError } from '../domain/errors.ts';
import type { JobPhase } from '../domain/job-status.ts';
import { percentage } from '../domain/progress.ts';
import type { Clock } from '../ports/clock.ts';
import type { Kept } from '../ports/kept.ts';
import type { Runtime } from '../ports/runtime.ts';
import { lastErrorAfter } from './last-error.ts';
import type { LoadedJob } from './load-job.ts';
import { progressNotes } from './progress-notes.ts';
import { stepWaits } from './rules/retry-waits.ts';

/** Twice a second: the promise is a heartbeat at least each second, and a write takes time too. */
const BEAT_MILLISECONDS = 500;

/**
 * In a phase that one worker is alone in, the gaps between its beats are what a client sees, and they are to stay under half a
 * second: 300 ms leave 200 for a late timer and the write. Where batches run, each beats at its own times.
 */
const PHASE_BEAT_MILLISECONDS = 300;

export interface Pulse {
  /** Aborted as soon as the job is found to be lost. */
  readonly signal: AbortSignal;
  /** Call it between pieces of work: beats when a beat is due, and throws SyncSupersededError when the job is lost. */
  check(): Promise<void>;
  /**
   * The last check, and no beat after it: call it right before the write that ends the job. A beat that came behind that
   * write would find the claim gone, and take the work's own success for a loss.
   */
  end(): Promise<void>;
}

/**
 * Runs `work` with a heartbeat: `beat` is called every `milliseconds`, about twice a second unless told, by a timer while the work waits and by
 * `check` while it computes. When a beat says `lost`, the signal aborts and the work ends with SyncSupersededError.
 */
export const withPulse = async <T>(
  clock: Clock,
  beat: () => Promise<Kept>,
  work: (pulse: Pulse) => Promise<T>,
  milliseconds: number = BEAT_MILLISECONDS,
): Promise<T> => {
  const controller = new AbortController();
  const superseded = new SyncSupersededError('this worker has lost the job');
  let last = 0;
  const running: { beat: Promise<void> | null } = { beat: null };

  const beatNow = async (): Promise<void> => {
    last = clock.now().getTime();
    if ((await beat()) === 'lost') controller.abort(superseded);
  };
  /** One beat at a time; a due beat that finds another under way waits for that one. */
  const beatOnce = (): Promise<void> => {
    running.beat ??= beatNow().finally(() => {
      running.beat = null;
    });
    return running.beat;
  };
  const stop = clock.every(milliseconds, async () => {
    // A heartbeat that cannot be written now may be written at the next tick; the work's own writes tell for sure.
    await beatOnce().catch(() => undefined);
  });

  try {
    await beatOnce();
    controller.signal.throwIfAborted();
    const result = await work({
      signal: controller.signal,
      check: async () => {
        if (clock.now().getTime() - last >= milliseconds) await beatOnce();
        controller.signal.throwIfAborted();
      },
      end: async () => {
        stop();
        await running.beat?.catch(() => undefined);
        controller.signal.throwIfAborted();
      },
    });
    controller.signal.throwIfAborted();
    return result;
  } catch (error) {
    // What aborted work throws is a consequence; the cause is that the job was lost.
    if (controller.signal.aborted) throw superseded;
    throw error;
  } finally {
    stop();
    await running.beat?.catch(() => undefined);
  }
};

/** How far a phase is; the work writes it, the heartbeat sends it. */
export interface PhaseState {
  done: number;
  currentFile: string | null;
}

/**
 * {@link withPulse} for a step that is one phase of a job, as it stood when the step began. A repeated step starts at the mark
 * that the first try reached, so that progress never goes back. The first beat comes after the job was read: when that one is
 * kept, no other job has held the lock in between, and what was read is still true.
 */
export const inPhase = async <T>(
  deps: Pick<Runtime, 'running' | 'clock'>,
  { job, record }: Pick<LoadedJob, 'job' | 'record'>,
  phase: JobPhase,
  work: (pulse: Pulse, state: PhaseState) => Promise<T>,
): Promise<T> => {
  const state: PhaseState = { done: 0, currentFile: null };
  const mark = record.phase === phase ? record.phase_done : 0;
  const note = progressNotes(deps, job, record.options.progress_webhook);
  const before = record.last_error ?? null;
  // A try is under way again: nothing is waited for.
  let lastError = before === null ? undefined : { ...before, next_try_by: null };
  const beat = async (): Promise<Kept> => {
    const phaseDone = Math.min(1, Math.max(mark, state.done));
    const at = deps.clock.now();
    const beaten = { phase, phaseDone, currentFile: state.currentFile, at };
    const outcome = await deps.running.heartbeat(job, { ...beaten, lastError });
    lastError = undefined;
    if (outcome === 'kept')
      await note(percentage({ status: 'running', phase, phaseDone, filesTotal: null, filesDone: 0 }));
    return outcome;
  };
  /** Telling of a failure must not hide it, and a job that has ended meanwhile has nothing to tell. */
  const tell = async (told: LastErrorRecord | null): Promise<void> => {
    const at = deps.clock.now();
    await deps.running.heartbeat(job, { phase, at, lastError: told }).catch(() => undefined);
  };
  try {
    const result = await withPulse(deps.clock, beat, (pulse) => work(pulse, state), PHASE_BEAT_MILLISECONDS);
    if (before !== null) await tell(null);
    return result;
  } catch (error) {
    const failed = {
      jobId: job.job_id,
      phase,
      attempt: record.attempt,
      before,
      waits: stepWaits,
      at: deps.clock.now(),
    };
    const told = lastErrorAfter(error, failed);
    if (told !== null) await tell(told);
    throw error;
  }
};

/** Turns a store's `lost` into the failure that ends a step. */
export const kept = <T>(outcome: T | 'lost'): Exclude<T, 'lost'> => {
  if (outcome === 'lost') throw new SyncSupersededError('this worker has lost the job');
  return outcome as Exclude<T, 'lost'>;
};
