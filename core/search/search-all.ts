import { RepositoryId, type UserId } from '../contract/ids.ts';
import type { RepositoryRecord } from '../contract/records.ts';
import type { NotSearched, SearchAllAnswer, SearchAllQuery } from '../contract/search-all.ts';
import { roleOf } from '../domain/access.ts';
import { mapAhead } from '../manifest/pages/map-ahead.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type AskedQuery, readAsked } from './read-asked.ts';
import { matchesAny, passesTerms } from './rules/query-filters.ts';
import { type BranchOutcome, createRepositorySearch, type SearchDeps } from './search-repository.ts';

type Deps = SearchDeps & Pick<Runtime, 'clock' | 'metrics' | 'logger'>;

export type SearchAllOutcome =
  | { readonly kind: 'found'; readonly answer: SearchAllAnswer }
  | Extract<AskedQuery, { kind: 'invalid' }>;

/** Repositories that are searched at the same time, and looked at for one search at most. */
const AT_ONCE = 16;
const MOST_REPOSITORIES = 5_000;
/** No further repository is begun after this: API Gateway gives up after 29 s, and no search of one takes as long as the rest. */
const BUDGET_MILLISECONDS = 15_000;
/** Hits of one repository in a grouped answer. */
const HITS_IN_GROUP = 3;

interface Searched {
  readonly repository: RepositoryRecord;
  /** Null: not begun in time. */
  readonly outcome: BranchOutcome | null;
}

/** Searches all repositories that the user may read, or those that the patterns name. What one may not read is not told of. */
export const searchAll = (deps: Deps) => {
  const find = createRepositorySearch(deps);
  return async (user: UserId, query: SearchAllQuery): Promise<SearchAllOutcome> => {
    const { repositories: patterns, group, ...one } = query;
    const read = readAsked(one);
    if (read.kind === 'invalid') return read;
    const { branch } = read;
    const asked = group === 'repository' ? { ...read.asked, limit: HITS_IN_GROUP } : read.asked;
    const begun = deps.clock.now().getTime();
    const ofPattern = (id: string): boolean =>
      (patterns === undefined || matchesAny(patterns, id)) &&
      passesTerms(asked.terms.repositories, (pattern) => matchesAny([pattern], id));
    const { meant, complete } = await repositoriesOf(deps, user, patterns, ofPattern);
    const searched = await Array.fromAsync(
      mapAhead(meant, AT_ONCE, async (repository): Promise<Searched> => {
        if (deps.clock.now().getTime() - begun > BUDGET_MILLISECONDS) return { repository, outcome: null };
        return { repository, outcome: await find(repository, user, branch, asked) };
      }),
    );
    deps.metrics.emit(
      { SearchMilliseconds: deps.clock.now().getTime() - begun },
      { repositories: String(meant.length) },
    );
    const more = complete
      ? []
      : [`only the first ${MOST_REPOSITORIES} repositories were looked at: name those that you mean`];
    const answer = answerOf(searched, group === 'repository', query.limit);
    return { kind: 'found', answer: { ...answer, warnings: [...asked.terms.warnings, ...more], next: null } };
  };
};

/** Those that are meant, by id. Named ones are read by themselves; otherwise all that the user has are gone through. */
const repositoriesOf = async (
  deps: Deps,
  user: UserId,
  patterns: readonly string[] | undefined,
  isMeant: (id: string) => boolean,
): Promise<{ readonly meant: readonly RepositoryRecord[]; readonly complete: boolean }> => {
  if (patterns?.every((pattern) => !pattern.includes('*'))) {
    const ids = [...new Set(patterns)].sort().map((id) => RepositoryId.parse(id));
    const found = await Array.fromAsync(mapAhead(ids, AT_ONCE, (id) => deps.repositories.get(id)));
    const readable = found.filter(
      (each) => each !== null && roleOf(each, user) !== null && isMeant(each.repository_id),
    );
    return { meant: readable as RepositoryRecord[], complete: true };
  }
  const meant: RepositoryRecord[] = [];
  let looked = 0;
  for (let cursor: string | null = null; ; ) {
    const page: Awaited<ReturnType<typeof deps.repositories.list>> = await deps.repositories.list(user, 100, cursor);
    meant.push(...page.items.filter(({ repository_id }) => isMeant(repository_id)));
    looked += page.items.length;
    cursor = page.next;
    if (cursor === null) return { meant, complete: true };
    if (looked >= MOST_REPOSITORIES) return { meant, complete: false };
  }
};

const answerOf = (
  searched: readonly Searched[],
  grouped: boolean,
  limit: number,
): Omit<SearchAllAnswer, 'warnings' | 'next'> => {
  const not_searched = searched.flatMap(({ repository, outcome }): NotSearched[] => {
    const reason = reasonOf(outcome);
    return reason === null ? [] : [{ repository_id: repository.repository_id, reason }];
  });
  const found = searched.flatMap(({ repository: { repository_id }, outcome }) =>
    outcome?.kind === 'found' ? [{ repository_id, ...outcome.answer }] : [],
  );
  const all = found.flatMap(({ repository_id, results }) => results.map((hit) => ({ repository_id, ...hit })));
  // Equal scores keep the order of ids, and of ranks within each.
  const ranked = all.sort((a, b) => Number(a.match === 'near') - Number(b.match === 'near') || b.score - a.score);
  const order = [...new Set(ranked.map(({ repository_id }) => repository_id))];
  const hits = grouped
    ? order
        .slice(0, limit)
        .flatMap((id) => ranked.filter(({ repository_id }) => repository_id === id).slice(0, HITS_IN_GROUP))
    : ranked.slice(0, limit);
  const shown = new Set(hits.map(({ repository_id }) => repository_id));
  const byId = new Map(found.map(({ results: _, ...rest }) => [rest.repository_id, rest]));
  const repositories = order.flatMap((id) =>
    shown.has(id) ? [byId.get(id) as NonNullable<ReturnType<typeof byId.get>>] : [],
  );
  return { hits, repositories, searched: found.length, not_searched };
};

const reasonOf = (outcome: BranchOutcome | null): NotSearched['reason'] | null => {
  if (outcome === null) return 'timeout';
  switch (outcome.kind) {
    case 'found':
    // What one may not read is not told of.
    case 'not-found':
      return null;
    case 'not-indexed':
      return 'not_indexed';
    case 'embedder-mismatch':
      return 'embedder_mismatch';
    case 'unusable':
      return outcome.fault;
    default:
      return outcome satisfies never;
  }
};
