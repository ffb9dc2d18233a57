import type { RepositoryAnswer, UpdateRepository } from '../contract/api.ts';
import type { RepositoryId, UserId } from '../contract/ids.ts';
import type { Runtime } from '../ports/runtime.ts';
import { credentialAddresses } from './credential-addresses.ts';
import { queuedSync } from './queued-sync.ts';
import { repositoryAnswer } from './repository-answer.ts';
import { mayUseCredential } from './use-credential.ts';
import { type Access, withAccess } from './with-access.ts';

type Deps = Pick<
  Runtime,
  'repositories' | 'followUps' | 'schedules' | 'scheduleTimes' | 'credentials' | 'sourceRemotes' | 'clock' | 'logger'
>;

export type UpdateRepositoryOutcome = Access<
  | { readonly kind: 'updated'; readonly repository: RepositoryAnswer }
  | { readonly kind: 'bad-schedule'; readonly reason: string }
  | { readonly kind: 'bad-credential' }
>;

/**
 * Changes settings; what is not named stays. A running sync keeps the settings that it began with. A schedule is set
 * before the record names it, and removed after the record has dropped it: so each schedule that a record names exists, and
 * one that no record names is put right by scheduled-sync when it runs.
 */
export const updateRepository =
  (deps: Deps) =>
  async (id: RepositoryId, user: UserId, request: UpdateRepository): Promise<UpdateRepositoryOutcome> => {
    const access = await withAccess(deps, id, user, 'owner');
    if (access.kind !== 'allowed') return access;
    const { source, ...settings } = request;
    const { repository: registered } = access;
    // A user with access to a repository must not give it the owner's credential, nor give the owner one of their own.
    const users = [user, registered.owner];
    if (source?.credential != null) {
      const addresses = await credentialAddresses(deps)(registered.source.url, registered.owner);
      if (!(await mayUseCredential(deps)(source.credential, users, addresses))) return { kind: 'bad-credential' };
    }
    const reason = settings.schedule == null ? null : deps.schedules.refuse(settings.schedule);
    if (reason !== null) return { kind: 'bad-schedule', reason };
    const change = { ...settings, ...(source?.credential === undefined ? {} : { credential: source.credential }) };
    if (settings.schedule != null) await deps.schedules.set(id, settings.schedule);
    const repository = await deps.repositories.update(id, change, deps.clock.now());
    if (repository === null) return { kind: 'not-found' };
    if (settings.schedule === null) await deps.schedules.set(id, null);
    deps.logger.info('repository changed', { repository_id: id, by: user, settings: Object.keys(change) });
    return {
      kind: 'updated',
      repository: repositoryAnswer(deps)(repository, access.role, await queuedSync(deps)(repository)),
    };
  };
