import { compose, logger, objects, pathRules, repositories } from '#ports';
import { RepositoryParams } from '../../core/contract/api.ts';
import { ListFilesQuery } from '../../core/contract/files.ts';
import { listFiles } from '../../core/files/list-files.ts';
import { contentsRefusal } from '../handling/contents-answer.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { badCursor } from '../handling/problems.ts';

const ports = compose({ logger, objects, pathRules, repositories });
const list = listFiles(ports);

export const handler = defineApiHandler(
  ports.logger,
  { params: RepositoryParams, query: ListFilesQuery },
  async ({ user, params, query }) => {
    const outcome = await list(params.repo_id, user, query);
    if (outcome.kind === 'found') return { status: 200, body: outcome.list };
    return outcome.kind === 'bad-cursor' ? badCursor() : contentsRefusal(outcome);
  },
);
