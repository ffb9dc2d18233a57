import type { BranchPointer, RepositoryRecord } from '../contract/records.ts';
import {
  GenerationNotFoundError,
  IndexDamagedError,
  ObjectDamagedError,
  ObjectMissingError,
} from '../domain/errors.ts';
import type { IndexFault } from '../domain/index-fault.ts';
import type { Runtime } from '../ports/runtime.ts';
import { faultOfGeneration } from '../sync/check-index.ts';

/** Manifests whose generation was found whole; far more than are searched between two starts of the process. */
const MAX_TRUSTED = 10_000;

/**
 * Whether hits of a generation may be taken for all there are. An index that someone has deleted, cut or put back from an older copy can
 * answer without an error, so it is compared with its record before the first search of each publish, and when it finds nothing.
 */
export const createIndexTrust = (deps: Pick<Runtime, 'index'>) => {
  const trusted = new Set<string>();
  const again = async (repository: RepositoryRecord, pointer: BranchPointer): Promise<IndexFault | null> => {
    const found = await faultOfGeneration(deps, repository, pointer.generation);
    if (found !== null) {
      trusted.delete(pointer.manifest_key);
      return found.fault;
    }
    if (trusted.size >= MAX_TRUSTED) trusted.clear();
    trusted.add(pointer.manifest_key);
    return null;
  };
  return {
    again,
    atFirst: async (repository: RepositoryRecord, pointer: BranchPointer): Promise<IndexFault | null> =>
      trusted.has(pointer.manifest_key) ? null : again(repository, pointer),
  };
};

/** What an error reports of what is searched; null: nothing. */
export const faultToldBy = (error: unknown): IndexFault | null => {
  if (error instanceof GenerationNotFoundError) return 'index_lost';
  if (error instanceof IndexDamagedError) return 'index_damaged';
  return error instanceof ObjectMissingError || error instanceof ObjectDamagedError ? 'manifest_lost' : null;
};
