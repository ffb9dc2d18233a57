import type { SearchAnswer, SearchQuery } from '../contract/api.ts';
import type { JobId, RepositoryId, UserId } from '../contract/ids.ts';
import type { BranchPointer, RepositoryRecord } from '../contract/records.ts';
import { faultOf, type IndexFault } from '../domain/index-fault.ts';
import { own } from '../domain/own.ts';
import type { Runtime } from '../ports/runtime.ts';
import { ROW_VERSION } from '../ports/search-index.ts';
import { type NotIndexed, pointerOf } from '../repositories/branch-pointer.ts';
import { freshnessOf } from '../repositories/freshness.ts';
import { type Access, withAccess } from '../repositories/with-access.ts';
import { generationOf } from '../sync/generation-of.ts';
import { createBranchFilesCache } from './branch-files.ts';
import { createIndexTrust, faultToldBy } from './index-trust.ts';
import { matchesAny, passesTerms } from './rules/query-filters.ts';
import { readTerms } from './rules/query-syntax.ts';
import { type Asked, searchBranch } from './search-branch.ts';

type Deps = Pick<Runtime, 'repositories' | 'objects' | 'index' | 'embedder' | 'pathRules'>;
type MeasuredDeps = Deps & Pick<Runtime, 'clock' | 'metrics'>;

export type SearchOutcome = Access<
  | { readonly kind: 'found'; readonly answer: SearchAnswer }
  | { readonly kind: 'invalid'; readonly errors: readonly { readonly field: string; readonly message: string }[] }
  | NotIndexed
  | { readonly kind: 'embedder-mismatch'; readonly made: string; readonly running: string }
  /** What the branch's index should be is lost or damaged. `jobId`: the job that holds the repository. */
  | { readonly kind: 'unusable'; readonly fault: IndexFault; readonly branch: string; readonly jobId: JobId | null }
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

const searchCommitted = (deps: Deps) => {
  const filesOf = createBranchFilesCache(deps.objects);
  const trust = createIndexTrust(deps);

  /** The hits, or what is wrong with what they would come from. */
  const searchPointer = async (
    repository: RepositoryRecord,
    branch: string,
    pointer: BranchPointer,
    asked: Asked,
  ): Promise<SearchAnswer['results'] | IndexFault> => {
    const noted = faultOf(repository, pointer);
    // A lost manifest is missed by the branches that it is of: the others are searched until their generation is made anew.
    if (noted !== null && noted !== 'manifest_lost') return noted;
    try {
      const files = await filesOf(repository.repository_id, pointer.manifest_key);
      if (pointer.chunks === 0) return [];
      const found = await trust.atFirst(repository, pointer);
      if (found !== null) return found;
      const generation = generationOf(repository, pointer.generation);
      const named = own(repository.generations, String(pointer.generation))?.row_version === ROW_VERSION;
      const results = await searchBranch(deps, { generation, named, files, branch }, asked);
      return results.length > 0 ? results : ((await trust.again(repository, pointer)) ?? results);
    } catch (error) {
      const fault = faultToldBy(error);
      if (fault === null) throw error;
      return fault;
    }
  };

  return async (id: RepositoryId, user: UserId, query: SearchQuery): Promise<SearchOutcome> => {
    const terms = readTerms(query.q);
    const named = [...new Set([...terms.branches, ...(query.branch === undefined ? [] : [query.branch])])];
    if (named.length > 1) return { kind: 'invalid', errors: [severalBranches(named, query.branch)] };
    const asked = { ...query, terms };
    for (let attempt = 1; ; attempt++) {
      const access = await withAccess(deps, id, user, 'read');
      if (access.kind !== 'allowed') return access;
      const { repository } = access;
      const found = pointerOf(repository, named[0]);
      if (found.kind === 'not-indexed') return found;
      const { branch, pointer } = found;
      const recipe = own(repository.generations, String(pointer.generation));
      if (recipe !== undefined && recipe.embedder_id !== deps.embedder.id)
        return { kind: 'embedder-mismatch', made: recipe.embedder_id, running: deps.embedder.id };
      const isMeant = passesTerms(terms.repositories, (pattern) => matchesAny([pattern], id));
      const warnings = [...terms.warnings, ...(isMeant ? [] : [notMeant(id)])];
      const results = isMeant ? await searchPointer(repository, branch, pointer, asked) : [];
      // No hit in an index that holds something, or none at all: a publish may have replaced it under our hands.
      const doubtful = isMeant && (typeof results === 'string' || (results.length === 0 && pointer.chunks > 0));
      if (doubtful && attempt === 1 && (await hasMoved(deps, id, branch, pointer))) continue;
      if (typeof results === 'string')
        return { kind: 'unusable', fault: results, branch, jobId: repository.lock?.job_id ?? null };
      return {
        kind: 'found',
        answer: { results, branch, ...freshnessOf(repository, branch, pointer), warnings, next: null },
      };
    }
  };
};

const severalBranches = (named: readonly string[], parameter: string | undefined) => {
  const [first = '', second = ''] = named;
  return parameter === undefined
    ? { field: 'query.q', message: `names the branches ${first} and ${second}: a search is of one` }
    : { field: 'query.branch', message: `is ${parameter}, but q has branch:${first}: name one of them` };
};

const notMeant = (id: RepositoryId): string =>
  `this search is of the repository ${id} alone, which repo: of q leaves out`;

const hasMoved = async (deps: Deps, id: RepositoryId, branch: string, pointer: BranchPointer): Promise<boolean> => {
  const repository = await deps.repositories.get(id);
  return own(repository?.branches, branch)?.manifest_key !== pointer.manifest_key;
};
