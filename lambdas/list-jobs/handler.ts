import { clock, compose, jobs, logger, repositories } from '#ports';
import { type JobList, PageQuery, RepositoryParams } from '../../core/contract/api.ts';
import { listJobs } from '../../core/jobs/list-jobs.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { badCursor, refusal } from '../handling/problems.ts';

const ports = compose({ clock, jobs, logger, repositories });
const list = listJobs(ports);

export const handler = defineApiHandler(
  ports.logger,
  { params: RepositoryParams, query: PageQuery },
  async ({ user, params, query }) => {
    const outcome = await list(params.repo_id, user, query.limit, query.cursor ?? null);
    switch (outcome.kind) {
      case 'found': {
        const { items, next } = outcome.page;
        return { status: 200, body: { jobs: [...items], next } satisfies JobList };
      }
      case 'bad-cursor':
        return badCursor();
      case 'not-found':
      case 'forbidden':
        return refusal(outcome.kind, 'Repository');
      default:
        return outcome satisfies never;
    }
  },
);
