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
  | { readonly kind: 'created'; readonly repository: RepositoryAnswer }
  | { readonly kind: 'taken' }
  | { readonly kind: 'bad-source'; readonly reason: string };

/** Registers a repository; the one who asks becomes its owner. */
export const createRepository =
  (deps: Pick<Runtime, 'repositories' | 'clock' | 'ids' | 'settings' | 'logger'>) =>
  async (user: UserId, request: CreateRepository): Promise<CreateOutcome> => {
    const reason = refuseSource(request.source.url, deps.settings.sources);
    if (reason !== null) return { kind: 'bad-source', reason };
    const at = deps.clock.now().toISOString();
    const repository: RepositoryRecord = {
      repository_id: request.repository_id ?? (deps.ids.repositoryId() as RepositoryId),
      owner: user,
      grants: {},
      source: { url: request.source.url },
      default_branch: request.default_branch ?? null,
      ignore_patterns: request.ignore_patterns,
      schedule: null,
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
    deps.logger.info('repository registered', { repository_id: repository.repository_id, owner: user });
    return { kind: 'created', repository: repositoryAnswer(repository, 'owner') };
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

/** Removes a repository with its index. A busy one is left alone: the lock is its job's. */
export const deleteRepository =
  (deps: Pick<Runtime, 'repositories' | 'index' | 'objects' | 'logger'>) =>
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
