import type { UserId } from '../contract/ids.ts';
import type { NotSearched, SearchAllAnswer, SearchAllQuery } from '../contract/search-all.ts';
import { createContents } from '../objects/contents.ts';
import type { Runtime } from '../ports/runtime.ts';
import { createFanOut, meantRepositories, type Reached, type ReachedRepository } from './fan-out.ts';
import { ASKED_OF_MORE, likelyRepositories } from './likely-repositories.ts';
import { type AskedQuery, readAsked } from './read-asked.ts';
import { matchesAny, passesTerms } from './rules/query-filters.ts';
import { wordsOfQuery } from './rules/word-figures.ts';
import { type BranchOutcome, createRepositorySearch, queryVector, type SearchDeps } from './search-repository.ts';

type Deps = SearchDeps & Pick<Runtime, 'clock' | 'metrics' | 'logger'>;

export type SearchAllOutcome =
  | { readonly kind: 'found'; readonly answer: SearchAllAnswer }
  | Extract<AskedQuery, { kind: 'invalid' }>;

/** Hits of one repository in a grouped answer. */
const HITS_IN_GROUP = 3;

type Searched = ReachedRepository<BranchOutcome>;

/** Searches all repositories that the user may read, or those that the patterns name. What one may not read is not told of. */
export const searchAll = (deps: Deps) => {
  const find = createRepositorySearch(deps);
  const fanOut = createFanOut(deps);
  const likely = likelyRepositories(createContents(deps.objects));
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
    const { repositories: meant, warnings } = await meantRepositories(deps, user, patterns, ofPattern);
    const vectorOf = queryVector(deps);
    const { asked: likeliest, passedOver } = await likely(
      meant,
      branch,
      wordsOfQuery(asked.terms.text, asked.terms.phrases),
      // Of a grouped answer, the limit is of repositories.
      group === 'repository' ? Math.max(ASKED_OF_MORE, query.limit) : ASKED_OF_MORE,
    );
    const searched = await fanOut(
      likeliest.map((repository) => ({ repository })),
      ({ repository }) => find(repository, user, branch, asked, vectorOf),
    );
    deps.metrics.emit(
      { SearchMilliseconds: deps.clock.now().getTime() - begun },
      { repositories: String(meant.length) },
    );
    const answer = answerOf(searched, group === 'repository', query.limit);
    return {
      kind: 'found',
      answer: { ...answer, passed_over: passedOver, warnings: [...asked.terms.warnings, ...warnings], next: null },
    };
  };
};

const answerOf = (
  searched: readonly Searched[],
  grouped: boolean,
  limit: number,
): Omit<SearchAllAnswer, 'passed_over' | 'warnings' | 'next'> => {
  const not_searched = searched.flatMap(({ repository, reached }): NotSearched[] => {
    const reason = reasonOf(reached);
    return reason === null ? [] : [{ repository_id: repository.repository_id, reason }];
  });
  const found = searched.flatMap(({ repository: { repository_id }, reached }) =>
    reached.kind === 'answered' && reached.answer.kind === 'found' ? [{ repository_id, ...reached.answer.answer }] : [],
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

const reasonOf = (reached: Reached<BranchOutcome>): NotSearched['reason'] | null => {
  if (reached.kind === 'late' || reached.kind === 'not-begun') return 'timeout';
  if (reached.kind !== 'answered') return reached.kind;
  const outcome = reached.answer;
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
