import type { RepositoryRecord } from '../../core/contract/records.ts';
import { objectsOfRoot, rowKeysKey, WordRoot } from '../../core/objects/word-roots.ts';
import { BLOCK_ROWS, readKeys } from '../../core/search/rules/words/row-table.ts';
import type { Services } from './services.ts';

/** What a generation's words are made of: the keys of its objects, and of the rows that they have words of. */
export interface KeptWords {
  readonly objects: readonly string[];
  /** `blob/ordinal`. */
  readonly rows: ReadonlySet<string>;
}

/** Each object that the record leads to is there, as it was written. */
export const readWords = (
  { objects }: Pick<Services, 'objects'>,
  { repository_id, generations }: RepositoryRecord,
  generation: number,
  say: (violation: string) => void,
): KeptWords => {
  const key = generations[String(generation)]?.words ?? '';
  if (key === '') return { objects: [], rows: new Set() };
  const text = objects.peekText(key);
  if (text === undefined) {
    say(`the root of words ${key} is not there`);
    return { objects: [key], rows: new Set() };
  }
  const root = WordRoot.parse(JSON.parse(text));
  const named = objectsOfRoot(repository_id, root);
  for (const [object, stored] of named)
    if (objects.peekText(object)?.length !== stored) say(`${object} is not there, or not as it was written`);
  const rows = root.segments.flatMap((segment) =>
    segment.keys.flatMap((_, block) => {
      const count = Math.min(BLOCK_ROWS, segment.rows - block * BLOCK_ROWS);
      const { blobs, ordinals } = readKeys(objects.peekText(rowKeysKey(repository_id, segment, block)) ?? '', count);
      return blobs.map((blob, at) => `${blob}/${ordinals[at]}`);
    }),
  );
  return { objects: [key, ...named.keys()], rows: new Set(rows) };
};
