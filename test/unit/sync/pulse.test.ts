import { describe, expect, it } from 'vitest';
import type { JobRecord } from '../../../core/contract/records.ts';
import { SyncSupersededError } from '../../../core/domain/errors.ts';
import { failureOf } from '../../../core/domain/failure-of.ts';
import type { Clock } from '../../../core/ports/clock.ts';
import type { Kept } from '../../../core/ports/kept.ts';
import type { Heartbeat, RunningJobs } from '../../../core/ports/running-jobs.ts';
import { refOf } from '../../../core/sync/execution.ts';
import { inPhase, kept, withPulse } from '../../../core/sync/pulse.ts';
import { aJob, aRepositoryId } from '../../support/sync-records.ts';

/** A clock whose time and timer move by hand. */
const handClock = () => {
  let now = 0;
  const timers = new Set<() => Promise<void> | void>();
  const clock: Clock = {
    now: () => new Date(now),
    every: (_, tick) => {
      timers.add(tick);
      return () => timers.delete(tick);
    },
  };
  return {
    clock,
    timers,
    pass: async (milliseconds: number) => {
      now += milliseconds;
      for (const tick of timers) await tick();
    },
    compute: (milliseconds: number) => {
      now += milliseconds;
    },
  };
};

describe('a heartbeat', () => {
  it('beats at once, by its timer while the work waits, and not after it', async () => {
    const { clock, timers, pass } = handClock();
    let beats = 0;
    const beat = async (): Promise<Kept> => {
      beats += 1;
      return 'kept';
    };
    const result = await withPulse(clock, beat, async () => {
      expect(beats).toBe(1);
      await pass(500);
      await pass(500);
      expect(beats).toBe(3);
      return 'done';
    });
    expect(result).toBe('done');
    expect(timers.size).toBe(0);
  });

  it('beats more than twice a second in a phase that one worker is alone in', async () => {
    const { clock } = handClock();
    const periods: number[] = [];
    const running = { heartbeat: async () => 'kept' } as unknown as RunningJobs;
    const record: JobRecord = { ...aJob(aRepositoryId()), fence: 1 };
    const every: Clock['every'] = (milliseconds, tick) => {
      periods.push(milliseconds);
      return clock.every(milliseconds, tick);
    };
    await inPhase(
      { running, clock: { ...clock, every } },
      { job: refOf(record), record },
      'diff',
      async () => undefined,
    );
    expect(periods).toEqual([expect.any(Number)]);
    // Late by a fifth of a second, it still is within half of one.
    expect(periods[0]).toBeLessThanOrEqual(300);
  });

  it('beats by check while the work computes, when a beat is due', async () => {
    const { clock, compute } = handClock();
    let beats = 0;
    await withPulse(
      clock,
      async () => {
        beats += 1;
        return 'kept';
      },
      async ({ check }) => {
        compute(100);
        await check();
        expect(beats).toBe(1);
        compute(400);
        await check();
        expect(beats).toBe(2);
      },
    );
  });

  it('ends the work when the job is taken away', async () => {
    const { clock, pass } = handClock();
    const answers: Kept[] = ['kept', 'lost'];
    let signal: AbortSignal | undefined;
    const work = withPulse(
      clock,
      async () => answers.shift() ?? 'lost',
      async (pulse) => {
        signal = pulse.signal;
        await pass(500);
        throw new Error('the aborted call fails in its own way');
      },
    );
    await expect(work).rejects.toBeInstanceOf(SyncSupersededError);
    expect(signal?.aborted).toBe(true);
  });

  it('does not even begin for a job that is lost', async () => {
    let began = false;
    const work = withPulse(
      handClock().clock,
      async () => 'lost',
      async () => {
        began = true;
      },
    );
    await expect(work).rejects.toBeInstanceOf(SyncSupersededError);
    expect(began).toBe(false);
  });

  it('does not let the work succeed that was lost under it', async () => {
    const { clock, pass } = handClock();
    const answers: Kept[] = ['kept', 'lost'];
    const work = withPulse(
      clock,
      async () => answers.shift() ?? 'lost',
      () => pass(500),
    );
    await expect(work).rejects.toBeInstanceOf(SyncSupersededError);
  });

  it('is not there any more once the work is about to end the job itself', async () => {
    const { clock, timers, pass } = handClock();
    const answers: Kept[] = ['kept'];
    const work = withPulse(
      clock,
      // The claim is gone: the work has ended the job.
      async () => answers.shift() ?? 'lost',
      async ({ end }) => {
        await end();
        expect(timers.size).toBe(0);
        await pass(5000);
        return 'published';
      },
    );
    expect(await work).toBe('published');
  });

  it('tells of a loss at the last check too', async () => {
    const { clock, pass } = handClock();
    const answers: Kept[] = ['kept', 'lost'];
    const work = withPulse(
      clock,
      async () => answers.shift() ?? 'lost',
      async ({ end }) => {
        await pass(500);
        await end();
      },
    );
    await expect(work).rejects.toBeInstanceOf(SyncSupersededError);
  });

  it('survives a beat that cannot be written', async () => {
    const { clock, pass } = handClock();
    let beats = 0;
    const work = withPulse(
      clock,
      async () => {
        beats += 1;
        if (beats === 2) throw new Error('throttled');
        return 'kept';
      },
      async ({ check }) => {
        await pass(500);
        await pass(500);
        await check();
        return beats;
      },
    );
    expect(await work).toBe(3);
  });

  it('hands on what the work throws', async () => {
    const work = withPulse(
      handClock().clock,
      async () => 'kept',
      async () => {
        throw new RangeError('own');
      },
    );
    await expect(work).rejects.toThrow(RangeError);
  });
});

describe('a store’s answer', () => {
  it('is passed on, unless it is lost', () => {
    expect(kept('kept' as Kept)).toBe('kept');
    expect(() => kept('lost')).toThrow(SyncSupersededError);
  });
});

describe('a phase that fails', () => {
  const lab = (last_error: JobRecord['last_error']) => {
    const beats: Heartbeat[] = [];
    const running = {
      heartbeat: async (_: unknown, beat: Heartbeat) => {
        beats.push(beat);
        return 'kept';
      },
    } as unknown as RunningJobs;
    const { clock } = handClock();
    const record = { ...aJob(aRepositoryId()), fence: 1, last_error };
    const run = (work: () => Promise<void>) =>
      inPhase({ running, clock }, { job: refOf(record), record }, 'pull', work);
    return { run, told: () => beats.flatMap(({ lastError }) => (lastError === undefined ? [] : [lastError])) };
  };
  const failure = failureOf('no_answer', 'https://h/r');
  const before = {
    code: 'SourceUnavailableError',
    reason: 'no_answer',
    message: failure.message,
    at: new Date(0).toISOString(),
    try: 1,
    tries: 5,
    next_try_by: new Date(4000).toISOString(),
    phase: 'pull' as const,
    attempt: 1,
  };

  it('tells why, before it throws, when it is tried again', async () => {
    const { run, told } = lab(null);
    await expect(run(() => Promise.reject(failure))).rejects.toBe(failure);
    expect(told()).toEqual([before]);
  });

  it('says at the next try that it is under way, and counts on when that fails too', async () => {
    const { run, told } = lab(before);
    await expect(run(() => Promise.reject(failure))).rejects.toBe(failure);
    expect(told()).toEqual([
      { ...before, next_try_by: null },
      { ...before, try: 2, next_try_by: new Date(8000).toISOString() },
    ]);
  });

  it('takes it away once it has succeeded', async () => {
    const { run, told } = lab(before);
    await run(async () => undefined);
    expect(told()).toEqual([{ ...before, next_try_by: null }, null]);
  });

  it('tells nothing that the job will not wait for, and costs no write where nothing failed', async () => {
    const { run, told } = lab(null);
    const gone = failureOf('repository_missing', 'https://h/r');
    await expect(run(() => Promise.reject(gone))).rejects.toBe(gone);
    await run(async () => undefined);
    expect(told()).toEqual([]);
  });

  it('still fails with its own error when that cannot be told', async () => {
    const record = { ...aJob(aRepositoryId()), fence: 1 };
    let beats = 0;
    const running = {
      heartbeat: async () => {
        beats += 1;
        if (beats > 1) throw new Error('the store is away');
        return 'kept';
      },
    } as unknown as RunningJobs;
    const { clock } = handClock();
    const work = inPhase({ running, clock }, { job: refOf(record), record }, 'pull', () => Promise.reject(failure));
    await expect(work).rejects.toBe(failure);
    expect(beats).toBe(2);
  });
});
