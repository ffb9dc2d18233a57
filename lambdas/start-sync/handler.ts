import { z } from 'zod';
import {
  claims,
  clock,
  compose,
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
import { acceptedAnswer, heldAnswer } from '../handling/sync-answers.ts';

const ports = compose({
  claims,
  clock,
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
    if (outcome.kind === 'accepted' && idempotency !== undefined)
      await remember(outcome.job, idempotency.key, JSON.stringify(answer));
    return answer;
  },
);

const answerOf = (outcome: StartSyncOutcome): Answer => {
  switch (outcome.kind) {
    case 'accepted':
      return acceptedAnswer(outcome.job, outcome.replaced, ports.clock.now());
    case 'replayed': {
      const first = outcome.answer === null ? null : KeptAnswer.parse(JSON.parse(outcome.answer));
      // The function that made the job died before it stored its answer: the job is still the one that was asked for.
      const answer = first ?? acceptedAnswer(outcome.job.job, null, ports.clock.now());
      return { ...answer, headers: { ...answer.headers, 'idempotency-replayed': 'true' } };
    }
    case 'held':
      return heldAnswer(outcome.by, ports.clock.now());
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
