import type { BranchPointer, RepositoryRecord } from '../contract/records.ts';
import type { IndexFault } from '../domain/index-fault.ts';
import { own } from '../domain/own.ts';
import type { Runtime } from '../ports/runtime.ts';
import { generationOf } from './generation-of.ts';

type Deps = Pick<Runtime, 'objects' | 'index'>;

export interface FoundFault {
  readonly fault: IndexFault;
  /** For the log. */
  readonly why: string;
}

/** Looks of one job at the object store at the same time. */
const LOOKS_AT_ONCE = 20;

/**
 * Compares every generation that a branch points to with what the record says of it; null: nothing is wrong. It takes a look at each index and
 * one for each branch's manifest, and reads neither.
 */
export const findFaults = async (
  deps: Deps,
  repository: RepositoryRecord,
): Promise<ReadonlyMap<number, FoundFault | null>> => {
  const found = new Map<number, FoundFault | null>();
  // One that the record does not describe is known to be lost (faultOf).
  for (const { generation } of Object.values(repository.branches))
    if (!found.has(generation) && own(repository.generations, String(generation)) !== undefined)
      found.set(generation, await faultOfGeneration(deps, repository, generation));
  for (const { generation, manifest_key } of await lostManifests(deps, Object.values(repository.branches)))
    if (found.get(generation) === null)
      found.set(generation, { fault: 'manifest_lost', why: `${manifest_key} is not there, or not as it was written` });
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

/** Whether rows of a branch that was dropped are being deleted: how many they are is known when they are gone. */
export const isBeingSwept = ({ leftovers }: RepositoryRecord, number: number): boolean =>
  leftovers.some((leftover) => leftover.kind === 'manifest' && leftover.generation === number);

const isEmpty = ({ branches }: RepositoryRecord, number: number): boolean =>
  Object.values(branches).every(({ generation, chunks }) => generation !== number || chunks === 0);

/** The branches whose manifests are not there, or are of another size than they were. */
export const lostManifests = async (
  { objects }: Pick<Deps, 'objects'>,
  pointers: readonly BranchPointer[],
): Promise<readonly BranchPointer[]> => {
  const lost: BranchPointer[] = [];
  for (let i = 0; i < pointers.length; i += LOOKS_AT_ONCE)
    await Promise.all(
      pointers.slice(i, i + LOOKS_AT_ONCE).map(async (pointer) => {
        const bytes = await objects.size(pointer.manifest_key);
        if (bytes === null || (pointer.manifest_bytes ?? bytes) !== bytes) lost.push(pointer);
      }),
    );
  return lost;
};
