import { compose, followUps, logger, repositories } from '#ports';
import { RepositoryParams } from '../../core/contract/api.ts';
import { takeBackSync } from '../../core/triggers/take-back-sync.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { notFound, refusal } from '../handling/problems.ts';

const ports = compose({ followUps, logger, repositories });
const takeBack = takeBackSync(ports);

export const handler = defineApiHandler(ports.logger, { params: RepositoryParams }, async ({ user, params }) => {
  const outcome = await takeBack(params.repo_id, user);
  switch (outcome.kind) {
    case 'taken-back':
      return { status: 204, body: null };
    case 'not-queued':
      return notFound('Queued sync');
    case 'not-found':
    case 'forbidden':
      return refusal(outcome.kind, 'Repository');
    default:
      return outcome satisfies never;
  }
});
