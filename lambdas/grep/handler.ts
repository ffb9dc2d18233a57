import { clock, compose, logger, objects, pathRules, repositories } from '#ports';
import { RepositoryParams } from '../../core/contract/api.ts';
import { GrepQuery } from '../../core/contract/grep.ts';
import { grep } from '../../core/search/grep.ts';
import { contentsRefusal, notKept } from '../handling/contents-answer.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { invalid, problem } from '../handling/problems.ts';

const ports = compose({ clock, logger, objects, pathRules, repositories });
const find = grep(ports);

export const handler = defineApiHandler(
  ports.logger,
  { params: RepositoryParams, query: GrepQuery },
  async ({ user, params, query }) => {
    const outcome = await find(params.repo_id, user, query);
    switch (outcome.kind) {
      case 'found':
        return { status: 200, body: outcome.answer };
      case 'invalid':
        return invalid([{ field: `query.${outcome.field}`, message: outcome.message }]);
      case 'moved': {
        const { branch, commit } = outcome;
        const detail = `branch ${branch} is at ${commit} now, and the cursor is of another commit: start again without it`;
        return problem(409, 'Branch moved', detail);
      }
      case 'not-kept':
        return notKept(outcome.branch);
      default:
        return contentsRefusal(outcome);
    }
  },
);
