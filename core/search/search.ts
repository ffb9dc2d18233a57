import type { SearchAnswer, SearchQuery } from '../contract/api.ts';
import type { JobId, RepositoryId, UserId } from '../contract/ids.ts';
import type { BranchPointer, RepositoryRecord } from '../contract/records.ts';
import { defaultBranchOf } from '../domain/default-branch.ts';
import { faultOf, type IndexFault } from '../domain/index-fault.ts';
import { languageOf } from '../domain/languages.ts';
import { own } from '../domain/own.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type Generation, type IndexHit, type IndexQuery, MAX_HITS, ROW_VERSION } from '../ports/search-index.ts';
import { type Access, withAccess } from '../repositories/with-access.ts';
import { generationOf } from '../sync/generation-of.ts';
import { type BranchFiles, createBranchFilesCache, type PathFilter } from './branch-files.ts';
import { createIndexTrust, faultToldBy } from './index-trust.ts';
import { literalPrefix } from './rules/literal-prefix.ts';
import { rank } from './rules/ranking.ts';

type Deps = Pick<Runtime, 'repositories' | 'objects' | 'index' | 'embedder' | 'pathRules'>;
type MeasuredDeps = Deps & Pick<Runtime, 'clock' | 'metrics'>;

export type SearchOutcome = Access<
  | { readonly kind: 'found'; readonly answer: SearchAnswer }
  /** The branch (null: the default branch, which is not known yet) has no index. */
  | { readonly kind: 'not-indexed'; readonly branch: string | null }
  | { readonly kind: 'embedder-mismatch'; readonly made: string; readonly running: string }
  /** What the branch's index should be is lost or damaged. `jobId`: the job that holds the repository. */
  | { readonly kind: 'unusable'; readonly fault: IndexFault; readonly branch: string; readonly jobId: JobId | null }
>;

/** A filter that leaves this many blobs or fewer goes to the index by their names. */
const PUSHED_DOWN_BLOBS = 400;
/** The same, at S3 Vectors' cost of a request for each 46 of them: only where the nearest rows of any blob held too few. */
const LAST_RESORT_BLOBS = 4_000;
/** Rows that are ranked at least: a file's further chunks count for it. */
const LEAST_ROWS = 100;
/** First look: this many times the limit, since some hits will be of blobs that the branch does not hold. */
const OVERFETCH = 5;

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
    query: SearchQuery,
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
      const results = await searchBranch(deps, { generation, named, files, branch }, query);
      return results.length > 0 ? results : ((await trust.again(repository, pointer)) ?? results);
    } catch (error) {
      const fault = faultToldBy(error);
      if (fault === null) throw error;
      return fault;
    }
  };

  return async (id: RepositoryId, user: UserId, query: SearchQuery): Promise<SearchOutcome> => {
    for (let attempt = 1; ; attempt++) {
      const access = await withAccess(deps, id, user, 'read');
      if (access.kind !== 'allowed') return access;
      const { repository } = access;
      const { branch, pointer } = pointerOf(repository, query.branch);
      if (pointer === null) return { kind: 'not-indexed', branch };
      const recipe = own(repository.generations, String(pointer.generation));
      if (recipe !== undefined && recipe.embedder_id !== deps.embedder.id)
        return { kind: 'embedder-mismatch', made: recipe.embedder_id, running: deps.embedder.id };
      const results = await searchPointer(repository, branch, pointer, query);
      // No hit in an index that holds something, or none at all: a publish may have replaced it under our hands.
      const doubtful = typeof results === 'string' || (results.length === 0 && pointer.chunks > 0);
      if (doubtful && attempt === 1 && (await hasMoved(deps, id, branch, pointer))) continue;
      if (typeof results === 'string')
        return { kind: 'unusable', fault: results, branch, jobId: repository.lock?.job_id ?? null };
      return { kind: 'found', answer: { results, branch, indexed_commit: pointer.commit, next: null } };
    }
  };
};

const hasMoved = async (deps: Deps, id: RepositoryId, branch: string, pointer: BranchPointer): Promise<boolean> => {
  const repository = await deps.repositories.get(id);
  return own(repository?.branches, branch)?.manifest_key !== pointer.manifest_key;
};

type FoundPointer =
  | { readonly branch: string; readonly pointer: BranchPointer }
  | { readonly branch: string | null; readonly pointer: null };

/** Without a branch: the default branch, else the one that HEAD names, else the first by name; of these the first that has an index. */
const pointerOf = (repository: RepositoryRecord, asked: string | undefined): FoundPointer => {
  const { branches, head_branch } = repository;
  const known = defaultBranchOf(repository);
  const choices = asked === undefined ? [known, head_branch, ...Object.keys(branches).sort()] : [asked];
  for (const branch of choices) {
    const pointer = branch == null ? undefined : own(branches, branch);
    if (branch != null && pointer !== undefined) return { branch, pointer };
  }
  return { branch: asked ?? known, pointer: null };
};

interface Place {
  readonly generation: Generation;
  /** Whether the generation's rows name their languages. */
  readonly named: boolean;
  readonly files: BranchFiles;
  readonly branch: string;
}

const searchBranch = async (
  deps: Deps,
  { generation, named, files, branch }: Place,
  query: SearchQuery,
): Promise<SearchAnswer['results']> => {
  const filter = pathFilter(deps, query);
  const pathsOf = filter === null ? files.pathsOf : onceEach((blob) => files.pathsOf(blob).filter(filter.passes));
  const blobs = filter === null ? undefined : await files.blobsWhere(filter, PUSHED_DOWN_BLOBS);
  if (blobs?.length === 0) return [];
  const [vector] = await deps.embedder.embed([query.q], 'query');
  if (vector === undefined) throw new Error('the embedder gave no vector for the query');
  const language = named && blobs === undefined ? query.language?.toLowerCase() : undefined;
  const ask = (asked: Partial<IndexQuery>) =>
    widen(deps, { generation, files }, { vector, words: query.q, ...asked }, query.limit, pathsOf);
  let { visible, exhausted } = await ask({ blobs, language });
  if (filter !== null && !exhausted && visible.length < query.limit) {
    const all = await files.blobsWhere(filter, LAST_RESORT_BLOBS);
    if (all !== undefined) ({ visible, exhausted } = await ask({ blobs: all }));
  }
  return rank(visible, { query: query.q, pathsOf, limit: query.limit }).map(({ path, hit, match, score }) => ({
    path,
    branch,
    start_line: hit.startLine,
    end_line: hit.endLine,
    match,
    score,
    snippet: hit.text,
    language: languageOf(path),
  }));
};

/** A filter is asked of a blob for each of its chunks, in each round and once more by the ranking. */
const onceEach = (pathsOf: (blob: string) => readonly string[]): ((blob: string) => readonly string[]) => {
  const known = new Map<string, readonly string[]>();
  return (blob) => {
    const paths = known.get(blob) ?? pathsOf(blob);
    known.set(blob, paths);
    return paths;
  };
};

/** Asks for more until there is enough to rank or the index has no more. */
const widen = async (
  deps: Deps,
  { generation, files }: Pick<Place, 'generation' | 'files'>,
  query: Omit<IndexQuery, 'limit'>,
  limit: number,
  pathsOf: (blob: string) => readonly string[],
): Promise<{ readonly visible: readonly IndexHit[]; readonly exhausted: boolean }> => {
  for (let rows = Math.max(LEAST_ROWS, limit * OVERFETCH); ; rows = Math.min(rows * 4, MAX_HITS)) {
    const hits = await deps.index.query(generation, { ...query, limit: rows });
    await files.read(hits.map(({ blob }) => blob));
    const visible = hits.filter((hit) => pathsOf(hit.blob).length > 0);
    const exhausted = hits.length < rows;
    if (visible.length >= limit * 2 || exhausted || rows === MAX_HITS) return { visible, exhausted };
  }
};

/** A test for the path and language asked for; null when every path will do. */
const pathFilter = (deps: Deps, query: SearchQuery): PathFilter | null => {
  const { path: pattern } = query;
  const language = query.language?.toLowerCase();
  if (pattern === undefined && language === undefined) return null;
  const rule = pattern === undefined ? null : deps.pathRules.compile([pattern], []);
  return {
    key: JSON.stringify([pattern, language]),
    prefix: pattern === undefined ? '' : literalPrefix(pattern),
    passes: (path) =>
      (language === undefined || languageOf(path) === language) && (rule === null || rule(path) === 'ignored'),
  };
};
