import type { RepositoryRecord } from '../contract/records.ts';
import { IndexDamagedError } from '../domain/errors.ts';
import { own } from '../domain/own.ts';
import type { Publication } from '../ports/job-ends.ts';
import type { Runtime } from '../ports/runtime.ts';
import { isBeingSwept } from './check-index.ts';
import { generationOf } from './generation-of.ts';
import type { Results } from './write-manifest.ts';

/** Blobs of a publish whose rows a later look asks for: enough to notice a copy of an index that is older than its record. */
const SAMPLE = 8;

/** What a generation's index holds once it has settled. */
export interface RowsPut {
  readonly rows: number;
  /** Blobs of this job, or where it has put none, of the last one that has. */
  readonly newest: readonly string[];
}

/** Asks the index for what the job has put. Throws IndexDamagedError where it has not that: then nothing is published. */
export const rowsPut = async (
  deps: Pick<Runtime, 'index'>,
  repository: RepositoryRecord,
  number: number,
  results: Results,
): Promise<RowsPut> => {
  // What was known does not hold any more after rows of a dropped branch were deleted.
  const { rows: before, newest: known = [] } = isBeingSwept(repository, number)
    ? {}
    : (own(repository.generations, String(number)) ?? {});
  const put = [...results.values()].filter(({ outcome, chunks }) => outcome === 'indexed' && chunks > 0);
  if (put.length === 0 && before !== undefined) return { rows: before, newest: known };
  const newest = put.length === 0 ? known : put.map(({ oid }) => oid);
  return { rows: await rowsNow(deps, repository, number, newest.slice(0, SAMPLE), before), newest };
};

/**
 * What the record is to hold of the generation that a job has written. Rows that the next sweep deletes are not counted on.
 *
 * @param dropped blobs that no manifest holds any more, each with its line `oid TAB chunks`.
 * @param words what the index's settle has answered.
 */
export const generationAfter = (
  number: number,
  { rows, newest }: RowsPut,
  dropped: ReadonlyMap<string, string>,
  words?: string | undefined,
): Publication['generation'] => ({
  number,
  rows: Math.max(0, rows - chunksOf(dropped.values())),
  ...(words === undefined ? {} : { words }),
  newest: newest.filter((oid) => !dropped.has(oid)).slice(0, SAMPLE),
});

const rowsNow = async (
  deps: Pick<Runtime, 'index'>,
  repository: RepositoryRecord,
  number: number,
  newest: readonly string[],
  atLeast = 0,
): Promise<number> => {
  const state = await deps.index.inspect(generationOf(repository, number), newest);
  if (state.kind === 'whole' && (state.rows === null || state.rows >= atLeast)) return state.rows ?? 0;
  throw new IndexDamagedError(
    `the index has lost rows while the sync ran${state.kind === 'damaged' ? ` (${state.why})` : ''}: the next sync makes a new one`,
  );
};

export const chunksOf = (lines: Iterable<string>): number => {
  let chunks = 0;
  for (const line of lines) chunks += Number(line.slice(line.indexOf('\t') + 1));
  return chunks;
};
