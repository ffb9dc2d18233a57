import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Table } from '@lancedb/lancedb';
import type * as arrow from 'apache-arrow';
import type { Generation, IndexState } from '../../core/ports/search-index.ts';
import { filesOfVersion, versionsIn } from './manifest-files.ts';
import { firstRowPredicate } from './query.ts';
import { identityIn } from './rows.ts';

/** A file system that has no more handles, space or rights to give has not lost anything. */
const passing = /too many open files|no space|permission denied|timed? ?out/i;
const lost =
  /not found|no such file|corrupt|invalid|unexpected (eof|end)|failed to fill|sufficient data|too small|out of (range|bounds)|magic|decod|panic/i;

/** Whether an error of LanceDB's, which are texts without codes, reports parts that are gone or cannot be read. */
export const tellsOfDamage = (error: unknown): boolean => lost.test(String(error)) && mayBeDamage(error);

/** The same of an error of the mere opening, which asks for nothing that could be wrong. */
export const mayBeDamage = (error: unknown): boolean => !passing.test(String(error));

type Indices = Awaited<ReturnType<Table['listIndices']>>;

/** What LanceDB reports of a version: a version never changes. */
interface Told {
  /** Its file: {@link stampOf}. */
  readonly version: string | null;
  readonly newest: string;
  readonly schema: arrow.Schema;
  readonly indices: Indices;
  readonly rows: number;
  /** How many of the newest blobs have their first row. */
  readonly found: number;
}

/** Tells why a table is not the generation that is meant, or not the whole of it. */
type Inspection = (table: Table, generation: Generation, newest: readonly string[]) => Promise<IndexState>;

/**
 * Looks at the files each time. What LanceDB reports of them is asked for once a version: a publish asks, and the first search after it finds it
 * told.
 */
export const createInspection = (directory: string): Inspection => {
  let told: Told | null = null;

  const ask = async (table: Table, newest: readonly string[]): Promise<Told> => {
    const key = newest.join();
    const version = await stampOf(directory);
    if (version !== null && told?.version === version && told.newest === key) return told;
    // One after the other: a table cannot be closed while a call that no one waits for any more runs.
    const schema = await table.schema();
    const indices = await table.listIndices();
    const rows = await table.countRows();
    const found = newest.length === 0 ? 0 : await table.countRows(firstRowPredicate(newest));
    const answer = { version, newest: key, schema, indices, rows, found };
    // A write in between: what was answered is of either version.
    told = (await stampOf(directory)) === version ? answer : null;
    return answer;
  };

  return async (table, generation, newest) => {
    const missing = await missingFile(directory);
    if (missing !== null) return { kind: 'damaged', why: missing };
    let answer = await ask(table, newest);
    let short = await shortIndex(answer.indices, directory);
    if (short !== null) {
      // Replaced by a settle while it was looked at: the list is another one by now.
      told = null;
      answer = await ask(table, newest);
      short = await shortIndex(answer.indices, directory);
    }
    const why = otherTable(answer.schema, generation) ?? short;
    if (why !== null) return { kind: 'damaged', why };
    if (answer.found < newest.length)
      return {
        kind: 'damaged',
        why: `${newest.length - answer.found} of ${newest.length} rows put last are not there`,
      };
    return { kind: 'whole', rows: answer.rows };
  };
};

/** Tells a version from one of the same number that a copy, or another table in its place, has. */
const stampOf = async (directory: string): Promise<string | null> => {
  const [version] = await versionsIn(directory);
  const found = version === undefined ? null : await stat(join(directory, '_versions', version)).catch(() => null);
  return found === null ? null : [version, found.ino, found.mtimeMs, found.size].join(' ');
};

const otherTable = (schema: arrow.Schema, { dimensions, identity }: Generation): string | null => {
  const made = identityIn(schema);
  if (identity !== undefined && made !== identity) return `it is ${made ?? 'of no known job'}, not ${identity}`;
  const vectors = schema.fields.find(({ name }) => name === 'vector')?.type as arrow.FixedSizeList | undefined;
  return vectors?.listSize === dimensions
    ? null
    : `its vectors have ${vectors?.listSize} dimensions, not ${dimensions}`;
};

/** Of a version that is replaced while it is looked at, the files may go: then the next one is looked at. */
const missingFile = async (directory: string): Promise<string | null> => {
  for (let attempt = 1; ; attempt++) {
    const [version] = await versionsIn(directory);
    if (version === undefined) return 'it has no version any more';
    const missing = await missingOf(directory, version);
    if (missing === null || attempt === 3 || (await versionsIn(directory))[0] === version) return missing;
  }
};

const missingOf = async (directory: string, version: string): Promise<string | null> => {
  const files = await filesOfVersion(directory, version);
  const found = await Promise.all(
    files.map(async ({ path, bytes }) => {
      const there = await stat(join(directory, path)).catch(() => null);
      if (there === null) return `${path} is not there`;
      return bytes === null || there.size === bytes ? null : `${path} has ${there.size} of ${bytes} bytes`;
    }),
  );
  return found.find((missing) => missing !== null) ?? null;
};

/** An index of several parts tells the place of one. */
const shortIndex = async (indices: Indices, directory: string): Promise<string | null> => {
  for (const { name, indexUuid, sizeBytes, numSegments = 1 } of indices) {
    if (indexUuid === undefined) continue;
    const bytes = await bytesIn(join(directory, '_indices', indexUuid));
    if (bytes < (numSegments > 1 ? 1 : Number(sizeBytes ?? 1)))
      return `the index ${name} has ${bytes} of ${sizeBytes} bytes`;
  }
  return null;
};

const bytesIn = async (directory: string): Promise<number> => {
  const names = await readdir(directory).catch(() => []);
  const sizes = await Promise.all(
    names.map(async (name) => (await stat(join(directory, name)).catch(() => null))?.size),
  );
  return sizes.reduce<number>((sum, size = 0) => sum + size, 0);
};
