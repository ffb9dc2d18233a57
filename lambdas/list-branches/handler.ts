import { compose, logger, repositories } from '#ports';
import { type BranchList, PageQuery, RepositoryParams } from '../../core/contract/api.ts';
import { listBranches } from '../../core/repositories/list-branches.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { refusal } from '../handling/problems.ts';

const ports = compose({ logger, repositories });
const list = listBranches(ports);

export const handler = defineApiHandler(
  ports.logger,
  { params: RepositoryParams, query: PageQuery },
  async ({ user, params, query }) => {
    const outcome = await list(params.repo_id, user, query.limit, query.cursor ?? null);
    if (outcome.kind !== 'found') return refusal(outcome.kind, 'Repository');
    const { items, next } = outcome.page;
    return { status: 200, body: { branches: [...items], next } satisfies BranchList };
  },
);
