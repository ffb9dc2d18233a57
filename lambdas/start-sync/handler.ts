import { z } from 'zod';
import {
  claims,
  clock,
  compose,
  followUps,
  ids,
  jobs,
  logger,
  metrics,
  remoteLook,
  repositories,
  settings,
  sourceRemotes,
  sourceRoots,
  tokenQuota,
  webhookAddresses,
  workflow,
} from '#ports';
import { LONGEST_WAIT_SECONDS, RepositoryParams, StartSyncHeaders } from '../../core/contract/api.ts';
import type { UserId } from '../../core/contract/ids.ts';
import { SyncOptions } from '../../core/contract/sync-options.ts';
import { awaitDecision } from '../../core/triggers/await-decision.ts';
import { idempotencyOf, rememberAnswer } from '../../core/triggers/idempotency.ts';
import { preferredWait } from '../../core/triggers/rules/preferred-wait.ts';
import { type StartSyncOutcome, startSync } from '../../core/triggers/start-sync.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { type Answer, invalid, problem, quotaExceeded, refusal } from '../handling/problems.ts';
import {
  acceptedAnswer,
  attachedAnswer,
  heldAnswer,
  queuedAnswer,
  Taken,
  waitedAnswer,
} from '../handling/sync-answers.ts';

const ports = compose({
  claims,
  clock,
  followUps,
  ids,
  jobs,
  logger,
  metrics,
  remoteLook,
  repositories,
  settings,
  sourceRemotes,
  sourceRoots,
  tokenQuota,
  webhookAddresses,
  workflow,
});
const start = startSync(ports);
const remember = rememberAnswer(ports);
const decided = awaitDecision(ports);

export const handler = defineApiHandler(
  ports.logger,
  { params: RepositoryParams, body: SyncOptions, headers: StartSyncHeaders },
  async ({ user, params, body, headers, receivedAt }) => {
    const key = headers['idempotency-key'];
    const idempotency = key === undefined ? undefined : await idempotencyOf(user, key, body);
    const outcome = await start({ repositoryId: params.repo_id, user, options: body, idempotency, receivedAt });
    const answer = answerOf(outcome);
    const job = jobOf(outcome);
    if (job !== null && idempotency !== undefined) await remember(job, idempotency, JSON.stringify(answer));
    return afterWait(answer, user, preferredWait(headers.prefer, LONGEST_WAIT_SECONDS), receivedAt);
  },
);

/**
 * What has become of the sync after as many seconds, counted from the request: a start that took long must not take the answer past
 * API Gateway's 29 s. The sync is under way by now: what fails here costs the caller only the wait.
 */
const afterWait = async (answer: Answer, user: UserId, seconds: number, receivedAt: Date): Promise<Answer> => {
  const left = seconds - (ports.clock.now().getTime() - receivedAt.getTime()) / 1000;
  const taken = Taken.safeParse(answer.body);
  // The job of a sync that waits for another one is not there yet.
  if (left <= 0 || !taken.success || taken.data.queued) return answer;
  try {
    const outcome = await decided(taken.data.job_id, user, left);
    return outcome.kind === 'found' ? waitedAnswer(answer, taken.data, outcome.job, seconds) : answer;
  } catch (error) {
    ports.logger.warn('sync not waited for', { job_id: taken.data.job_id, error: String(error) });
    return answer;
  }
};

/** The job that the answer is about, where the request was granted. */
const jobOf = (outcome: StartSyncOutcome) => {
  switch (outcome.kind) {
    case 'accepted':
    case 'begun':
    case 'queued':
      return { kind: outcome.kind, job: outcome.job };
    case 'attached':
      return { kind: outcome.kind, job: outcome.to.job };
    default:
      return null;
  }
};

const answerOf = (outcome: StartSyncOutcome): Answer => {
  switch (outcome.kind) {
    case 'accepted':
      return acceptedAnswer(outcome.job, outcome.replaced, ports.clock.now());
    case 'replayed': {
      // The function that made the job died before it stored its answer: the job is still the one that was asked for.
      const answer =
        outcome.answer === null
          ? acceptedAnswer(outcome.job.job, null, ports.clock.now())
          : KeptAnswer.parse(JSON.parse(outcome.answer));
      return { ...answer, headers: { ...answer.headers, 'idempotency-replayed': 'true' } };
    }
    case 'begun':
      return acceptedAnswer(outcome.job, null, ports.clock.now());
    case 'held':
      return heldAnswer(outcome.by, ports.clock.now(), outcome.lacking);
    case 'attached':
      return attachedAnswer(outcome.to, ports.clock.now());
    case 'queued':
      return queuedAnswer(outcome.job, outcome.by, ports.clock.now());
    case 'key-conflict': {
      const detail = 'this Idempotency-Key was used with other options: take a new key for a new request';
      return problem(422, 'Idempotency key reused', detail);
    }
    case 'quota-exceeded':
      return quotaExceeded(outcome);
    case 'invalid':
      return invalid(outcome.errors);
    case 'not-found':
    case 'forbidden':
      return refusal(outcome.kind, 'Repository');
    default:
      return outcome satisfies never;
  }
};

const KeptAnswer = z.object({ status: z.int(), body: z.unknown(), headers: z.record(z.string(), z.string()) });
