import type { UserId } from '../contract/ids.ts';
import type { JobRecord } from '../contract/records.ts';
import { fingerprint } from '../objects/fingerprint.ts';
import type { Clock } from '../ports/clock.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Claim, ClaimOutcome } from '../ports/sync-claims.ts';

/**
 * What a claim keeps of a request with an Idempotency-Key. A key is its user's own (no user's name holds a `#`), and stands
 * for what was asked for, not for how it was written.
 */
export const idempotencyOf = async (
  user: UserId,
  key: string,
  request: unknown,
): Promise<NonNullable<Claim['idempotency']>> => ({ key: `${user}#${key}`, fingerprint: await fingerprint(request) });

/** Tries at a claim whose first request is still being answered, and the wait between them: 7 × 75 ms, more than a look at the remote takes. */
const TRIES = 8;
const PAUSE_MILLISECONDS = 75;

/** A claim whose repetition waits a moment for the answer that the first request is about to keep. */
export const claimOnce = async (deps: Pick<Runtime, 'claims' | 'clock'>, claim: Claim): Promise<ClaimOutcome> => {
  for (let attempt = 1; ; attempt++) {
    const outcome = await deps.claims.claim(claim);
    if (outcome.kind !== 'replayed' || outcome.answer !== null || attempt === TRIES) return outcome;
    await pause(deps.clock);
  }
};

const pause = (clock: Clock): Promise<void> =>
  new Promise((resolve) => {
    const stop = clock.every(PAUSE_MILLISECONDS, () => {
      stop();
      resolve();
    });
  });

/** Keeps the answer for repetitions. The job is made, or named: what cannot be kept costs the first caller nothing. */
export const rememberAnswer =
  (deps: Pick<Runtime, 'claims' | 'clock' | 'logger'>) =>
  async (
    { kind, job }: { readonly kind: 'accepted' | 'attached' | 'queued' | 'begun'; readonly job: JobRecord },
    { key, fingerprint }: NonNullable<Claim['idempotency']>,
    answer: string,
  ): Promise<void> => {
    const { repository_id, job_id, repository_created_at: created_at } = job;
    try {
      if (kind === 'accepted') await deps.claims.rememberAnswer(repository_id, key, answer);
      else if (created_at !== undefined)
        await deps.claims.keepAnswer({ repository_id, created_at }, { key, fingerprint }, answer, deps.clock.now());
    } catch (error) {
      deps.logger.warn('answer not kept for repetitions', { repository_id, job_id, error: String(error) });
    }
  };
