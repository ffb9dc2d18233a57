import fc from 'fast-check';
import { type Campaign, freshSeed } from '../campaign.ts';
import { playReal, type RealPlayed } from './play-real.ts';
import { type RealHistory, realHistoryArbitrary } from './real-history.ts';

export interface RealCampaign extends Pick<Campaign, 'seed' | 'histories' | 'operations'> {
  /** Histories that are played at once, each with a service of its own. */
  readonly parallel: number;
  /** Not only until something is found. */
  readonly goOn: boolean;
}

export interface RealCampaignResult {
  readonly seed: number;
  readonly histories: number;
  readonly counts: ReadonlyMap<string, number>;
  readonly failures: readonly { readonly seed: number; readonly history: RealHistory; readonly played: RealPlayed }[];
}

/** How often a smaller history is tried: each try takes as long as a history. */
const TRIES = 8;

export const realHistoryOf = (seed: number, operations: number): RealHistory =>
  fc.sample(realHistoryArbitrary(operations), { seed, numRuns: 1 })[0] as RealHistory;

/** Plays histories against the service as its user runs it: processes, real git, real HTTP, real kills, real time. */
export const realCampaign = async (
  { seed: given, histories, operations, parallel, goOn }: RealCampaign,
  report: (progress: string) => void = () => undefined,
  isOver: () => boolean = () => false,
): Promise<RealCampaignResult> => {
  const seed = given ?? freshSeed(histories);
  const counts = new Map<string, number>();
  const failures: RealCampaignResult['failures'][number][] = [];
  let next = seed;
  let done = 0;
  const lane = async (): Promise<void> => {
    while (!isOver() && next < seed + histories && (goOn || failures.length === 0)) {
      const number = next++;
      const history = realHistoryOf(number, operations);
      const begun = performance.now();
      const played = await playReal(history);
      done += 1;
      for (const [what, count] of played.counts) counts.set(what, (counts.get(what) ?? 0) + count);
      const seconds = ((performance.now() - begun) / 1000).toFixed(0);
      report(`history of seed ${number}: ${seconds} s, ${played.violations.length} violations`);
      for (const violation of played.violations) report(`  ${violation}`);
      if (played.violations.length > 0) failures.push({ seed: number, history, played });
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, histories) }, lane));
  return { seed, histories: done, counts, failures };
};

/** Leaves out operations, many at once and then fewer, as long as the same kind of thing goes wrong; real time may have it come out otherwise. */
export const minimiseReal = async (
  history: RealHistory,
  played: RealPlayed,
): Promise<{ readonly history: RealHistory; readonly played: RealPlayed }> => {
  let best = { history, played };
  let tries = 0;
  for (let piece = Math.ceil(history.operations.length / 2); piece >= 1; piece = piece === 1 ? 0 : Math.ceil(piece / 2))
    for (let at = 0; at < best.history.operations.length && tries < TRIES; ) {
      tries += 1;
      const smaller = { ...best.history, operations: best.history.operations.toSpliced(at, piece) };
      const again = await playReal(smaller);
      if (again.violations.length > 0) best = { history: smaller, played: again };
      else at += piece;
    }
  return best;
};
