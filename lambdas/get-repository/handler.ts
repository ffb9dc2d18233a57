import { runtime } from '#runtime';
import { RepositoryParams } from '../../core/contract/api.ts';
import { getRepository } from '../../core/repositories/get-repository.ts';
import { defineApiHandler } from '../shared/define-api-handler.ts';
import { forbidden, notFound } from '../shared/problems.ts';

const get = getRepository(runtime());

export const handler = defineApiHandler(runtime().logger, { params: RepositoryParams }, async ({ user, params }) => {
  const outcome = await get(params.repo_id, user);
  switch (outcome.kind) {
    case 'found':
      return { status: 200, body: outcome.repository };
    case 'not-found':
      return notFound('Repository');
    case 'forbidden':
      return forbidden();
    default:
      return outcome satisfies never;
  }
});
