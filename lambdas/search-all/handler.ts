import { clock, compose, embedder, index, logger, metrics, objects, pathRules, repositories } from '#ports';
import { SearchAllQuery } from '../../core/contract/search-all.ts';
import { searchAll } from '../../core/search/search-all.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { invalid } from '../handling/problems.ts';

const ports = compose({ clock, embedder, index, logger, metrics, objects, pathRules, repositories });
const find = searchAll(ports);

export const handler = defineApiHandler(ports.logger, { query: SearchAllQuery }, async ({ user, query }) => {
  const outcome = await find(user, query);
  return outcome.kind === 'invalid' ? invalid(outcome.errors) : { status: 200, body: outcome.answer };
});
