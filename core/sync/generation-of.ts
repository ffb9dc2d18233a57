import type { GenerationRecord, RepositoryRecord } from '../contract/records.ts';
import { GenerationNotFoundError } from '../domain/errors.ts';
import { own } from '../domain/own.ts';
import type { Generation } from '../ports/search-index.ts';

/** The generation as the record describes it. Nothing is opened without that: GenerationNotFoundError where there is no record of it. */
export const generationOf = (
  { repository_id, generations }: Pick<RepositoryRecord, 'repository_id' | 'generations'>,
  number: number,
): Generation => {
  const made = own(generations, String(number));
  if (made === undefined) throw new GenerationNotFoundError(`nothing is known of generation ${number} any more`);
  return describedBy(repository_id, number, made);
};

/** What the record says of a generation, as the index keeps it. A job makes one generation at most, so its id tells all apart. */
export const describedBy = (repositoryId: string, number: number, made: GenerationRecord): Generation => ({
  repositoryId,
  number,
  dimensions: made.dimensions,
  identity:
    made.made_by === undefined
      ? undefined
      : [made.made_by, made.embedder_id, made.dimensions, made.chunker_version, made.row_version ?? 1].join(' '),
  words: made.words,
});
