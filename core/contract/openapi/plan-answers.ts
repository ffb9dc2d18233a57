import { JobPlan, JobUse } from '../job-plan.ts';
import { type NamedSchema, named } from './schemas.ts';

/** What a job is going to take, and what it has taken. */
export const planSchemas: readonly NamedSchema[] = [
  named('JobPlan', JobPlan, 'What a sync is going to do. Counts of files, unless the text says chunks or tokens.', {
    exact:
      'True at the end of a dry run, and where nothing must be read: all files were cut into chunks and compared with what is indexed. False: known from paths, contents and sizes alone.',
    added: 'New paths.',
    modified: 'Paths whose content has changed.',
    deleted: 'Paths that are gone.',
    renamed: 'Paths whose content was at another path before.',
    unchanged: 'Paths that are not touched.',
    files_to_read: 'Of the changed paths: those whose content must be read. What `max_files` limits.',
    skipped: 'Of the changed paths: those that are left out on purpose, as far as is known.',
    skipped_by_reason: 'Of the skipped paths: how many for each reason.',
    indexed: 'Of the changed paths: those that search will find; null until it is exact.',
    failed: 'Of the changed paths: those that cannot be cut into chunks; null until it is exact.',
    chunks_embedded: 'Chunks to embed; null until it is exact.',
    chunks_reused: 'Chunks of changed files whose text is indexed already; null until it is exact.',
    tokens:
      'Tokens to embed, three characters a token; where it is not exact, at most so many. Null until the contents are read.',
    usd_per_million_tokens: 'What the embedding model takes; null where the operator has not set it.',
    cost_usd: 'What embedding them costs, as exact as `tokens`. What `max_cost` limits.',
    seconds:
      'How long reading, embedding and publishing take, by this repository’s last syncs; null where there are none.',
    dropped_branches: 'Branches that leave the index, because the source has deleted them.',
  }),
  named('JobUse', JobUse, 'What a job has taken, whatever its end. Tries that were repeated count once.', {
    tokens: 'Tokens that were embedded, three characters a token.',
    cost_usd: 'What that costs; null where the price is not known.',
    chunks_embedded: 'Chunks that were embedded.',
    chunks_reused: 'Chunks that took the vector of an equal text.',
    seconds: 'From its start to `ended_at`, or while it runs to `updated_at`.',
  }),
];
