import { BranchName, type JobId, RepositoryId } from '../contract/ids.ts';
import type { PushHookAnswer } from '../contract/push-hooks.ts';
import type { RepositoryRecord } from '../contract/records.ts';
import type { FollowUp } from '../ports/follow-ups.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { ClaimDeps } from './claim-sync.ts';
import { settleNow } from './follow-ups.ts';
import { decidePush, type PushEvent } from './rules/push-event.ts';

/** How a git host shows that it knows the push secret: a signature over the body, or the secret itself. */
export type PushProof =
  | { readonly kind: 'hmac-sha256'; readonly hex: string }
  | { readonly kind: 'token'; readonly token: string };

/** Used as the secret of a repository that does not exist: an unknown id takes as long as a wrong signature. */
const NO_SECRET = 'whsec_none';

/**
 * The repository that a push is for, when the sender has proved that it knows its push secret; else null. That there is
 * no such repository looks the same, so that a sender cannot find out which exist.
 */
export const authenticatePush =
  (deps: Pick<Runtime, 'repositories'>) =>
  async (id: string, proof: PushProof | null, body: Uint8Array<ArrayBuffer>): Promise<RepositoryRecord | null> => {
    const parsed = RepositoryId.safeParse(id);
    const repository = parsed.success ? await deps.repositories.get(parsed.data) : null;
    const proven = proof !== null && (await isProven(proof, repository?.secrets.push ?? NO_SECRET, body));
    return proven ? repository : null;
  };

/** WebCrypto compares in constant time. A token is compared by its MAC under a key that only this call knows. */
const isProven = async (proof: PushProof, secret: string, body: Uint8Array<ArrayBuffer>): Promise<boolean> => {
  if (proof.kind === 'hmac-sha256') {
    if (!/^[0-9a-f]{64}$/i.test(proof.hex)) return false;
    return crypto.subtle.verify('HMAC', await hmacKey(bytesOf(secret)), fromHex(proof.hex), body);
  }
  const key = await hmacKey(crypto.getRandomValues(new Uint8Array(32)));
  const expected = await crypto.subtle.sign('HMAC', key, bytesOf(secret));
  return crypto.subtle.verify('HMAC', key, expected, bytesOf(proof.token));
};

const hmacKey = (bytes: Uint8Array<ArrayBuffer>) =>
  crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

const fromHex = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: hex.length / 2 }, (_, at) => Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16));

type Deps = ClaimDeps & Pick<Runtime, 'branches' | 'followUps' | 'jobs' | 'pushDeliveries' | 'repositories'>;

/**
 * Follows a push with a sync: at once when the repository is free, else after the sync that runs. Either way it is recorded
 * first, so that pushes that come together share one sync, and none is lost when this function dies.
 *
 * @param deliveries what tells this delivery from all others. One that was answered in the last day is answered the same, and starts nothing;
 *   the answer is kept last, so that a delivery that was not answered counts for nothing when it is sent again.
 */
export const takePush =
  (deps: Deps) =>
  async (
    repository: RepositoryRecord,
    from: 'github' | 'gitlab',
    event: PushEvent,
    deliveries: readonly string[],
  ): Promise<PushHookAnswer> => {
    const decision = decidePush(repository, event);
    if (decision.kind === 'pong') return { outcome: 'pong', job_id: null, reason: null };
    if (decision.kind === 'ignore') return ignored(decision.reason);
    const { deleted } = decision;
    const named = [...decision.branches, ...(deleted === null ? [] : [deleted])];
    if (!named.every((name) => BranchName.safeParse(name).success))
      return ignored('the branch has a name that a sync cannot take');
    const { repository_id } = repository;
    const at = deps.clock.now();
    const before = await deps.pushDeliveries.answerTo(repository, deliveries, at);
    if (before !== null) {
      deps.logger.info('push repeated', { repository_id, from, job_id: before.job_id });
      return before;
    }
    if (deleted !== null) {
      const seen_at = at.toISOString();
      await deps.branches.sight(repository_id, deleted, { commit: null, seen_at, deleted_at: seen_at });
    }
    // A branch that is gone is no branch to sync: the pull's look is all that is wanted, and it alone is believed. An event may be old.
    const owed = await deps.followUps.request(repository, decision.branches, from, at);
    deps.logger.info('push taken', { repository_id, from, branches: decision.branches, deleted });
    const jobId = await startNow(deps, owed, decision.branches);
    const answer = { outcome: jobId === null ? 'owed' : 'started', job_id: jobId, reason: null } as const;
    await deps.pushDeliveries.remember(repository, deliveries, answer, at);
    return answer;
  };

const ignored = (reason: string): PushHookAnswer => ({ outcome: 'ignored', job_id: null, reason });

/** It is recorded, and will be started: that it cannot be started now is no failure of the push. */
const startNow = async (deps: Deps, owed: FollowUp, branches: readonly string[]): Promise<JobId | null> => {
  const { repositoryId } = owed;
  try {
    const job = await settleNow(deps, owed);
    if (job === 'settled') return await startedByOther(deps, repositoryId, branches);
    if (job !== 'waits') return job.job_id;
  } catch (error) {
    deps.logger.warn('sync of a push not started yet', { repository_id: repositoryId, error: String(error) });
  }
  return null;
};

/** This push's follow-up was settled by another caller just now: with a claim, whose job it is if it still runs. */
const startedByOther = async (deps: Deps, id: RepositoryId, branches: readonly string[]): Promise<JobId | null> => {
  const lock = (await deps.repositories.get(id))?.lock;
  const job = lock === undefined ? undefined : (await deps.jobs.get(lock.job_id))?.job;
  const isOurs = job?.trigger === 'push' && branches.every((name) => job.options.branches.includes(name));
  return job !== undefined && isOurs ? job.job_id : null;
};
