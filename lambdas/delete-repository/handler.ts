import { clock, compose, index, jobs, logger, objects, removals, repositories, schedules } from '#ports';
import { RepositoryParams } from '../../core/contract/api.ts';
import { deleteRepository } from '../../core/repositories/delete-repository.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { problem, refusal } from '../handling/problems.ts';

const ports = compose({ clock, index, jobs, logger, objects, removals, repositories, schedules });
const remove = deleteRepository(ports);

export const handler = defineApiHandler(ports.logger, { params: RepositoryParams }, async ({ user, params }) => {
  const outcome = await remove(params.repo_id, user);
  switch (outcome.kind) {
    case 'deleted':
      return { status: 204, body: null };
    case 'busy':
      return problem(409, 'Sync in progress', 'the repository is being synced: wait for the job, or cancel it');
    case 'not-found':
    case 'forbidden':
      return refusal(outcome.kind, 'Repository');
    default:
      return outcome satisfies never;
  }
});
