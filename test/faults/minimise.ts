import type { History } from './history.ts';
import { type Played, type PlayOptions, playHistory } from './play-history.ts';

/** How often a smaller history is tried at most. */
const TRIES = 400;

interface Failing {
  readonly history: History;
  readonly played: Played;
}

/** Drops operations and faults, many at once and then one by one, as long as a violation remains. */
export const minimise = async (history: History, played: Played, options: PlayOptions): Promise<Failing> => {
  let best: Failing = { history, played };
  let tries = 0;
  const fails = async (smaller: History): Promise<boolean> => {
    if (++tries > TRIES) return false;
    const again = await playHistory(smaller, options);
    if (again.violations.length === 0) return false;
    best = { history: smaller, played: again };
    return true;
  };
  for (let before = Number.NaN; before !== sizeOf(best.history); ) {
    before = sizeOf(best.history);
    for (const list of ['faults', 'operations'] as const) await shorten(best, list, fails, () => best);
    if (best.history.indexed) await fails({ ...best.history, indexed: false });
    for (const [at, operation] of best.history.operations.entries())
      if (operation.wait > 0) await fails(withOperation(best.history, at, { ...operation, wait: 0 }));
  }
  return best;
};

const sizeOf = ({ operations, faults, indexed }: History): number =>
  operations.length + faults.length + (indexed ? 1 : 0) + operations.filter(({ wait }) => wait > 0).length;

const withOperation = (history: History, at: number, operation: History['operations'][number]): History => ({
  ...history,
  operations: history.operations.with(at, operation),
});

/** Leaves out pieces of a list, half of it first, then a quarter, and so on. */
const shorten = async (
  { history }: Failing,
  list: 'faults' | 'operations',
  fails: (smaller: History) => Promise<boolean>,
  best: () => Failing,
): Promise<void> => {
  for (let piece = Math.ceil(history[list].length / 2); piece >= 1; piece = piece === 1 ? 0 : Math.ceil(piece / 2))
    for (let at = 0; at < best().history[list].length; ) {
      const now = best().history;
      const without = now[list].toSpliced(at, piece);
      if (!(await fails({ ...now, [list]: without }))) at += piece;
    }
};
