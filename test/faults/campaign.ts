import fc from 'fast-check';
import { type History, historyArbitrary } from './history.ts';
import { type Played, type PlayOptions, playHistory } from './play-history.ts';
import type { FaultKind } from './process.ts';

export interface Campaign {
  /** A new one without. */
  readonly seed?: number | undefined;
  readonly histories: number;
  readonly operations: number;
  readonly faults: number;
  /** Plays only the history at this place. */
  readonly path?: string | undefined;
}

interface Failure {
  readonly history: History;
  readonly path: string;
  readonly violations: readonly string[];
  readonly trace: readonly string[];
}

export interface CampaignResult {
  readonly seed: number;
  readonly sums: {
    histories: number;
    jobs: number;
    looks: number;
    calls: number;
    readonly strikes: Map<FaultKind, number>;
  };
  readonly failure: Failure | null;
}

/** How long a violation is made smaller, in milliseconds. */
const SHRINKING = 120_000;
const REPORT_EVERY = 500;

/** Plays histories until one breaks a promise, and makes that one as small as it can. */
export const campaign = async (
  { seed, histories, operations, faults, path }: Campaign,
  report: (progress: string) => void = () => undefined,
  options: PlayOptions = {},
): Promise<CampaignResult> => {
  const sums = { histories: 0, jobs: 0, looks: 0, calls: 0, strikes: new Map<FaultKind, number>() };
  const worst: { played: Played | null; since: number } = { played: null, since: 0 };
  const begun = performance.now();
  const add = (played: Played): void => {
    sums.histories += 1;
    sums.jobs += played.jobs;
    sums.looks += played.looks;
    sums.calls += played.calls;
    for (const [kind, count] of played.strikes) sums.strikes.set(kind, (sums.strikes.get(kind) ?? 0) + count);
    if (sums.histories % REPORT_EVERY === 0)
      report(`${sums.histories} histories in ${((performance.now() - begun) / 1000).toFixed(0)} s, no violation`);
  };
  const details = await fc.check(
    fc.asyncProperty(historyArbitrary(operations, faults), async (history) => {
      // While it is made smaller, what takes too long is left as it is.
      if (worst.played !== null && performance.now() - worst.since > SHRINKING) return;
      const played = await playHistory(history, options);
      if (worst.played === null) add(played);
      if (played.violations.length === 0) return;
      if (worst.played === null) worst.since = performance.now();
      worst.played = played;
      throw new Error(played.violations.join('\n'));
    }),
    {
      numRuns: path === undefined ? histories : 1,
      ...(seed === undefined ? {} : { seed }),
      ...(path === undefined ? {} : { path }),
    },
  );
  const [history] = details.counterexample ?? [];
  return {
    seed: details.seed,
    sums,
    failure:
      history === undefined || details.counterexamplePath === null
        ? null
        : {
            history: JSON.parse(JSON.stringify(history)) as History,
            path: details.counterexamplePath,
            violations: worst.played?.violations ?? [],
            trace: worst.played?.trace ?? [],
          },
  };
};
