import { mapAhead } from '../../manifest/pages/map-ahead.ts';
import { factsKey, rowKeysKey, shardKey, type WordSegment } from '../../objects/word-roots.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { type WrittenPostings, writePostings } from '../rules/words/postings.ts';
import { BLOCK_ROWS, factsText, keysText, type WordRow } from '../rules/words/row-table.ts';
import { openShard, type Postings, shardOf, shardText } from '../rules/words/shard.ts';

/** What is merged: rows, and their words in shards, of which there is a power of two. */
export interface MergeInput {
  readonly rows: readonly WordRow[];
  readonly shards: number;
  shard(number: number): Promise<string>;
}

export interface MergedPlace {
  readonly repositoryId: string;
  readonly writer: string;
  readonly name: string;
}

/** Words, with repetitions, of one shard: some 60 KB as they are stored. */
const WORDS_A_SHARD = 150_000;
const MOST_SHARDS = 1_024;
const WRITES_AT_ONCE = 8;

/**
 * Writes one segment of the inputs' rows, each key once, in the inputs' order, but for those of dead blobs; null when no row is left. Of a key that comes again the words are the
 * same, and its languages are those of all. In memory are the rows, and of the words those that share a shard in the input with the fewest shards.
 */
export const mergeSegments = async (
  objects: Pick<ObjectStore, 'putText'>,
  { repositoryId, writer, name }: MergedPlace,
  inputs: readonly MergeInput[],
  dead: ReadonlySet<string>,
): Promise<WordSegment | null> => {
  const { rows, places } = keptRows(inputs, dead);
  if (rows.length === 0) return null;
  const words = rows.reduce((sum, { length }) => sum + length, 0);
  const shards = Math.min(MOST_SHARDS, 2 ** Math.ceil(Math.log2(Math.max(1, words / WORDS_A_SHARD))));
  const segment = { writer, name };
  const facts = await objects.putText(factsKey(repositoryId, segment), factsText(rows));
  const blocks = Array.from({ length: Math.ceil(rows.length / BLOCK_ROWS) }, (_, block) => block);
  const keys = await Array.fromAsync(
    mapAhead(blocks, WRITES_AT_ONCE, (block) =>
      objects.putText(
        rowKeysKey(repositoryId, segment, block),
        keysText(rows.slice(block * BLOCK_ROWS, (block + 1) * BLOCK_ROWS)),
      ),
    ),
  );
  const stored = new Array<number>(shards).fill(0);
  const groups = Math.min(shards, ...inputs.map((input) => input.shards));
  for (let group = 0; group < groups; group++) {
    const texts = await mergedShards(inputs, places, { group, groups, shards });
    const written = mapAhead(texts, WRITES_AT_ONCE, async ([shard, text]) => {
      stored[shard] = await objects.putText(shardKey(repositoryId, segment, shard), text);
    });
    await Array.fromAsync(written);
  }
  return { writer, name, rows: rows.length, words, facts, keys, shards: stored };
};

/** The rows that stay, and by input and row the row's new number, -1 for those that go. */
const keptRows = (inputs: readonly MergeInput[], dead: ReadonlySet<string>) => {
  const rows: WordRow[] = [];
  const known = new Map<string, number>();
  const places = inputs.map((input) => {
    const numbers = new Int32Array(input.rows.length).fill(-1);
    input.rows.forEach((row, i) => {
      if (dead.has(row.blob)) return;
      const key = `${row.blob} ${row.ordinal}`;
      const before = known.get(key);
      if (before === undefined) {
        known.set(key, rows.length);
        numbers[i] = rows.length;
        rows.push(row);
      } else rows[before] = withLanguages(rows[before] as WordRow, row.languages);
    });
    return numbers;
  });
  return { rows, places };
};

const withLanguages = (row: WordRow, more: readonly string[]): WordRow =>
  more.every((language) => row.languages.includes(language))
    ? row
    : { ...row, languages: [...new Set([...row.languages, ...more])].sort() };

interface Group {
  readonly group: number;
  /** A power of two, of which all inputs' and the output's shards are multiples. */
  readonly groups: number;
  readonly shards: number;
}

/** The output's shards of a group: a word is in the group that its hash names, whatever the number of shards. */
const mergedShards = async (
  inputs: readonly MergeInput[],
  places: readonly Int32Array[],
  { group, groups, shards }: Group,
): Promise<readonly (readonly [shard: number, text: string])[]> => {
  const found = new Map<string, { readonly places: Int32Array; readonly postings: Postings }[]>();
  for (const [i, input] of inputs.entries()) {
    const numbers = Array.from({ length: input.shards / groups }, (_, n) => group + n * groups);
    for await (const text of mapAhead(numbers, WRITES_AT_ONCE, (number) => input.shard(number)))
      for (const [word, postings] of openShard(text).all()) {
        const of = { places: places[i] as Int32Array, postings };
        const list = found.get(word);
        if (list === undefined) found.set(word, [of]);
        else list.push(of);
      }
  }
  const buckets = new Map<number, (readonly [string, WrittenPostings])[]>();
  for (let shard = group; shard < shards; shard += groups) buckets.set(shard, []);
  for (const [word, lists] of [...found].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const postings = writePostings((add) => {
      for (const { places: numbers, postings } of lists)
        postings.each((row, times) => {
          const to = numbers[row] ?? -1;
          if (to >= 0) add(to, times);
        });
    });
    if (postings.count > 0) buckets.get(shardOf(word, shards))?.push([word, postings]);
  }
  return [...buckets].map(([shard, words]) => [shard, shardText(words)] as const);
};
