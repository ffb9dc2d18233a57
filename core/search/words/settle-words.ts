import type { JobRef } from '../../contract/workflow-state.ts';
import { ObjectMissingError } from '../../domain/errors.ts';
import { pageName } from '../../manifest/pages/page-text.ts';
import { jobKeys } from '../../objects/object-keys.ts';
import { factsKey, rootKey, rowKeysKey, shardKey, type WordRoot, type WordSegment } from '../../objects/word-roots.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { Settlement } from '../../ports/search-index.ts';
import { haveManyDead, planMerges, sizeOf } from '../rules/words/plan-merges.ts';
import { BLOCK_ROWS, readFacts, readKeys, type WordRow } from '../rules/words/row-table.ts';
import { type MergeInput, mergeSegments } from './merge-segments.ts';
import { readRowWords } from './row-words.ts';

type Objects = Pick<ObjectStore, 'putText' | 'getText' | 'list'>;
type Job = Pick<JobRef, 'repository_id' | 'job_id'>;

/** Rows of puts that are in memory at the same time: some 64 MB with their words. */
const ROWS_AT_ONCE = 65_536;
const nothing: ReadonlySet<string> = new Set();

/** A segment that is stored, or one that is to be made of puts. */
interface Part {
  readonly rows: number;
  readonly name: string;
  readonly stored: WordSegment | null;
  readonly inputs: () => Promise<readonly MergeInput[]>;
}

/** Merges a job's puts and a root's segments, and writes the root of what comes of it; its key, or null where nothing changes. What was there before stays. */
export const settleWords = async (
  objects: Objects,
  job: Job,
  before: WordRoot,
  { dropped, unheld }: Settlement,
): Promise<string | null> => {
  const merge = (parts: readonly Part[], dead: ReadonlySet<string>) => mergeParts(objects, job, parts, dead);
  let parts: readonly Part[] = before.segments.map((segment) => storedPart(objects, job.repository_id, segment));
  for await (const part of puts(objects, job)) {
    // Only the last one is merged as it is.
    parts = [...(await written(parts, merge)), part];
  }
  const lost = await dropped();
  let dead = before.dead + lost;
  if (lost === 0 && parts.every(({ stored }) => stored !== null)) return null;
  const isWhole = haveManyDead(parts, dead);
  for (const group of planMerges(parts, dead)) {
    const rows = group.reduce((sum, part) => sum + part.rows, 0);
    // Small ones are merged with every settle, and to ask for their blobs would be to read most pages of the manifest each time.
    const asks = dead > 0 && group.some((part) => sizeOf(part) > 0);
    const gone = asks ? await unheld(await blobsOf(group)) : nothing;
    const made = await merge(group, gone);
    parts = [...parts.filter((part) => !group.includes(part)), ...made];
    if (gone.size > 0) dead = Math.max(0, dead - (rows - made.reduce((sum, part) => sum + part.rows, 0)));
  }
  parts = await written(parts, merge);
  const segments = parts.flatMap(({ stored }) => stored ?? []);
  const all = segments.reduce((sum, { rows }) => sum + rows, 0);
  const root: WordRoot = { form: 'words 1', segments, dead: isWhole ? 0 : Math.min(dead, all) };
  const text = JSON.stringify(root);
  const key = rootKey(job, await pageName(text));
  await objects.putText(key, text);
  return key;
};

type Merge = (parts: readonly Part[], dead: ReadonlySet<string>) => Promise<readonly Part[]>;

/** The same, with every part stored. */
const written = async (parts: readonly Part[], merge: Merge): Promise<readonly Part[]> => {
  const made = await Promise.all(parts.map((part) => (part.stored === null ? merge([part], nothing) : [part])));
  return made.flat();
};

const mergeParts = async (
  objects: Objects,
  job: Job,
  parts: readonly Part[],
  dead: ReadonlySet<string>,
): Promise<readonly Part[]> => {
  const inputs = (await Promise.all(parts.map((part) => part.inputs()))).flat();
  // The same parts are the same segment: a settle that is tried again writes it once more.
  const name = await pageName([...parts.map((part) => part.name), ...[...dead].sort()].join(' '));
  const place = { repositoryId: job.repository_id, writer: job.job_id, name };
  const made = await mergeSegments(objects, place, inputs, dead);
  return made === null ? [] : [storedPart(objects, job.repository_id, made)];
};

const blobsOf = async (parts: readonly Part[]): Promise<ReadonlySet<string>> => {
  const blobs = new Set<string>();
  for (const part of parts) for (const { rows } of await part.inputs()) for (const { blob } of rows) blobs.add(blob);
  return blobs;
};

/** What a job has put, in parts. */
async function* puts(objects: Objects, job: Job): AsyncGenerator<Part> {
  let inputs: MergeInput[] = [];
  let names: string[] = [];
  let rows = 0;
  const part = (): Part => {
    const [held, of] = [inputs, { rows, name: names.join(' '), stored: null }];
    return { ...of, inputs: async () => held };
  };
  for await (const key of objects.list(jobKeys(job).words)) {
    const put = readRowWords(await need(objects, key));
    if (rows > 0 && rows + put.rows.length > ROWS_AT_ONCE) {
      yield part();
      [inputs, names, rows] = [[], [], 0];
    }
    inputs.push({ rows: put.rows, shards: 1, shard: async () => put.shard });
    names.push(key);
    rows += put.rows.length;
  }
  if (rows > 0) yield part();
}

const storedPart = (objects: Objects, repositoryId: string, segment: WordSegment): Part => ({
  rows: segment.rows,
  name: `${segment.writer}/${segment.name}`,
  stored: segment,
  inputs: async () => [
    {
      rows: await rowsOf(objects, repositoryId, segment),
      shards: segment.shards.length,
      shard: (number) => need(objects, shardKey(repositoryId, segment, number)),
    },
  ],
});

const rowsOf = async (objects: Objects, repositoryId: string, segment: WordSegment): Promise<readonly WordRow[]> => {
  const facts = readFacts(await need(objects, factsKey(repositoryId, segment)), segment.rows);
  const rows: WordRow[] = [];
  for (const block of segment.keys.keys()) {
    const count = Math.min(BLOCK_ROWS, segment.rows - block * BLOCK_ROWS);
    const { blobs, ordinals } = readKeys(await need(objects, rowKeysKey(repositoryId, segment, block)), count);
    for (const [at, blob] of blobs.entries()) {
      const row = rows.length;
      rows.push({
        blob,
        ordinal: ordinals[at] ?? 0,
        length: facts.lengths[row] ?? 0,
        languages: facts.languageLists[facts.languages[row] ?? 0] ?? [],
      });
    }
  }
  return rows;
};

const need = async (objects: Objects, key: string): Promise<string> => {
  const text = await objects.getText(key);
  if (text === null) throw new ObjectMissingError(`there is no object ${key}`);
  return text;
};
