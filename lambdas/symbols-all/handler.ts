import { clock, compose, logger, objects, pathRules, repositories, symbolExtractor } from '#ports';
import { SymbolsAllQuery } from '../../core/contract/search-all.ts';
import { findAllSymbols } from '../../core/search/symbols-all.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { invalid } from '../handling/problems.ts';

const ports = compose({ clock, logger, objects, pathRules, repositories, symbolExtractor });
const find = findAllSymbols(ports);

export const handler = defineApiHandler(ports.logger, { query: SymbolsAllQuery }, async ({ user, query }) => {
  const outcome = await find(user, query);
  return outcome.kind === 'invalid'
    ? invalid([{ field: `query.${outcome.field}`, message: outcome.message }])
    : { status: 200, body: outcome.answer };
});
