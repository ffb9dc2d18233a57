import { claims, clock, compose, credentials, ids, logger, metrics, repositories, settings, workflow } from '#ports';
import { RepositoryParams } from '../../core/contract/api.ts';
import { ImportSnapshot } from '../../core/contract/snapshot.ts';
import { startImport } from '../../core/triggers/start-import.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { invalid, refusal } from '../handling/problems.ts';
import { acceptedAnswer, heldAnswer } from '../handling/sync-answers.ts';

const ports = compose({ claims, clock, credentials, ids, logger, metrics, repositories, settings, workflow });
const start = startImport(ports);

export const handler = defineApiHandler(
  ports.logger,
  { params: RepositoryParams, body: ImportSnapshot },
  async ({ user, params, body }) => {
    const outcome = await start(params.repo_id, user, body);
    switch (outcome.kind) {
      case 'accepted':
        return acceptedAnswer(outcome.job, outcome.replaced, ports.clock.now());
      case 'held':
        return heldAnswer(outcome.by, ports.clock.now());
      case 'invalid':
        return invalid([outcome]);
      case 'not-found':
      case 'forbidden':
        return refusal(outcome.kind, 'Repository');
      default:
        return outcome satisfies never;
    }
  },
);
