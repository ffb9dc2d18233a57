import { clock, compose, followUps, logger, repositories, scheduleTimes } from '#ports';
import { RepositoryParams } from '../../core/contract/api.ts';
import { getRepository } from '../../core/repositories/get-repository.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { refusal } from '../handling/problems.ts';

const ports = compose({ clock, followUps, logger, repositories, scheduleTimes });
const get = getRepository(ports);

export const handler = defineApiHandler(ports.logger, { params: RepositoryParams }, async ({ user, params }) => {
  const outcome = await get(params.repo_id, user);
  switch (outcome.kind) {
    case 'found':
      return { status: 200, body: outcome.repository };
    case 'not-found':
    case 'forbidden':
      return refusal(outcome.kind, 'Repository');
    default:
      return outcome satisfies never;
  }
});
