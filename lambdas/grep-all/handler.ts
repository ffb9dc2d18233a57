import { clock, compose, logger, objects, pathRules, repositories } from '#ports';
import { GrepAllQuery } from '../../core/contract/search-all.ts';
import { grepAll } from '../../core/search/grep-all.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { invalid } from '../handling/problems.ts';

const ports = compose({ clock, logger, objects, pathRules, repositories });
const find = grepAll(ports);

export const handler = defineApiHandler(ports.logger, { query: GrepAllQuery }, async ({ user, query }) => {
  const outcome = await find(user, query);
  return outcome.kind === 'invalid'
    ? invalid([{ field: `query.${outcome.field}`, message: outcome.message }])
    : { status: 200, body: outcome.answer };
});
