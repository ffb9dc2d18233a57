import type { JobFile } from '../contract/api.ts';
import type { RepositoryId } from '../contract/ids.ts';
import { ledgerDay, ledgerKey, ledgersPrefix } from '../objects/object-keys.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Pulse } from './pulse.ts';

type Deps = Pick<Runtime, 'objects'>;

/**
 * Lines of one object of a ledger. A page is cut from one or two of them, so that its cost has a bound; the largest ledger,
 * 100,000 files, is 20 objects.
 */
export const LEDGER_PART_LINES = 5000;

/** Failed files first: they are what users look for. Indexed ones are those that were not written in UTF-8. */
export const ledgerOutcomes = ['failed', 'skipped', 'indexed'] as const;

/** What a job left out of the index, or read in another encoding: written line by line, at most two parts in memory. */
export interface LedgerWriter {
  add(file: JobFile): Promise<void>;
  /** Writes what is left. A ledger without a line has no object. */
  close(): Promise<void>;
}

/** Written again by a repeated publish, the same lines come to the same keys. */
export const openLedger = (deps: Deps, prefix: string): LedgerWriter => {
  const parts = { failed: newPart(), skipped: newPart(), indexed: newPart() };
  const flush = async (outcome: JobFile['outcome']): Promise<void> => {
    const part = parts[outcome];
    if (part.lines.length === 0) return;
    await deps.objects.putLines(ledgerKey(prefix, outcome, part.number), part.lines);
    parts[outcome] = { number: part.number + 1, lines: [] };
  };
  return {
    add: async (file) => {
      const { lines } = parts[file.outcome];
      if (lines.push(JSON.stringify(file)) === LEDGER_PART_LINES) await flush(file.outcome);
    },
    close: async () => {
      for (const outcome of ledgerOutcomes) await flush(outcome);
    },
  };
};

const newPart = (): { readonly number: number; readonly lines: string[] } => ({ number: 0, lines: [] });

/**
 * Days after its job's creation that a ledger is kept: the job's record goes 90 days after its end, and a job that needs
 * all of its attempts ends within a week.
 */
const LEDGER_DAYS = 97;

/** One job sweeps at most this many days; each job's own ledger falls on one, so the sweep keeps up. */
const DAYS_AT_ONCE = 2;

/** Removes the ledgers of jobs that are forgotten. Their keys begin with the day, so the listing ends at the first one that stays. */
export const sweepLedgers =
  (deps: Deps) =>
  async (repository: RepositoryId, now: Date, pulse: Pulse): Promise<void> => {
    const kept = ledgerDay(new Date(now.getTime() - LEDGER_DAYS * 86_400_000).toISOString());
    const prefix = ledgersPrefix(repository);
    for (let days = 0; days < DAYS_AT_ONCE; days++) {
      const day = await firstDay(deps, prefix);
      if (day === null || day >= kept) return;
      await pulse.check();
      await deps.objects.deleteAll(`${prefix}${day}`);
    }
  };

const firstDay = async (deps: Deps, prefix: string): Promise<string | null> => {
  for await (const key of deps.objects.list(prefix)) return key.slice(prefix.length).split('/')[0] ?? null;
  return null;
};
