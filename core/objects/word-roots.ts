import { z } from 'zod';
import type { JobRef } from '../contract/workflow-state.ts';
import { ObjectDamagedError, ObjectMissingError } from '../domain/errors.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { allWordsPrefix } from './object-keys.ts';

/** Some rows' words, sorted by words: immutable. The stores' bytes of each object are kept, to notice one that is not as it was written. */
export const WordSegment = z.object({
  /** The job that wrote it. */
  writer: z.string(),
  name: z.string(),
  rows: z.int().min(1),
  /** Of all rows together, repetitions included. */
  words: z.int().min(0),
  facts: z.int(),
  /** One for each block of rows. */
  keys: z.array(z.int()),
  /** One for each shard: a power of two. */
  shards: z.array(z.int()),
});
export type WordSegment = z.infer<typeof WordSegment>;

/** What a generation has of words. */
export const WordRoot = z.object({
  form: z.literal('words 1'),
  segments: z.array(WordSegment),
  /** Rows in the segments that no branch has any more, as far as publishes knew. */
  dead: z.int().min(0),
});
export type WordRoot = z.infer<typeof WordRoot>;

export const noWords: WordRoot = { form: 'words 1', segments: [], dead: 0 };

type Named = Pick<WordSegment, 'writer' | 'name'>;
const segmentKey = (repositoryId: string, { writer, name }: Named, part: string): string =>
  `${allWordsPrefix(repositoryId)}${writer}/${name}.${part}.zst`;
export const factsKey = (repositoryId: string, segment: Named): string => segmentKey(repositoryId, segment, 'rows');
export const rowKeysKey = (repositoryId: string, segment: Named, block: number): string =>
  segmentKey(repositoryId, segment, `keys-${block}`);
export const shardKey = (repositoryId: string, segment: Named, shard: number): string =>
  segmentKey(repositoryId, segment, `shard-${shard}`);
export const rootKey = ({ repository_id, job_id }: Pick<JobRef, 'repository_id' | 'job_id'>, name: string): string =>
  `${allWordsPrefix(repository_id)}${job_id}/${name}.root.zst`;

/** Throws ObjectMissingError when it is not there, ObjectDamagedError when it is not whole. */
export const readWordRoot = async (objects: Pick<ObjectStore, 'getText'>, key: string): Promise<WordRoot> => {
  const text = await objects.getText(key);
  if (text === null) throw new ObjectMissingError(`there is no object ${key}`);
  try {
    return WordRoot.parse(JSON.parse(text));
  } catch (error) {
    throw new ObjectDamagedError(`${key} is not a list of words`, { cause: error });
  }
};

/** Every object of a root's segments, with the bytes that it takes in the store. */
export const objectsOfRoot = (repositoryId: string, { segments }: WordRoot): ReadonlyMap<string, number> =>
  new Map(
    segments.flatMap((segment) => [
      [factsKey(repositoryId, segment), segment.facts] as const,
      ...segment.keys.map((bytes, block) => [rowKeysKey(repositoryId, segment, block), bytes] as const),
      ...segment.shards.map((bytes, shard) => [shardKey(repositoryId, segment, shard), bytes] as const),
    ]),
  );
