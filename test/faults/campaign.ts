import fc from 'fast-check';
import { type History, historyArbitrary } from './history.ts';
import { minimise } from './minimise.ts';
import { type Played, type PlayOptions, playHistory } from './play-history.ts';
import type { FaultKind } from './process.ts';

export interface Campaign {
  /** Of the first history; the next one has the next number. A new one without. */
  readonly seed?: number | undefined;
  readonly histories: number;
  readonly operations: number;
  readonly faults: number;
}

export interface Failure {
  /** Of this one history. */
  readonly seed: number;
  readonly history: History;
  readonly played: Played;
}

export interface CampaignResult {
  readonly seed: number;
  readonly sums: {
    histories: number;
    jobs: number;
    looks: number;
    plans: number;
    headStarts: number;
    calls: number;
    readonly strikes: Map<FaultKind, number>;
  };
  readonly failure: Failure | null;
}

/** The largest seed. */
export const MAX_SEED = 2 ** 31 - 1;
const REPORT_EVERY = 500;

/** Of so many histories, the first one's: another one at each run. Print it before they are played: a run that hangs is played again by it. */
export const freshSeed = (histories: number): number => Math.floor(Math.random() * (MAX_SEED - histories));

export const historyOf = (seed: number, { operations, faults }: Pick<Campaign, 'operations' | 'faults'>): History =>
  fc.sample(historyArbitrary(operations, faults), { seed, numRuns: 1 })[0] as History;

/** Plays histories until one breaks a promise, and makes that one as small as it can, unless it was broken on purpose. */
export const campaign = async (
  { seed: given, histories, ...size }: Campaign,
  report: (progress: string) => void = () => undefined,
  options: PlayOptions = {},
): Promise<CampaignResult> => {
  const seed = given ?? freshSeed(histories);
  const sums = {
    histories: 0,
    jobs: 0,
    looks: 0,
    plans: 0,
    headStarts: 0,
    calls: 0,
    strikes: new Map<FaultKind, number>(),
  };
  const begun = performance.now();
  for (let number = seed; number < seed + histories; number++) {
    const history = historyOf(number, size);
    const played = await playHistory(history, options);
    sums.histories += 1;
    sums.jobs += played.jobs;
    sums.looks += played.looks;
    sums.plans += played.plans;
    sums.headStarts += played.headStarts;
    sums.calls += played.calls;
    for (const [kind, count] of played.strikes) sums.strikes.set(kind, (sums.strikes.get(kind) ?? 0) + count);
    if (played.violations.length > 0) {
      const smallest = options.mutation === undefined ? await minimise(history, played, options) : { history, played };
      return { seed, sums, failure: { seed: number, ...smallest } };
    }
    if (sums.histories % REPORT_EVERY === 0)
      report(`${sums.histories} histories in ${((performance.now() - begun) / 1000).toFixed(0)} s, no violation`);
  }
  return { seed, sums, failure: null };
};
