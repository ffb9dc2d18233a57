import {
  clock,
  compose,
  credentials,
  followUps,
  logger,
  repositories,
  schedules,
  scheduleTimes,
  sourceRemotes,
} from '#ports';
import { RepositoryParams, UpdateRepository } from '../../core/contract/api.ts';
import { updateRepository } from '../../core/repositories/update-repository.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { credentialRefused, invalid, refusal } from '../handling/problems.ts';

const ports = compose({ clock, credentials, followUps, logger, repositories, schedules, scheduleTimes, sourceRemotes });
const update = updateRepository(ports);

export const handler = defineApiHandler(
  ports.logger,
  { params: RepositoryParams, body: UpdateRepository },
  async ({ user, params, body }) => {
    const outcome = await update(params.repo_id, user, body);
    switch (outcome.kind) {
      case 'updated':
        return { status: 200, body: outcome.repository };
      case 'bad-credential':
        return credentialRefused();
      case 'bad-schedule':
        return invalid([{ field: 'schedule', message: outcome.reason }]);
      case 'not-found':
      case 'forbidden':
        return refusal(outcome.kind, 'Repository');
      default:
        return outcome satisfies never;
    }
  },
);
