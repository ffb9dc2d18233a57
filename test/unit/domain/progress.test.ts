import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateSeconds, learn, noRates, remainingSeconds } from '../../../core/domain/estimate.ts';
import { isTerminal, jobPhases } from '../../../core/domain/job-status.ts';
import { type ProgressFacts, percentage } from '../../../core/domain/progress.ts';

const facts = (more: Partial<ProgressFacts>): ProgressFacts => ({
  status: 'running',
  phase: 'embed',
  phaseDone: 0,
  filesTotal: 100,
  filesDone: 0,
  ...more,
});

describe('progress calculation', () => {
  it('is 0 for a queued job and 100 only for a completed one', () => {
    expect(percentage(facts({ status: 'queued', phase: 'queued', filesTotal: null }))).toBe(0);
    expect(percentage(facts({ status: 'completed', phase: 'ended' }))).toBe(100);
    expect(percentage(facts({ status: 'completed_with_errors', phase: 'ended' }))).toBe(100);
    expect(percentage(facts({ phase: 'publish', phaseDone: 1, filesDone: 100 }))).toBe(99);
  });

  it('counts files while embedding', () => {
    expect(percentage(facts({ filesDone: 50 }))).toBe(55);
  });

  it('makes do without a total, and with a total of 0', () => {
    expect(percentage(facts({ filesTotal: null }))).toBe(15);
    expect(percentage(facts({ filesTotal: 0 }))).toBe(15);
  });

  it.each([jobPhases.filter((phase) => phase !== 'import'), ['queued', 'pull', 'import', 'publish', 'ended'] as const])(
    'never goes back from phase to phase: %s, %s, …',
    (...phases) => {
      const ends = phases.map((phase) => percentage(facts({ phase, phaseDone: 1, filesDone: 100 })));
      const starts = phases.map((phase) => percentage(facts({ phase, phaseDone: 0, filesDone: 0 })));
      for (let i = 1; i < phases.length; i++) expect(starts[i]).toBeGreaterThanOrEqual(ends[i - 1] ?? 0);
    },
  );

  it('grows with what is done', () => {
    const done = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.constantFrom(...jobPhases), done, done, fc.nat(100), fc.nat(100), (phase, a, b, m, n) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const [few, many] = [Math.min(m, n), Math.max(m, n)];
        const earlier = percentage(facts({ phase, phaseDone: low, filesDone: few }));
        expect(percentage(facts({ phase, phaseDone: high, filesDone: many }))).toBeGreaterThanOrEqual(earlier);
      }),
    );
  });
});

describe('estimates', () => {
  it('know nothing before the first sync', () => {
    expect(estimateSeconds(noRates, 'full', 0)).toBe(30);
    expect(estimateSeconds(noRates, 'incremental', 500)).toBe(30);
  });

  it('come from the last full index', () => {
    const rates = learn(noRates, { mode: 'full', seconds: 50, files: 100 });
    expect(estimateSeconds(rates, 'full', 200)).toBe(100);
    expect(estimateSeconds(rates, 'incremental', 200)).toBe(10);
  });

  it('come from the last incremental sync where there was one', () => {
    const full = learn(noRates, { mode: 'full', seconds: 50, files: 100 });
    const rates = learn(full, { mode: 'incremental', seconds: 2, files: 4 });
    expect(estimateSeconds(rates, 'incremental', 100)).toBe(2);
    expect(rates.incremental_seconds_per_file).toBe(0.5);
    expect(learn(rates, { mode: 'incremental', seconds: 0.3, files: 0 }).incremental_base_seconds).toBe(0.3);
  });

  it('learn nothing from an empty repository', () => {
    expect(learn(noRates, { mode: 'full', seconds: 1, files: 0 })).toEqual(noRates);
  });

  it('follow the job’s own pace once it has one', () => {
    expect(remainingSeconds(10, 4, 100)).toBeNull();
    expect(remainingSeconds(10, 50, 100)).toBe(10);
    expect(remainingSeconds(10, 0, 0)).toBeNull();
  });
});

describe('job statuses', () => {
  it('are terminal when the job has ended', () => {
    expect(isTerminal('cancelled')).toBe(true);
    expect(isTerminal('running')).toBe(false);
  });
});
