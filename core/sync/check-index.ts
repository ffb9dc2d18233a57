import type { BranchPointer, RepositoryRecord } from '../contract/records.ts';
import { ObjectDamagedError, ObjectMissingError } from '../domain/errors.ts';
import type { IndexFault } from '../domain/index-fault.ts';
import { own } from '../domain/own.ts';
import { mapAhead } from '../manifest/pages/map-ahead.ts';
import { allPagesOf, packsOf, readRoot } from '../objects/manifests.ts';
import { packKey, pageKey } from '../objects/object-keys.ts';
import { objectsOfRoot, readWordRoot } from '../objects/word-roots.ts';
import type { Runtime } from '../ports/runtime.ts';
import { generationOf } from './generation-of.ts';
import { keptManifests } from './kept-manifests.ts';
import { nothingSeen, type SeenManifests, storedSizes } from './unnamed-pages.ts';

type Deps = Pick<Runtime, 'objects' | 'index'>;

export interface FoundFault {
  readonly fault: IndexFault;
  /** For the log. */
  readonly why: string;
}

/** Looks of one job at the object store at the same time. */
const LOOKS_AT_ONCE = 20;

/** By generation; null: nothing is wrong. */
export type Faults = ReadonlyMap<number, FoundFault | null>;

/** Compares the index of every generation that a branch points to with what the record says of it. */
export const lookAtIndices = async (deps: Pick<Deps, 'index'>, repository: RepositoryRecord): Promise<Faults> => {
  // One that the record does not describe is known to be lost (faultOf).
  const numbers = new Set(
    Object.values(repository.branches).flatMap(({ generation }) =>
      own(repository.generations, String(generation)) === undefined ? [] : generation,
    ),
  );
  return new Map(
    await Promise.all(
      [...numbers].map(async (number) => [number, await faultOfGeneration(deps, repository, number)] as const),
    ),
  );
};

/**
 * What is wrong with every generation that a branch points to. It takes a listing of the manifests' pages, and the root of each branch's manifest.
 *
 * @param looks what {@link lookAtIndices} has found.
 * @param seen takes what was read of the manifests.
 */
export const findFaults = async (
  deps: Pick<Deps, 'objects'>,
  repository: RepositoryRecord,
  looks: Faults,
  seen: SeenManifests = nothingSeen(),
): Promise<Faults> => {
  const lost = await lostManifests(deps, repository.repository_id, Object.values(repository.branches), seen);
  const found = new Map<number, FoundFault | null>(looks);
  for (const [number, state] of found) {
    if (state !== null) continue;
    const why = await lostWords(deps, repository, number, seen);
    if (why !== null) found.set(number, { fault: 'index_damaged', why });
  }
  for (const { pointer, why } of lost)
    if (found.get(pointer.generation) === null) found.set(pointer.generation, { fault: 'manifest_lost', why });
  return found;
};

/** What is wrong with a generation's index. */
export const faultOfGeneration = async (
  deps: Pick<Deps, 'index'>,
  repository: RepositoryRecord,
  number: number,
): Promise<FoundFault | null> => {
  const made = own(repository.generations, String(number));
  const counted = !isBeingSwept(repository, number);
  const state = await deps.index.inspect(generationOf(repository, number), counted ? (made?.newest ?? []) : []);
  switch (state.kind) {
    case 'absent':
      // Before indexes were made at the start, one without rows was none.
      if (made?.made_by === undefined && isEmpty(repository, number)) return null;
      return { fault: 'index_lost', why: 'it is not there' };
    case 'damaged':
      return { fault: 'index_damaged', why: state.why };
    case 'whole': {
      const atLeast = counted ? (made?.rows ?? 0) : 0;
      if (state.rows === null || state.rows >= atLeast) return null;
      return { fault: 'index_damaged', why: `it has ${state.rows} rows, and at least ${atLeast} were published` };
    }
    default:
      return state satisfies never;
  }
};

/** What of a generation's words is not there, or not as it was written; null: nothing. */
const lostWords = async (
  deps: Pick<Deps, 'objects'>,
  { repository_id, generations }: RepositoryRecord,
  number: number,
  seen: SeenManifests,
): Promise<string | null> => {
  const { words = '' } = own(generations, String(number)) ?? {};
  if (words === '') return null;
  try {
    const named = objectsOfRoot(repository_id, await readWordRoot(deps.objects, words));
    seen.stored ??= await storedSizes(deps, repository_id);
    const lost = [...named].find(([key, stored]) => seen.stored?.get(key) !== stored);
    return lost === undefined ? null : `${lost[0]} is not there, or not as it was written`;
  } catch (error) {
    if (error instanceof ObjectMissingError || error instanceof ObjectDamagedError) return error.message;
    throw error;
  }
};

/** Whether rows of a branch that was dropped are being deleted: how many they are is known when they are gone. */
export const isBeingSwept = ({ leftovers }: RepositoryRecord, number: number): boolean =>
  leftovers.some((leftover) => leftover.kind === 'manifest' && leftover.generation === number);

const isEmpty = ({ branches }: RepositoryRecord, number: number): boolean =>
  Object.values(branches).every(({ generation, chunks }) => generation !== number || chunks === 0);

interface LostManifest {
  readonly pointer: BranchPointer;
  readonly why: string;
}

/** The branches whose manifests are not there, or not as they were written: a root, or a page that it names. Reads the roots only. */
export const lostManifests = async (
  deps: Pick<Deps, 'objects'>,
  repositoryId: string,
  pointers: readonly BranchPointer[],
  seen: SeenManifests = nothingSeen(),
): Promise<readonly LostManifest[]> => {
  if (pointers.length === 0) return [];
  seen.stored ??= await storedSizes(deps, repositoryId);
  const looks = mapAhead(pointers, LOOKS_AT_ONCE, async (pointer) => {
    const why = await lossOf(deps, repositoryId, pointer, seen);
    return why === null ? [] : [{ pointer, why }];
  });
  return (await Array.fromAsync(looks)).flat();
};

const lossOf = async (
  { objects }: Pick<Deps, 'objects'>,
  repositoryId: string,
  { manifest_key: key, manifest_bytes }: BranchPointer,
  seen: SeenManifests,
): Promise<string | null> => {
  try {
    const root = await readRoot(objects, key);
    seen.roots.set(key, root === null ? null : { root });
    keptManifests(objects, repositoryId).note(key, root);
    if (root === null) {
      const bytes = await objects.size(key);
      return bytes === (manifest_bytes ?? bytes) ? null : `${key} is not as it was written`;
    }
    const named = [
      ...allPagesOf({ root }).map((page) => ({ key: pageKey(repositoryId, page), stored: page.stored })),
      ...packsOf({ root }).map((pack) => ({ key: packKey(repositoryId, pack), stored: pack.stored })),
    ];
    const lost = named.find(({ key, stored }) => seen.stored?.get(key) !== stored);
    return lost === undefined ? null : `${lost.key} is not there, or not as it was written`;
  } catch (error) {
    if (error instanceof ObjectMissingError || error instanceof ObjectDamagedError) return error.message;
    throw error;
  }
};
