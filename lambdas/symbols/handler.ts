import { clock, compose, logger, objects, pathRules, repositories, symbolExtractor } from '#ports';
import { RepositoryParams } from '../../core/contract/api.ts';
import { SymbolsQuery } from '../../core/contract/symbols.ts';
import { findSymbols } from '../../core/search/symbols.ts';
import { pageAnswer } from '../handling/contents-answer.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';

const ports = compose({ clock, logger, objects, pathRules, repositories, symbolExtractor });
const find = findSymbols(ports);

export const handler = defineApiHandler(
  ports.logger,
  { params: RepositoryParams, query: SymbolsQuery },
  async ({ user, params, query }) => pageAnswer(await find(params.repo_id, user, query)),
);
