import type { CreateRepository, RepositoryAnswer } from '../contract/api.ts';
import type { RepositoryId, UserId } from '../contract/ids.ts';
import type { RepositoryRecord, Role } from '../contract/records.ts';
import { allows, type RoleName, roleOf } from '../domain/access.ts';
import { noRates } from '../domain/estimate.ts';
import { refuseSource } from '../domain/source-policy.ts';
import type { Page } from '../ports/repository-store.ts';
import type { Runtime } from '../ports/runtime.ts';
import { repositoryAnswer } from './answers.ts';
import { repositoryPrefix } from './job-keys.ts';
import { generationOf } from './sweep-leftovers.ts';

export type CreateOutcome =
  | { readonly kind: 'created'; readonly repository: RepositoryAnswer; readonly secrets: RepositoryRecord['secrets'] }
  | { readonly kind: 'taken' }
  | { readonly kind: 'bad-source' | 'bad-schedule'; readonly reason: string };

/**
 * Registers a repository; the one who asks becomes its owner. A schedule is set after the record, since the id may be
 * taken, and before the record tells of it: whatever dies in between, no record promises a sync that does not come, and
 * what comes without a record is put right by scheduled-sync.
 */
export const createRepository =
  (deps: Pick<Runtime, 'repositories' | 'schedules' | 'clock' | 'ids' | 'settings' | 'logger'>) =>
  async (user: UserId, request: CreateRepository): Promise<CreateOutcome> => {
    const reason = refuseSource(request.source.url, deps.settings.sources);
    if (reason !== null) return { kind: 'bad-source', reason };
    const misfit = request.schedule === null ? null : deps.schedules.refuse(request.schedule);
    if (misfit !== null) return { kind: 'bad-schedule', reason: misfit };
    const at = deps.clock.now().toISOString();
    const repository: RepositoryRecord = {
      repository_id: request.repository_id ?? (deps.ids.repositoryId() as RepositoryId),
      owner: user,
      grants: {},
      source: {
        url: request.source.url,
        ...(request.source.credential === undefined ? {} : { credential: request.source.credential }),
      },
      default_branch: request.default_branch ?? null,
      ignore_patterns: request.ignore_patterns,
      schedule: null,
      secrets: { webhook: deps.ids.secret(), push: deps.ids.secret() },
      disabled_webhooks: [],
      created_at: at,
      updated_at: at,
      fence: 0,
      generation: 0,
      generations: {},
      branches: {},
      leftovers: [],
      rates: noRates,
    };
    if ((await deps.repositories.create(repository)) === 'taken') return { kind: 'taken' };
    const registered = request.schedule === null ? repository : await schedule(deps, repository, request.schedule);
    deps.logger.info('repository registered', { repository_id: repository.repository_id, owner: user });
    return { kind: 'created', repository: repositoryAnswer(registered, 'owner'), secrets: repository.secrets };
  };

/** A registration is whole or is not: whoever gets an error may try again under the same id. */
const schedule = async (
  deps: Pick<Runtime, 'repositories' | 'schedules' | 'clock'>,
  repository: RepositoryRecord,
  expression: string,
): Promise<RepositoryRecord> => {
  const { repository_id } = repository;
  try {
    await deps.schedules.set(repository_id, expression);
    const change = { schedule: expression };
    // Null: the owner was quick to remove it again, and may be told that it was there.
    return (await deps.repositories.update(repository_id, change, new Date(repository.created_at))) ?? repository;
  } catch (error) {
    await deps.repositories.delete(repository_id);
    throw error;
  }
};

export type Access<T> = { readonly kind: 'forbidden' } | { readonly kind: 'not-found' } | T;

/** The repository, when the user has the role that is needed. */
export const withAccess = async (
  deps: Pick<Runtime, 'repositories'>,
  id: RepositoryId,
  user: UserId,
  needed: RoleName,
): Promise<Access<{ readonly kind: 'allowed'; readonly repository: RepositoryRecord; readonly role: RoleName }>> => {
  const repository = await deps.repositories.get(id);
  if (repository === null) return { kind: 'not-found' };
  const role = roleOf(repository, user);
  if (role === null || !allows(role, needed)) return { kind: 'forbidden' };
  return { kind: 'allowed', repository, role };
};

export const getRepository =
  (deps: Pick<Runtime, 'repositories'>) =>
  async (id: RepositoryId, user: UserId): Promise<Access<{ kind: 'found'; repository: RepositoryAnswer }>> => {
    const access = await withAccess(deps, id, user, 'read');
    if (access.kind !== 'allowed') return access;
    return { kind: 'found', repository: repositoryAnswer(access.repository, access.role) };
  };

export const listRepositories =
  (deps: Pick<Runtime, 'repositories'>) =>
  async (user: UserId, limit: number, cursor: string | null): Promise<Page<RepositoryAnswer>> => {
    const page = await deps.repositories.list(user, limit, cursor);
    const items = page.items.flatMap((repository) => {
      const role = roleOf(repository, user);
      return role === null ? [] : [repositoryAnswer(repository, role)];
    });
    return { items, next: page.next };
  };

/**
 * Removes a repository with its index. A busy one is left alone: the lock is its job's. The record goes first: what is
 * left when the rest fails has nobody that finds it, and a schedule removes itself when it next comes (scheduled-sync).
 */
export const deleteRepository =
  (deps: Pick<Runtime, 'repositories' | 'schedules' | 'index' | 'objects' | 'logger'>) =>
  async (id: RepositoryId, user: UserId): Promise<Access<{ kind: 'deleted' } | { kind: 'busy' }>> => {
    const access = await withAccess(deps, id, user, 'owner');
    if (access.kind !== 'allowed') return access;
    const outcome = await deps.repositories.delete(id);
    if (outcome === 'absent') return { kind: 'not-found' };
    if (outcome === 'busy') return { kind: 'busy' };
    const { repository } = access;
    const numbers = new Set([
      ...Object.keys(repository.generations).map(Number),
      ...Object.values(repository.branches).map((branch) => branch.generation),
    ]);
    for (const number of numbers) await deps.index.drop(generationOf(repository, number));
    await deps.objects.deleteAll(repositoryPrefix(id));
    // Last: of all this it alone is made up for when it is not done.
    if (repository.schedule !== null) await deps.schedules.set(id, null);
    deps.logger.info('repository removed', { repository_id: id, user });
    return { kind: 'deleted' };
  };

/** Sets or (role null) removes a user's grant; the owner's own role is not a grant and stays. */
export const changeGrant =
  (deps: Pick<Runtime, 'repositories' | 'logger'>) =>
  async (id: RepositoryId, by: UserId, user: UserId, role: Role | null): Promise<Access<{ kind: 'changed' }>> => {
    const access = await withAccess(deps, id, by, 'owner');
    if (access.kind !== 'allowed') return access;
    if ((await deps.repositories.grant(id, user, role)) === 'absent') return { kind: 'not-found' };
    deps.logger.info('grant changed', { repository_id: id, by, user, role });
    return { kind: 'changed' };
  };
