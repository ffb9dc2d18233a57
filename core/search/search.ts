import type { SearchAnswer, SearchQuery } from '../contract/api.ts';
import type { RepositoryId, UserId } from '../contract/ids.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type Access, withAccess } from '../repositories/with-access.ts';
import { type AskedQuery, readAsked } from './read-asked.ts';
import { matchesAny, passesTerms } from './rules/query-filters.ts';
import { type BranchOutcome, createRepositorySearch, type SearchDeps } from './search-repository.ts';

type MeasuredDeps = SearchDeps & Pick<Runtime, 'clock' | 'metrics'>;

export type SearchOutcome = Access<
  | { readonly kind: 'found'; readonly answer: SearchAnswer }
  | Exclude<BranchOutcome, { kind: 'found' }>
  | Extract<AskedQuery, { kind: 'invalid' }>
>;

/** Finds what a branch's committed manifest holds, and nothing else: a sync under way is never visible. */
export const search = (deps: MeasuredDeps) => {
  const find = searchCommitted(deps);
  return async (id: RepositoryId, user: UserId, query: SearchQuery): Promise<SearchOutcome> => {
    const begun = deps.clock.now().getTime();
    const outcome = await find(id, user, query);
    if (outcome.kind === 'found')
      deps.metrics.emit({ SearchMilliseconds: deps.clock.now().getTime() - begun }, { repository_id: id });
    return outcome;
  };
};

const searchCommitted = (deps: SearchDeps) => {
  const find = createRepositorySearch(deps);
  return async (id: RepositoryId, user: UserId, query: SearchQuery): Promise<SearchOutcome> => {
    const read = readAsked(query);
    if (read.kind === 'invalid') return read;
    const { branch, asked } = read;
    const access = await withAccess(deps, id, user, 'read');
    if (access.kind !== 'allowed') return access;
    const { repositories, warnings } = asked.terms;
    const isMeant = passesTerms(repositories, (pattern) => matchesAny([pattern], id));
    // What repo: leaves out is asked for nothing, but its branch is looked at all the same.
    const outcome = await find(access.repository, user, branch, isMeant ? asked : { ...asked, limit: 0 });
    if (outcome.kind !== 'found') return outcome;
    const more = isMeant ? [] : [`this search is of the repository ${id} alone, which repo: of q leaves out`];
    return { kind: 'found', answer: { ...outcome.answer, warnings: [...warnings, ...more], next: null } };
  };
};
