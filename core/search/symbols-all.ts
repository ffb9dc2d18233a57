import type { UserId } from '../contract/ids.ts';
import type { SymbolsAllAnswer, SymbolsAllQuery } from '../contract/search-all.ts';
import type { FoundSymbol } from '../contract/symbols.ts';
import type { Runtime } from '../ports/runtime.ts';
import { createAcross } from './across-repositories.ts';
import { PAGE_UNITS } from './grep-branch.ts';
import { pathsAsked } from './paths-asked.ts';
import { languageFault } from './symbols.ts';
import { createBranchSymbols, nameAsked, type SymbolPage, unitsOf } from './symbols-of-branch.ts';

type Deps = Pick<Runtime, 'repositories' | 'objects' | 'pathRules' | 'clock' | 'logger' | 'symbolExtractor'>;

export type SymbolsAllOutcome =
  | { readonly kind: 'found'; readonly answer: SymbolsAllAnswer }
  | { readonly kind: 'invalid'; readonly field: 'language' | 'cursor'; readonly message: string };

/** What the files of all repositories define that the user may read, by their ids, then in the order of paths and lines. */
export const findAllSymbols = (deps: Deps) => {
  const across = createAcross<FoundSymbol, SymbolPage>(deps, { unitsOf, maxUnits: PAGE_UNITS });
  const symbolsOf = createBranchSymbols(deps);
  return async (user: UserId, query: SymbolsAllQuery): Promise<SymbolsAllOutcome> => {
    const fault = languageFault(deps, query.language);
    if (fault !== null) return { kind: 'invalid', field: 'language', message: fault };
    const asked = { ...query, name: nameAsked(query), paths: pathsAsked(deps, query) };
    const found = await across(user, query, ({ contents }, from) => symbolsOf(contents, { ...asked, from }));
    if (found === undefined) return { kind: 'invalid', field: 'cursor', message: 'is not one of this call' };
    const { items, pages, repositories, not_searched, warnings, ...rest } = found;
    const answer = {
      symbols: items.map(({ repository, item }) => ({ repository_id: repository.repository_id, ...item })),
      not_parsed: pages.flatMap(({ repository: { repository_id }, page }) =>
        page.notParsed.map((file) => ({ repository_id, ...file })),
      ),
      repositories: [...repositories],
      not_searched: [...not_searched],
      warnings: [...warnings],
      ...rest,
    };
    return { kind: 'found', answer };
  };
};
