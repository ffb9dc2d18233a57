import type { SearchAnswer } from '../contract/api.ts';
import type { JobId, UserId } from '../contract/ids.ts';
import type { BranchPointer, RepositoryRecord } from '../contract/records.ts';
import { roleOf } from '../domain/access.ts';
import { faultOf, type IndexFault } from '../domain/index-fault.ts';
import { own } from '../domain/own.ts';
import { syncingJob } from '../domain/syncing-job.ts';
import type { Runtime } from '../ports/runtime.ts';
import { ROW_VERSION } from '../ports/search-index.ts';
import { type NotIndexed, pointerOf } from '../repositories/branch-pointer.ts';
import { freshnessOf } from '../repositories/freshness.ts';
import { generationOf } from '../sync/generation-of.ts';
import { createBranchFilesCache, openingFiles } from './branch-files.ts';
import { createIndexTrust, faultToldBy } from './index-trust.ts';
import { type Asked, type QueryVector, searchBranch } from './search-branch.ts';

export type SearchDeps = Pick<Runtime, 'repositories' | 'objects' | 'index' | 'embedder' | 'pathRules'>;

export type BranchOutcome =
  | { readonly kind: 'found'; readonly answer: Omit<SearchAnswer, 'warnings' | 'next'> }
  | NotIndexed
  /** Removed, or no longer the user's to read, while it was searched. */
  | { readonly kind: 'not-found' }
  | { readonly kind: 'embedder-mismatch'; readonly made: string; readonly running: string }
  /** What the branch's index should be is lost or damaged. `jobId`: the sync that holds the repository. */
  | { readonly kind: 'unusable'; readonly fault: IndexFault; readonly branch: string; readonly jobId: JobId | null };

/** A vector is made once of a text, however many ask for it; one that could not be made is tried again. */
export const queryVector = ({ embedder }: Pick<Runtime, 'embedder'>): QueryVector => {
  const made = new Map<string, Promise<Float32Array>>();
  const make = async (text: string): Promise<Float32Array> => {
    const [vector] = await embedder.embed([text], 'query');
    if (vector === undefined) throw new Error('the embedder gave no vector for the query');
    return vector;
  };
  return (text) => {
    const known = made.get(text) ?? make(text);
    made.set(text, known);
    known.catch(() => made.delete(text));
    return known;
  };
};

/** Searches a branch of a repository, whose record it reads once more where that is out of date by now; pages and what is known of indexes are kept. */
export const createRepositorySearch = (deps: SearchDeps) => {
  const filesOf = createBranchFilesCache(deps.objects);
  const trust = createIndexTrust(deps);

  /** The hits, or what is wrong with what they would come from. */
  const searchPointer = async (
    repository: RepositoryRecord,
    branch: string,
    pointer: BranchPointer,
    asked: Asked,
    vectorOf: QueryVector,
  ): Promise<SearchAnswer['results'] | IndexFault> => {
    const noted = faultOf(repository, pointer);
    // A lost manifest is missed by the branches that it is of: the others are searched until their generation is made anew.
    if (noted !== null && noted !== 'manifest_lost') return noted;
    try {
      const opening = filesOf(repository.repository_id, pointer.manifest_key);
      if (pointer.chunks === 0) {
        await opening;
        return [];
      }
      const generation = generationOf(repository, pointer.generation);
      const named = own(repository.generations, String(pointer.generation))?.row_version === ROW_VERSION;
      // Beside each other: what is wrong comes before what was found in it, or failed.
      const files = openingFiles(opening);
      const searching = searchBranch(deps, { generation, named, files, branch }, asked, vectorOf);
      searching.catch(() => undefined);
      await opening;
      const found = await trust.atFirst(repository, pointer);
      if (found !== null) return found;
      const results = await searching;
      return results.length > 0 ? results : ((await trust.again(repository, pointer)) ?? results);
    } catch (error) {
      const fault = faultToldBy(error);
      if (fault === null) throw error;
      return fault;
    }
  };

  /** For a user who may read the record that is given; whether that still holds is asked where it is read again. */
  return async (
    first: RepositoryRecord,
    user: UserId,
    named: string | undefined,
    asked: Asked,
    vectorOf: QueryVector = queryVector(deps),
  ): Promise<BranchOutcome> => {
    let repository = first;
    for (let attempt = 1; ; attempt++) {
      const found = pointerOf(repository, named);
      if (found.kind === 'not-indexed') return found;
      const { branch, pointer } = found;
      const recipe = own(repository.generations, String(pointer.generation));
      if (recipe !== undefined && recipe.embedder_id !== deps.embedder.id)
        return { kind: 'embedder-mismatch', made: recipe.embedder_id, running: deps.embedder.id };
      const results = await searchPointer(repository, branch, pointer, asked, vectorOf);
      // No hit in an index that holds something, or none at all: a publish may have replaced it under our hands.
      if (attempt === 1 && (typeof results === 'string' || (results.length === 0 && pointer.chunks > 0))) {
        const now = await deps.repositories.get(repository.repository_id);
        if (now === null || roleOf(now, user) === null) return { kind: 'not-found' };
        const made = own(now.generations, String(pointer.generation));
        // Another branch's publish replaces words that both have.
        if (own(now.branches, branch)?.manifest_key !== pointer.manifest_key || made?.words !== recipe?.words) {
          repository = now;
          continue;
        }
      }
      if (typeof results === 'string')
        return { kind: 'unusable', fault: results, branch, jobId: syncingJob(repository) };
      return { kind: 'found', answer: { results, branch, ...freshnessOf(repository, branch, pointer) } };
    }
  };
};
