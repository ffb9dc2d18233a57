import type { JobRef } from '../../contract/workflow-state.ts';
import { IndexDamagedError, ObjectDamagedError, ObjectMissingError } from '../../domain/errors.ts';
import { pageName } from '../../manifest/pages/page-text.ts';
import { jobKeys } from '../../objects/object-keys.ts';
import { createPageCache } from '../../objects/page-cache.ts';
import { noWords, readWordRoot } from '../../objects/word-roots.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { Generation, IndexQuery, IndexRow, Settlement } from '../../ports/search-index.ts';
import { wordsAskedFor } from '../rules/query-words.ts';
import { wordStem } from '../rules/word-stem.ts';
import { type FoundRow, findRows, type ReadObject, readAhead } from './find-rows.ts';
import { rowWordsText } from './row-words.ts';
import { settleWords } from './settle-words.ts';

/**
 * The words of an index that keeps vectors alone, in the object store: see docs/adr/0028-words-in-the-object-store.md. What a publish named never changes, so all that was
 * read of it is kept, as long as there is room. All throw IndexDamagedError where something of it is gone or not whole.
 */
export interface ObjectWords {
  /** Keeps the words of rows that a job puts, for its settle. Of a generation from before words were kept, nothing is. */
  put(generation: Generation, rows: readonly IndexRow[]): Promise<void>;
  /** Merges what the job has put with what there was. What the generation's `words` are after the job's publish; undefined: none are kept. */
  settle(generation: Generation, settlement: Settlement): Promise<string | undefined>;
  /** Rows that have words of the query, as the last publish left them, best first; also of blobs that have no row any more. */
  find(
    generation: Generation,
    query: Pick<IndexQuery, 'words' | 'limit' | 'blobs' | 'language'>,
  ): Promise<readonly FoundRow[]>;
  /** Begins to read what {@link find} will need of these words. Never throws: find tells what is wrong. */
  readAhead(generation: Generation, words: string): void;
}

/** Words of a query that count; a pasted file must not become a query of ten thousand terms. */
export const MOST_TERMS = 64;
/** Kept in memory over all generations. */
const MAX_BYTES = 128 * 1024 * 1024;

export const createObjectWords = (
  objects: Pick<ObjectStore, 'putText' | 'getText' | 'list'>,
  maxBytes = MAX_BYTES,
): ObjectWords => {
  const cache = createPageCache(maxBytes);
  const read: ReadObject = (key, parse, bytesOf) =>
    cache(
      key,
      async () => {
        const text = await objects.getText(key);
        if (text === null) throw new ObjectMissingError(`there is no object ${key}`);
        return parse(text);
      },
      bytesOf,
    );
  const rootOf = (key: string) =>
    cache(
      key,
      () => readWordRoot(objects, key),
      () => 50_000,
    );

  return {
    async put(generation, rows) {
      if (generation.words === undefined || rows.length === 0) return;
      const text = rowWordsText(rows);
      // By its content: a batch that is tried again writes the same once more.
      await objects.putText(`${jobKeys(writerOf(generation)).words}${await pageName(text)}.zst`, text);
    },

    settle: (generation, settlement) =>
      elseDamaged(generation, async () => {
        if (generation.words === undefined) return undefined;
        const before = generation.words === '' ? noWords : await readWordRoot(objects, generation.words);
        const after = await settleWords(objects, writerOf(generation), before, settlement);
        return after ?? generation.words;
      }),

    find: (generation, { words, limit, blobs, language }) =>
      elseDamaged(generation, async () => {
        const stems = stemsOf(words);
        if (generation.words === undefined || generation.words === '' || stems.length === 0 || limit < 1) return [];
        const asked = { words: stems, limit, language, blobs: blobs === undefined ? undefined : new Set(blobs) };
        return findRows(read, generation.repositoryId, await rootOf(generation.words), asked);
      }),

    readAhead: (generation, words) => {
      const stems = stemsOf(words);
      if (generation.words === undefined || generation.words === '' || stems.length === 0) return;
      rootOf(generation.words)
        .then((root) => readAhead(read, generation.repositoryId, root, stems))
        .catch(() => undefined);
    },
  };
};

const stemsOf = (words: string): readonly string[] => [
  ...new Set(wordsAskedFor(words).slice(0, MOST_TERMS).map(wordStem)),
];

const writerOf = ({ repositoryId, writer }: Generation): Pick<JobRef, 'repository_id' | 'job_id'> => {
  if (writer === undefined) throw new Error('words are written by a job, and none is named');
  return { repository_id: repositoryId, job_id: writer } as Pick<JobRef, 'repository_id' | 'job_id'>;
};

const elseDamaged = async <T>({ repositoryId, number }: Generation, act: () => Promise<T>): Promise<T> => {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof ObjectMissingError || error instanceof ObjectDamagedError)) throw error;
    throw new IndexDamagedError(
      `parts of the words of ${repositoryId}, generation ${number}, are gone or damaged: the next sync makes a new index`,
      { cause: error },
    );
  }
};
