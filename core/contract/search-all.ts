import { z } from 'zod';
import { indexFaults } from '../domain/index-fault.ts';
import { Freshness, SearchHit, SearchQuery } from './api.ts';
import { GrepMatch, GrepQuery } from './grep.ts';
import { RepositoryId } from './ids.ts';
import { FoundSymbol, NotParsedFile, SymbolsQuery } from './symbols.ts';

/** Requests and answers of the searches over all repositories. */

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
export type SearchedRepository = z.infer<typeof SearchedRepository>;

export const notSearchedReasons = [
  'not_indexed',
  'embedder_mismatch',
  ...indexFaults,
  'not_kept',
  'moved',
  'timeout',
  'busy',
  'failed',
] as const;
export const NotSearched = z.object({ repository_id: RepositoryId, reason: z.enum(notSearchedReasons) });
export type NotSearched = z.infer<typeof NotSearched>;

export const SearchAllAnswer = z.object({
  hits: z.array(RepositoryHit),
  repositories: z.array(SearchedRepository),
  searched: z.int().min(0),
  passed_over: z.int().min(0),
  not_searched: z.array(NotSearched),
  warnings: z.array(z.string()),
  next: z.null(),
});
export type SearchAllAnswer = z.infer<typeof SearchAllAnswer>;

export const GrepAllQuery = GrepQuery.extend({ repositories: RepositoryPatterns.optional() });
export type GrepAllQuery = z.infer<typeof GrepAllQuery>;

export const RepositoryMatch = GrepMatch.extend({ repository_id: RepositoryId });
export type RepositoryMatch = z.infer<typeof RepositoryMatch>;

/** What a page over several repositories tells beside its entries. */
const pageOfAll = {
  repositories: z.array(SearchedRepository),
  searched: z.int().min(0),
  not_searched: z.array(NotSearched),
  truncated: z.enum(['time', 'size']).optional(),
  warnings: z.array(z.string()),
  next_cursor: z.string().nullable(),
};

export const GrepAllAnswer = z.object({ matches: z.array(RepositoryMatch), ...pageOfAll });
export type GrepAllAnswer = z.infer<typeof GrepAllAnswer>;

export const SymbolsAllQuery = SymbolsQuery.extend({ repositories: RepositoryPatterns.optional() });
export type SymbolsAllQuery = z.infer<typeof SymbolsAllQuery>;

export const RepositorySymbol = FoundSymbol.extend({ repository_id: RepositoryId });
export type RepositorySymbol = z.infer<typeof RepositorySymbol>;

export const RepositoryNotParsed = NotParsedFile.extend({ repository_id: RepositoryId });
export type RepositoryNotParsed = z.infer<typeof RepositoryNotParsed>;

export const SymbolsAllAnswer = z.object({
  symbols: z.array(RepositorySymbol),
  not_parsed: z.array(RepositoryNotParsed),
  ...pageOfAll,
});
export type SymbolsAllAnswer = z.infer<typeof SymbolsAllAnswer>;
