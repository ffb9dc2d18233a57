import {
  claims,
  clock,
  compose,
  followUps,
  ids,
  jobs,
  logger,
  metrics,
  repositories,
  settings,
  tokenQuota,
  workflow,
} from '#ports';
import { JobParams } from '../../core/contract/api.ts';
import { retryFailed } from '../../core/triggers/retry-failed.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { problem, quotaExceeded, refusal } from '../handling/problems.ts';
import { acceptedAnswer, heldAnswer } from '../handling/sync-answers.ts';

const ports = compose({
  claims,
  clock,
  followUps,
  ids,
  jobs,
  logger,
  metrics,
  repositories,
  settings,
  tokenQuota,
  workflow,
});
const retry = retryFailed(ports);

export const handler = defineApiHandler(ports.logger, { params: JobParams }, async ({ user, params }) => {
  const outcome = await retry(params.job_id, user);
  switch (outcome.kind) {
    case 'accepted':
      return acceptedAnswer(outcome.job, outcome.replaced, ports.clock.now());
    case 'held':
      return heldAnswer(outcome.by, ports.clock.now());
    case 'quota-exceeded':
      return quotaExceeded(outcome);
    case 'nothing-failed':
      return problem(409, 'Nothing to retry', 'the job had no failed files and no missing branches');
    case 'not-begun':
      return problem(409, 'Nothing to retry', 'the job has not begun: it waits for another one');
    case 'not-found':
    case 'forbidden':
      return refusal(outcome.kind, 'Job');
    default:
      return outcome satisfies never;
  }
});
