import type { JobSource, RepositoryRecord } from '../contract/records.ts';
import type { SyncOptions } from '../contract/sync-options.ts';
import { SyncError } from '../domain/errors.ts';
import { expectedSource, isRemote, isSshAddress, refuseSource } from '../domain/source-policy.ts';
import type { Runtime } from '../ports/runtime.ts';

type Deps = Pick<Runtime, 'settings' | 'sourceRemotes' | 'sourceRoots'>;

/** A registered remote source has one remote, and this is its name. */
const REMOTE = 'origin';

export type PulledSource =
  /** What the repository was registered with is read. */
  | { readonly kind: 'registered' }
  /** The registered folder's own remote is read instead. */
  | { readonly kind: 'remote'; readonly source: JobSource }
  /** Why `remote` cannot be this. */
  | { readonly kind: 'invalid'; readonly message: string };

/**
 * What a sync is to read: with `pull_remote` on a folder of this machine, the remote that the folder's own git configuration names,
 * under the rules of a source that is registered. The folder itself is never written.
 */
export const pulledSource =
  (deps: Deps) =>
  async (repository: RepositoryRecord, { pull_remote, remote }: SyncOptions): Promise<PulledSource> => {
    const { url } = repository.source;
    if (isRemote(url) || pull_remote !== true)
      return remote === REMOTE
        ? { kind: 'registered' }
        : { kind: 'invalid', message: `must be ${REMOTE}: a repository has one source` };
    try {
      const remotes = await deps.sourceRemotes.of(url, repository.owner);
      const address = remotes.get(remote);
      if (address === undefined) return { kind: 'invalid', message: noRemote(url, [...remotes.keys()]) };
      const refusal = await refuseAddress(deps, address);
      if (refusal === null) return { kind: 'remote', source: { url: address, remote } };
      return {
        kind: 'invalid',
        message: `must lead to a source that may be read: the address of ${remote} ${refusal}`,
      };
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
      return { kind: 'invalid', message: `must be a remote of ${url}, whose remotes cannot be read: ${error.message}` };
    }
  };

const noRemote = (path: string, names: readonly string[]): string =>
  names.length === 0
    ? `must be a remote of ${path}, which has none`
    : `must be a remote of ${path}, which has ${names.slice(0, 20).join(', ')}`;

/** The address is not quoted: it may hold a password. */
const refuseAddress = async ({ settings, sourceRoots }: Deps, address: string): Promise<string | null> => {
  if (isSshAddress(address))
    return `is one of ssh, which is not read here, and url.<base>.insteadOf is not applied: it ${expectedSource(settings.sources)}`;
  const refusal = refuseSource(address, settings.sources);
  if (refusal !== null) return refusal;
  // Anyone who may write the folder's configuration decides about this path: it is held to the same folders, for everyone.
  if (isRemote(address) || (await sourceRoots.holds(address))) return null;
  return `must be in ${sourceRoots.folders.join(' or ')}: the operator sets these folders with SOURCE_ROOTS`;
};
