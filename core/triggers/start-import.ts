import type { RepositoryId, UserId } from '../contract/ids.ts';
import type { ImportSnapshot } from '../contract/snapshot.ts';
import { SyncOptions } from '../contract/sync-options.ts';
import { isRemote, refuseSource } from '../domain/source-policy.ts';
import type { Runtime } from '../ports/runtime.ts';
import { mayUseCredential } from '../repositories/use-credential.ts';
import { type Access, withAccess } from '../repositories/with-access.ts';
import { type ClaimDeps, type ClaimSyncOutcome, claimSync } from './claim-sync.ts';

export type StartImportOutcome = Access<
  | Extract<ClaimSyncOutcome, { kind: 'accepted' | 'held' | 'not-found' }>
  | { readonly kind: 'invalid'; readonly field: string; readonly message: string }
>;

/** Claims the repository for a job that takes over another service's index. Only an owner may: what is searched from then on is what that service says. */
export const startImport =
  (deps: ClaimDeps & Pick<Runtime, 'repositories' | 'credentials' | 'settings'>) =>
  async (
    id: RepositoryId,
    user: UserId,
    { from, branches, credential }: ImportSnapshot,
  ): Promise<StartImportOutcome> => {
    const access = await withAccess(deps, id, user, 'owner');
    if (access.kind !== 'allowed') return access;
    const { repository } = access;
    const address = from.replace(/\/$/, '');
    const refused = refuseAddress(deps, address);
    if (refused !== null) return { kind: 'invalid', field: 'from', message: refused };
    if (credential !== undefined && !(await mayUseCredential(deps)(credential, [user, repository.owner], [address]))) {
      const message =
        'must be a credential that you and the owner may use for this address: the operator’s log says why it is not';
      return { kind: 'invalid', field: 'credential', message };
    }
    const outcome = await claimSync(deps)({
      repository,
      requestedBy: user,
      trigger: 'import',
      source: { url: address, remote: null },
      snapshot: { url: address, ...(credential === undefined ? {} : { credential }) },
      options: SyncOptions.parse({ pull_remote: false, full_reindex: true, branches }),
    });
    switch (outcome.kind) {
      case 'accepted':
      case 'held':
      case 'not-found':
        return outcome;
      default:
        throw new Error(`a claim without a key or a follow-up was answered with ${outcome.kind}`);
    }
  };

/** The rules of a git source, but for what is no server. */
const refuseAddress = ({ settings }: Pick<Runtime, 'settings'>, address: string): string | null => {
  const refused = refuseSource(address, settings.sources);
  if (refused !== null) return refused;
  if (!isRemote(address)) return 'must be a service’s address, such as https://host/api/repositories/repo-123';
  const { search, hash, pathname } = new URL(address);
  return search === '' && hash === '' && /\/api\/repositories\/[a-z0-9-]+$/.test(pathname)
    ? null
    : 'must be a repository’s address in another service’s API, such as https://host/api/repositories/repo-123';
};
