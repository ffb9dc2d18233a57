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
import { RepositoryParams, StartSyncHeaders } from '../../core/contract/api.ts';
import { SyncOptions } from '../../core/contract/sync-options.ts';
import { idempotencyOf, rememberAnswer } from '../../core/triggers/idempotency.ts';
import { type StartSyncOutcome, startSync } from '../../core/triggers/start-sync.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { type Answer, invalid, problem, quotaExceeded, refusal } from '../handling/problems.ts';
import { acceptedAnswer, attachedAnswer, heldAnswer, queuedAnswer } from '../handling/sync-answers.ts';

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

export const handler = defineApiHandler(
  ports.logger,
  { params: RepositoryParams, body: SyncOptions, headers: StartSyncHeaders },
  async ({ user, params, body, headers }) => {
    const key = headers['idempotency-key'];
    const idempotency = key === undefined ? undefined : await idempotencyOf(user, key, body);
    const outcome = await start({ repositoryId: params.repo_id, user, options: body, idempotency });
    const answer = answerOf(outcome);
    const job = jobOf(outcome);
    if (job !== null && idempotency !== undefined) await remember(job, idempotency, JSON.stringify(answer));
    return answer;
  },
);

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
