import type { CreateRepository, RepositoryAnswer } from '../contract/api.ts';
import type { RepositoryId, UserId } from '../contract/ids.ts';
import type { RepositoryRecord } from '../contract/records.ts';
import { type Right, rights } from '../contract/rights.ts';
import { noRates } from '../domain/estimate.ts';
import { type QuotaRefusal, REPOSITORIES_RETRY_SECONDS } from '../domain/quota.ts';
import { isRemote, refuseSource } from '../domain/source-policy.ts';
import type { Runtime } from '../ports/runtime.ts';
import { credentialAddresses } from './credential-addresses.ts';
import { repositoryAnswer } from './repository-answer.ts';
import { mayUseCredential } from './use-credential.ts';

/** The user who asks, and what the token allows. */
export interface Registrant {
  readonly user: UserId;
  readonly rights: readonly Right[];
}

export type CreateOutcome =
  | { readonly kind: 'created'; readonly repository: RepositoryAnswer; readonly secrets: RepositoryRecord['secrets'] }
  | { readonly kind: 'taken' }
  | { readonly kind: 'bad-source' | 'bad-schedule'; readonly reason: string }
  | { readonly kind: 'bad-credential' }
  | { readonly kind: 'may-not-register' }
  | QuotaRefusal;

type Deps = Pick<
  Runtime,
  | 'repositories'
  | 'schedules'
  | 'scheduleTimes'
  | 'credentials'
  | 'sourceRemotes'
  | 'sourceRoots'
  | 'clock'
  | 'ids'
  | 'settings'
  | 'logger'
>;

/**
 * Registers a repository; the one who asks becomes its owner. A schedule is set after the record, since the id may be
 * taken, and before the record names it: if the function dies in between, no record promises a sync that does not come, and
 * a schedule without a record is put right by scheduled-sync.
 */
export const createRepository =
  (deps: Deps) =>
  async ({ user, rights: held }: Registrant, request: CreateRepository): Promise<CreateOutcome> => {
    if (deps.settings.registration === 'granted' && !held.includes(rights.register))
      return { kind: 'may-not-register' };
    const reason =
      refuseSource(request.source.url, deps.settings.sources) ?? (await refuseLocal(deps, held, request.source.url));
    if (reason !== null) return { kind: 'bad-source', reason };
    const { url, credential } = request.source;
    if (
      credential !== undefined &&
      !(await mayUseCredential(deps)(credential, [user], await credentialAddresses(deps)(url, user)))
    )
      return { kind: 'bad-credential' };
    const misfit = request.schedule === null ? null : deps.schedules.refuse(request.schedule);
    if (misfit !== null) return { kind: 'bad-schedule', reason: misfit };
    const at = deps.clock.now().toISOString();
    const repository: RepositoryRecord = {
      repository_id: request.repository_id ?? (deps.ids.repositoryId() as RepositoryId),
      owner: user,
      grants: {},
      source: {
        url,
        ...(credential === undefined ? {} : { credential }),
      },
      default_branch: request.default_branch ?? null,
      ignore_patterns: request.ignore_patterns,
      schedule: null,
      deleted_branches: request.deleted_branches,
      secrets: { webhook: deps.ids.secret(), push: deps.ids.secret() },
      disabled_webhooks: [],
      created_at: at,
      updated_at: at,
      fence: 0,
      generation: 0,
      generations: {},
      branches: {},
      sightings: {},
      leftovers: [],
      rates: noRates,
    };
    const limit = deps.settings.quotas.repositories;
    const outcome = await deps.repositories.create(repository, limit);
    if (outcome === 'taken') return { kind: 'taken' };
    if (outcome === 'too-many')
      return { kind: 'quota-exceeded', quota: 'repositories', limit, retryAfterSeconds: REPOSITORIES_RETRY_SECONDS };
    const registered = request.schedule === null ? repository : await schedule(deps, repository, request.schedule);
    deps.logger.info('repository registered', { repository_id: repository.repository_id, owner: user });
    return {
      kind: 'created',
      repository: repositoryAnswer(deps)(registered, 'owner', null),
      secrets: repository.secrets,
    };
  };

/** Why a folder of this machine may not be registered, or null. The same whether it is there or not. */
const refuseLocal = async (
  { sourceRoots }: Pick<Runtime, 'sourceRoots'>,
  held: readonly Right[],
  url: string,
): Promise<string | null> => {
  if (isRemote(url)) return null;
  if (!sourceRoots.forAll && !held.includes(rights.localSources))
    return `must be a remote address: to register a path takes the right ${rights.localSources}, which a token of the operator has, or folders that the operator opens with SOURCE_ROOTS`;
  if (await sourceRoots.holds(url)) return null;
  return `must be in ${sourceRoots.folders.join(' or ')}: the operator sets these folders with SOURCE_ROOTS`;
};

/** A registration is whole or absent: after an error the caller may try again under the same id. */
const schedule = async (
  deps: Pick<Runtime, 'repositories' | 'schedules' | 'clock'>,
  repository: RepositoryRecord,
  expression: string,
): Promise<RepositoryRecord> => {
  const { repository_id } = repository;
  try {
    await deps.schedules.set(repository_id, expression);
    const change = { schedule: expression };
    // Null: the owner was quick to remove it again; the answer may still show it.
    return (await deps.repositories.update(repository_id, change, new Date(repository.created_at))) ?? repository;
  } catch (error) {
    await deps.repositories.delete(repository_id);
    throw error;
  }
};
