import { clock, compose, logger, objects, pathRules, repositories, symbolExtractor } from '#ports';
import { RepositoryParams } from '../../core/contract/api.ts';
import { SymbolsQuery } from '../../core/contract/symbols.ts';
import { findSymbols } from '../../core/search/symbols.ts';
import { branchMoved, contentsRefusal, notKept } from '../handling/contents-answer.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { invalid } from '../handling/problems.ts';

const ports = compose({ clock, logger, objects, pathRules, repositories, symbolExtractor });
const find = findSymbols(ports);

export const handler = defineApiHandler(
  ports.logger,
  { params: RepositoryParams, query: SymbolsQuery },
  async ({ user, params, query }) => {
    const outcome = await find(params.repo_id, user, query);
    switch (outcome.kind) {
      case 'found':
        return { status: 200, body: outcome.answer };
      case 'invalid':
        return invalid([{ field: `query.${outcome.field}`, message: outcome.message }]);
      case 'moved':
        return branchMoved(outcome);
      case 'not-kept':
        return notKept(outcome.branch);
      default:
        return contentsRefusal(outcome);
    }
  },
);
