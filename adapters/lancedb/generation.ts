import { rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Connection, Table } from '@lancedb/lancedb';
import { GenerationNotFoundError, IndexDamagedError } from '../../core/domain/errors.ts';
import type { Generation, IndexState } from '../../core/ports/search-index.ts';
import { createFirstFill } from './first-fill.ts';
import { removeHalfWritten } from './half-written.ts';
import { buildVectorIndex, buildWordIndices, dropWordIndex, hasWordIndex, readTableState } from './indices.ts';
import { createInspection, mayBeDamage, tellsOfDamage } from './inspection.ts';
import { rowBytes, versionsIn } from './manifest-files.ts';
import type { PackedRows, Packs } from './packed-rows.ts';
import { createPruning } from './pruning.ts';
import { createRecentRows } from './recent-rows.ts';
import { createRowWriter } from './row-writer.ts';
import { identityIn, tableSchema } from './rows.ts';
import { isOverdue, planSettle, planUpkeep, type SettlePlan, type TableState } from './settle-plan.ts';
import { createUpkeep } from './upkeep.ts';
import { createWriteQueue } from './write-queue.ts';

/**
 * One generation: one table, written by one queue, read past it. It knows nothing of dimensions or recipe: what is asked brings
 * them, and the table has its own. All but `create`, `inspect` and `drop` throw GenerationNotFoundError and IndexDamagedError.
 */
export interface LanceGeneration {
  create(generation: Generation): Promise<void>;
  inspect(generation: Generation, newest: readonly string[]): Promise<IndexState>;
  put(rows: PackedRows): Promise<void>;
  /** Deletes the rows that the predicates select. */
  delete(predicates: readonly string[]): Promise<void>;
  read<T>(query: (table: Table) => Promise<T>): Promise<T>;
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
  /** How long an old version stays for those who are reading it, in milliseconds. */
  readonly graceMs: number;
  readonly quietMs: number;
  readonly maxRowsPerCommit: number;
  readonly plan?: ((state: TableState) => SettlePlan) | undefined;
}

/**
 * Half of what the callers of a large job have under way (two workers, four batches of some 460 rows each): the other half is
 * being made while this is written. A first fill waits for nothing (first-fill.ts).
 */
const gathering = { rows: 2048, quietMs: 60 };

export const createLanceGeneration = (place: GenerationPlace): LanceGeneration => {
  const tableDirectory = join(place.directory, `${place.table}.lance`);
  const plan = place.plan ?? planSettle;
  const inspection = createInspection(tableDirectory);
  let opened: Table | null = null;
  /** What a call has stumbled on: what LanceDB has cached hides it from the next one. */
  let damage: string | null = null;

  const versionCount = async (): Promise<number> => (await versionsIn(tableDirectory)).length;

  /** Commits and names of versions are files: none there, no table, whatever a killed process or a hand has left beside them. */
  const openIfThere = async (): Promise<Table | null> => {
    if ((await versionCount()) === 0) {
      forget();
      return null;
    }
    if (opened !== null) return opened;
    const table = await (await place.connect()).openTable(place.table);
    opened ??= table;
    return opened;
  };

  const open = async (): Promise<Table> => {
    const table = await openIfThere();
    if (table === null)
      throw new GenerationNotFoundError(
        `the index ${place.table} is not there any more: the next sync makes a new one`,
      );
    return table;
  };

  /** A process killed between the making of a table, or the dropping of its word index, and the building of the index leaves none. */
  let hasWords = false;
  let isSwept = false;
  const openToWrite = async (): Promise<Table> => {
    const table = await open();
    if (!isSwept) await removeHalfWritten(tableDirectory);
    isSwept = true;
    if (!hasWords && !(await hasWordIndex(table))) await buildWordIndices(table);
    hasWords = true;
    return table;
  };

  /** An error of LanceDB's under its name. */
  const telling = async <T>(act: () => Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (error) {
      if (error instanceof GenerationNotFoundError || !tellsOfDamage(error)) throw error;
      await open();
      damage = String(error);
      throw new IndexDamagedError(
        `parts of the index ${place.table} are gone or damaged: the next sync makes a new one`,
        {
          cause: error,
        },
      );
    }
  };

  let writes = 0;
  /** A write that meets a merge in the background and cannot be carried over is done again behind it. */
  const carriedOver = async (act: () => Promise<void>): Promise<void> => {
    writes += 1;
    try {
      await act();
    } catch (error) {
      if (!/conflict/i.test(String(error))) throw error;
      await upkeep.idle();
      await act();
    }
  };

  const writer = createRowWriter();
  const recent = createRecentRows(join(tableDirectory, 'recent.txt'));
  const write = async (table: Table, packs: Packs): Promise<void> => {
    await carriedOver(() => writer.write(table, packs));
    recent.wrote(packs);
  };
  const fill = createFirstFill(tableDirectory, async (table, read) => {
    let packs: readonly PackedRows[] = [];
    await carriedOver(async () => {
      const own = await read();
      packs = own;
      await writer.write(table, own, true);
    });
    recent.wrote(packs);
  });
  const queue = createWriteQueue(
    (packs) =>
      telling(async () => {
        const table = await openToWrite();
        if (!(await fill.takes(table, packs))) await write(table, packs);
      }),
    place.maxRowsPerCommit,
    { ...gathering, isCheap: fill.isFilling },
  );

  const pruning = createPruning({
    graceMs: place.graceMs,
    table: openIfThere,
    run: (task) => queue.run(task),
    isMerging: () => upkeep.isMerging(),
  });

  const upkeep = createUpkeep({
    table: openIfThere,
    versions: versionCount,
    plan: planUpkeep,
    quietMs: place.quietMs,
    writes: () => writes,
    isCluttered: async () => {
      const { needed, others } = await rowBytes(tableDirectory);
      return others > needed;
    },
    pruned: pruning.idle,
    rested: () => void gatherAtRest(),
    catchUp: buildWordIndices,
    merging: recent.forget,
    merged: pruning.later,
  });

  /** Behind the writes, which may themselves wait for the upkeep that asks for it. It only makes searches faster. */
  const gatherAtRest = (): Promise<void> =>
    queue
      .run(async () => {
        const table = await openIfThere();
        if (table !== null && recent.areSeveral() && !upkeep.isMerging()) await carriedOver(() => recent.gather(table));
      })
      .catch(() => undefined);

  const settle = async (): Promise<void> => {
    const table = await open();
    await fill.flush(table);
    writer.forget();
    const overdue = await settleTable(table);
    // Not beside a merge of the whole table: one of the two would be in vain.
    if (recent.isDue() && !upkeep.isMerging()) await carriedOver(() => recent.gather(table));
    upkeep.settled(overdue);
  };

  /** Returns whether the word index cannot wait for a time of rest. */
  const settleTable = async (table: Table): Promise<boolean> => {
    let state = await readTableState(table, await versionCount());
    let steps = plan(state);
    if ((steps.optimize || steps.buildWords || steps.buildVectors) && (await upkeep.stop())) {
      state = await readTableState(table, await versionCount());
      steps = plan(state);
    }
    if (steps.optimize || steps.buildWords) recent.forget();
    if (steps.optimize) {
      // Without its word index a table is compacted in half the time: nothing has to follow the moved rows.
      if (steps.buildWords && (await hasWordIndex(table))) await dropWordIndex(table);
      await pruning.prune(table, place.graceMs);
      // Without an index over any row it has not been searched: what the merge replaced, as much again as the table, goes at once.
      // The merge's own call keeps it whatever the grace.
      if (steps.buildWords && state.wordsIndexed === 0) await pruning.prune(table, 0);
    }
    if (steps.buildWords) await buildWordIndices(table);
    if (steps.buildVectors) await buildVectorIndex(table);
    // Only then: on a table never compacted, the optimize that prunes would begin to, and hold up the writes behind it.
    if (!steps.optimize) return isOverdue(state);
    await pruning.later(table);
    return false;
  };

  const forget = (): void => {
    writer.forget();
    fill.forget();
    recent.close();
    opened?.close();
    opened = null;
    hasWords = false;
  };

  const remove = async (): Promise<void> => {
    pruning.cancel();
    // A merge that ended behind it would leave a version of nothing.
    await upkeep.stop();
    forget();
    damage = null;
    // Without versions the table is absent at once; a kill on the way leaves nothing that could be opened.
    await rm(join(tableDirectory, '_versions'), { recursive: true, force: true });
    await rm(tableDirectory, { recursive: true, force: true });
    await rmdir(dirname(tableDirectory)).catch(() => {});
  };

  /** The table that is there, if it is this generation's and can be opened. */
  const openOwn = async ({ identity }: Generation): Promise<Table | null> => {
    try {
      const table = await openIfThere();
      return table !== null && identityIn(await table.schema()) === (identity ?? null) ? table : null;
    } catch (error) {
      if (!mayBeDamage(error)) throw error;
      return null;
    }
  };

  const create = async (generation: Generation): Promise<void> => {
    let table = await openOwn(generation);
    if (table === null) {
      await remove();
      const schema = tableSchema(generation.dimensions, generation.identity);
      table = await (await place.connect()).createEmptyTable(place.table, schema);
    }
    opened = table;
    await fill.flush(await openToWrite());
  };

  /** For those who read: what this process keeps of a first fill comes into the table. */
  const bringKept = async (): Promise<void> => {
    if (fill.holds()) await queue.run(async () => fill.flush(await open()));
  };

  const inspect = async (generation: Generation, newest: readonly string[]): Promise<IndexState> => {
    if (damage !== null) return { kind: 'damaged', why: damage };
    try {
      await bringKept();
      const table = await openIfThere();
      return table === null ? { kind: 'absent' } : await inspection(table, generation, newest);
    } catch (error) {
      if ((await versionCount()) === 0) return { kind: 'absent' };
      if (!mayBeDamage(error)) throw error;
      return { kind: 'damaged', why: String(error) };
    }
  };

  return {
    create: (generation) => queue.run(() => create(generation)),
    inspect,
    put: queue.put,
    delete: (predicates) =>
      queue.run(() =>
        telling(async () => {
          const table = await open();
          await fill.flush(table);
          for (const predicate of predicates)
            await carriedOver(async () => {
              await table.delete(predicate);
            });
        }),
      ),
    read: (query) =>
      telling(async () => {
        await bringKept();
        const table = await open();
        try {
          return await query(table);
        } catch (error) {
          // A version pruned or a table dropped while it was read: look once more at what is there now.
          if (!/not found|closed/i.test(String(error))) throw error;
          return query(await open());
        }
      }),
    settle: () => queue.run(() => telling(settle)),
    drop: () => queue.run(remove),
    close: async () => {
      // What does not come into the table stays in its file.
      await bringKept().catch(() => undefined);
      await queue.idle();
      await upkeep.stop();
      await pruning.now();
      forget();
    },
  };
};
