import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Connection, connect, Session } from '@lancedb/lancedb';
import { RepositoryId } from '../../core/contract/ids.ts';
import type { Generation, GenerationName, IndexRow, SearchIndex } from '../../core/ports/search-index.ts';
import { createLanceGeneration, type LanceGeneration } from './generation.ts';
import { type PackedRows, packRows } from './packed-rows.ts';
import { blobPredicates, queryRows, readRows } from './query.ts';
import type { SettlePlan, TableState } from './settle-plan.ts';

export interface LanceOptions {
  /** How long old versions stay for those who are reading them, in milliseconds. Default 10 s: no query takes longer. */
  readonly graceMs?: number | undefined;
  /** Rows of a commit at most. */
  readonly maxRowsPerCommit?: number | undefined;
  /** How long nothing may have been written before a table is merged in the background, in milliseconds. Default 2 s. */
  readonly quietMs?: number | undefined;
  /** What a settle does, for tests: the default needs 50,000 rows for a vector index. */
  readonly plan?: ((state: TableState) => SettlePlan) | undefined;
}

export interface LanceSearchIndex extends SearchIndex {
  /** Puts rows that another thread has packed. */
  putPacked(generation: Generation, rows: PackedRows): Promise<void>;
  /** Words are in the table: there is nothing to answer. */
  settle(generation: Generation): Promise<undefined>;
  /** Waits for the writes and closes the tables. */
  close(): Promise<void>;
}

/** Of indices (words' posting lists, vectors' codes) and of metadata, shared by all tables. LanceDB's own default is 6 GB and 1 GB. */
const indexCacheBytes = 512n << 20n;
const metadataCacheBytes = 128n << 20n;

/**
 * LanceDB on local disk: `<root>/<repository id>/g<number>.lance`. Durable against a kill at any moment.
 * One process, and in it one object, may write below a root (see search-index-host); any number may read.
 * Throws RangeError for a vector of other dimensions than the generation's and for names that are none.
 */
export const createLanceSearchIndex = (root: string, options: LanceOptions = {}): LanceSearchIndex => {
  const session = new Session(indexCacheBytes, metadataCacheBytes);
  const connections = new Map<string, Promise<Connection>>();
  const generations = new Map<string, LanceGeneration>();

  const connectTo = async (directory: string): Promise<Connection> => {
    // Every time: dropping a repository's last generation removes its directory.
    await mkdir(directory, { recursive: true });
    let connection = connections.get(directory);
    if (connection === undefined) {
      // Interval 0: each read looks for the newest version, so that a put is found at once by every reader; by one in another process not where it is of a first fill (first-fill.ts).
      connection = connect(directory, { readConsistencyInterval: 0 }, session);
      connections.set(directory, connection);
    }
    return connection;
  };

  const of = (generation: GenerationName): LanceGeneration => {
    const repository = RepositoryId.safeParse(generation.repositoryId);
    if (!repository.success || !Number.isSafeInteger(generation.number) || generation.number < 0)
      throw new RangeError(`not a generation: ${generation.repositoryId} ${generation.number}`);
    const directory = join(root, repository.data);
    const table = `g${generation.number}`;
    const key = `${repository.data}/${table}`;
    let found = generations.get(key);
    if (found === undefined) {
      found = createLanceGeneration({
        connect: () => connectTo(directory),
        directory,
        table,
        quietMs: options.quietMs ?? 2000,
        graceMs: options.graceMs ?? 10_000,
        // 2,000 and 5,000 a commit measured the same; it bounds what a commit holds in memory. A first fill has its own bounds (first-fill.ts).
        maxRowsPerCommit: options.maxRowsPerCommit ?? 4096,
        plan: options.plan,
      });
      generations.set(key, found);
    }
    return found;
  };

  const putPacked = async (generation: Generation, rows: PackedRows): Promise<void> => {
    if (rows.count > 0) await of(generation).put(rows);
  };

  return {
    putPacked,
    create: async (generation) => of(generation).create(generation),
    inspect: async (generation, newest) => of(generation).inspect(generation, newest),
    put: async (generation, rows: readonly IndexRow[]) => putPacked(generation, packRows(rows, generation.dimensions)),
    get: async (generation, blobs) =>
      of(generation).read((table) =>
        readRows(
          table,
          blobs.map(({ oid }) => oid),
        ),
      ),
    delete: async (generation, blobs) => of(generation).delete(blobPredicates(blobs.map(({ oid }) => oid))),
    query: async (generation, query) => {
      if (query.vector.length !== generation.dimensions)
        throw new RangeError(`a vector of ${query.vector.length} dimensions, not ${generation.dimensions}`);
      if (query.limit < 1 || query.blobs?.length === 0) return [];
      return of(generation).read((table) => queryRows(table, query));
    },
    settle: async (generation) => {
      await of(generation).settle();
      return undefined;
    },
    drop: async (generation) => of(generation).drop(),
    close: async () => {
      for (const generation of generations.values()) await generation.close();
      for (const connection of connections.values()) (await connection).close();
      generations.clear();
      connections.clear();
    },
  };
};
