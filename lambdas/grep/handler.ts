import { clock, compose, logger, objects, pathRules, repositories } from '#ports';
import { RepositoryParams } from '../../core/contract/api.ts';
import { GrepQuery } from '../../core/contract/grep.ts';
import { grep } from '../../core/search/grep.ts';
import { pageAnswer } from '../handling/contents-answer.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';

const ports = compose({ clock, logger, objects, pathRules, repositories });
const find = grep(ports);

export const handler = defineApiHandler(
  ports.logger,
  { params: RepositoryParams, query: GrepQuery },
  async ({ user, params, query }) => pageAnswer(await find(params.repo_id, user, query)),
);
