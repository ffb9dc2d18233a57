import { z } from 'zod';
import { indexFaults } from '../domain/index-fault.ts';
import { Freshness, SearchHit, SearchQuery } from './api.ts';
import { RepositoryId } from './ids.ts';

/** Request and answer of the search over all repositories. */

/** Ids of repositories, or patterns of them with `*`, separated by commas. */
const RepositoryPatterns = z
  .string()
  .max(4096)
  .regex(
    /^[a-z0-9*][a-z0-9*-]*(,[a-z0-9*][a-z0-9*-]*)*$/,
    'must be repository ids, or patterns of them such as team-*, separated by commas',
  )
  .transform((list) => list.split(','));

export const SearchAllQuery = SearchQuery.extend({
  repositories: RepositoryPatterns.optional(),
  group: z.enum(['repository']).optional(),
});
export type SearchAllQuery = z.infer<typeof SearchAllQuery>;

export const RepositoryHit = SearchHit.extend({ repository_id: RepositoryId });

/** A repository that hits are of. */
export const SearchedRepository = z.object({ repository_id: RepositoryId, branch: z.string(), ...Freshness.shape });

export const notSearchedReasons = ['not_indexed', 'embedder_mismatch', ...indexFaults, 'timeout'] as const;
export const NotSearched = z.object({ repository_id: RepositoryId, reason: z.enum(notSearchedReasons) });
export type NotSearched = z.infer<typeof NotSearched>;

export const SearchAllAnswer = z.object({
  hits: z.array(RepositoryHit),
  repositories: z.array(SearchedRepository),
  searched: z.int().min(0),
  not_searched: z.array(NotSearched),
  warnings: z.array(z.string()),
  next: z.null(),
});
export type SearchAllAnswer = z.infer<typeof SearchAllAnswer>;
