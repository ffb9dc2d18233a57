import { readdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Connection, Table } from '@lancedb/lancedb';
import { buildVectorIndex, buildWordIndices, dropWordIndex, hasWordIndex, readTableState } from './indices.ts';
import { createRowWriter } from './row-writer.ts';
import { type PackedRows, rowSchema } from './rows.ts';
import { planSettle, type SettlePlan, type TableState } from './settle-plan.ts';
import { createWriteQueue } from './write-queue.ts';

/** One generation: one table, written by one queue, read past it. */
export interface LanceGeneration {
  put(rows: PackedRows): Promise<void>;
  /** Deletes the rows that the predicates select. */
  delete(predicates: readonly string[]): Promise<void>;
  /** Null when the generation is absent. */
  read<T>(query: (table: Table) => Promise<T>): Promise<T | null>;
  settle(): Promise<void>;
  drop(): Promise<void>;
  /** Waits for the writes and lets go of the table. */
  close(): Promise<void>;
}

export interface GenerationPlace {
  /** The connection to the repository's directory; called anew when it is not there yet. */
  readonly connect: () => Promise<Connection>;
  readonly directory: string;
  readonly table: string;
  readonly dimensions: number;
  /** How long an old version stays for those who are reading it, in milliseconds. */
  readonly graceMs: number;
  readonly maxRowsPerCommit: number;
  readonly plan?: ((state: TableState) => SettlePlan) | undefined;
}

/**
 * Half of what the callers of a large job have under way (two workers, four batches of some 460 rows each): the other half is
 * being made while this is written. 180,000 rows become some 90 commits.
 */
const gathering = { rows: 2048, quietMs: 60 };

export const createLanceGeneration = (place: GenerationPlace): LanceGeneration => {
  const tableDirectory = join(place.directory, `${place.table}.lance`);
  const versionsDirectory = join(tableDirectory, '_versions');
  const plan = place.plan ?? planSettle;
  let opened: Table | null = null;
  let pruneTimer: NodeJS.Timeout | null = null;

  /** Commits and names of versions are files: none there, no table, whatever a killed process has left beside them. */
  const versionCount = async (): Promise<number> => {
    try {
      return (await readdir(versionsDirectory)).filter((name) => name.endsWith('.manifest')).length;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
      throw error;
    }
  };

  const open = async (): Promise<Table | null> => {
    if (opened !== null) return opened;
    if ((await versionCount()) === 0) return null;
    const table = await (await place.connect()).openTable(place.table);
    opened ??= table;
    return opened;
  };

  const openOrCreate = async (): Promise<Table> => {
    const table =
      (await open()) ??
      (await (await place.connect()).createEmptyTable(place.table, rowSchema(place.dimensions), { existOk: true }));
    // A process killed between the two calls leaves a table without indices.
    if (opened === null && !(await hasWordIndex(table))) await buildWordIndices(table);
    opened = table;
    return table;
  };

  const writer = createRowWriter(place.dimensions);
  const commit = async (packs: readonly PackedRows[]): Promise<void> => writer.write(await openOrCreate(), packs);

  const queue = createWriteQueue(commit, place.maxRowsPerCommit, gathering);

  const prune = async (table: Table, graceMs: number): Promise<void> => {
    await table.optimize({ cleanupOlderThan: new Date(Date.now() - graceMs) });
  };

  const stopPruneTimer = (): boolean => {
    const pending = pruneTimer !== null;
    if (pruneTimer !== null) clearTimeout(pruneTimer);
    pruneTimer = null;
    return pending;
  };

  /** What an optimize replaced is as large as the table: it is removed when no reader can need it any more. */
  const prunePending = async (graceMs: number, since: number): Promise<void> => {
    const table = await open();
    // Written since: an optimize would do more than prune. The next settle that optimizes prunes.
    if (table !== null && (await table.version()) === since) await prune(table, graceMs);
  };
  let settledVersion = 0;

  const settle = async (): Promise<void> => {
    writer.forget();
    const table = await open();
    if (table === null) return;
    const state = await readTableState(table, await versionCount());
    const steps = plan(state);
    if (steps.optimize) {
      // Without its word index a table is compacted in half the time: nothing has to follow the moved rows.
      if (steps.buildWords && (await hasWordIndex(table))) await dropWordIndex(table);
      await prune(table, place.graceMs);
      // Without an index over any row it has not been searched: what the merge replaced, as much again as the table, goes at once.
      // The merge's own call keeps it whatever the grace.
      if (steps.buildWords && state.wordsIndexed === 0) await prune(table, 0);
    }
    if (steps.buildWords) await buildWordIndices(table);
    if (steps.buildVectors) await buildVectorIndex(table);
    // Only then: on a table never compacted, the optimize that prunes would begin to, and hold up the writes behind it.
    if (!steps.optimize) return;
    settledVersion = await table.version();
    stopPruneTimer();
    pruneTimer = setTimeout(() => {
      pruneTimer = null;
      // A prune that fails leaves disk space taken, nothing else; the next one tries again.
      queue.run(() => prunePending(place.graceMs, settledVersion)).catch(() => {});
    }, place.graceMs + 1000).unref();
  };

  const forget = (): void => {
    writer.forget();
    opened?.close();
    opened = null;
  };

  return {
    put: queue.put,
    delete: (predicates) =>
      queue.run(async () => {
        const table = await open();
        if (table !== null) for (const predicate of predicates) await table.delete(predicate);
      }),
    read: async (query) => {
      for (let attempt = 1; ; attempt++) {
        const table = await open();
        if (table === null) return null;
        try {
          return await query(table);
        } catch (error) {
          // A version pruned or a table dropped while it was read: look once more at what is there now.
          if (attempt === 2 || !/not found|closed/i.test(String(error))) throw error;
          if ((await versionCount()) === 0) forget();
        }
      }
    },
    settle: () => queue.run(settle),
    drop: () =>
      queue.run(async () => {
        stopPruneTimer();
        forget();
        // Without versions the table is absent at once; a kill on the way leaves nothing that could be opened.
        await rm(versionsDirectory, { recursive: true, force: true });
        await rm(tableDirectory, { recursive: true, force: true });
        await rmdir(dirname(tableDirectory)).catch(() => {});
      }),
    close: async () => {
      await queue.idle();
      if (stopPruneTimer()) await queue.run(() => prunePending(0, settledVersion)).catch(() => {});
      forget();
    },
  };
};
