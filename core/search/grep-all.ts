import type { GrepMatch } from '../contract/grep.ts';
import type { UserId } from '../contract/ids.ts';
import type { GrepAllAnswer, GrepAllQuery } from '../contract/search-all.ts';
import type { Runtime } from '../ports/runtime.ts';
import { createAcross } from './across-repositories.ts';
import { grepBranch, PAGE_UNITS, unitsOf } from './grep-branch.ts';
import type { PlacedPage } from './grep-cursor.ts';
import { languageWarnings } from './language-warnings.ts';
import { pathsAsked } from './paths-asked.ts';
import { compilePattern } from './rules/exact/compile-pattern.ts';

type Deps = Pick<Runtime, 'repositories' | 'objects' | 'pathRules' | 'clock' | 'logger'>;

export type GrepAllOutcome =
  | { readonly kind: 'found'; readonly answer: GrepAllAnswer }
  | { readonly kind: 'invalid'; readonly field: 'pattern' | 'cursor'; readonly message: string };

/** Every line that matches in all repositories that the user may read, by their ids, then in the order of paths and lines. */
export const grepAll = (deps: Deps) => {
  const across = createAcross<GrepMatch, PlacedPage<GrepMatch>>(deps, { unitsOf, maxUnits: PAGE_UNITS });
  return async (user: UserId, query: GrepAllQuery): Promise<GrepAllOutcome> => {
    const outcome = compilePattern({ ...query, ignoreCase: !query.case });
    if (outcome.kind === 'refused') return { kind: 'invalid', field: 'pattern', message: outcome.why };
    const paths = pathsAsked(deps, query);
    const found = await across(user, query, ({ contents }, from) =>
      grepBranch(deps, contents, { ...query, pattern: outcome.compiled, paths, from }),
    );
    if (found === undefined) return { kind: 'invalid', field: 'cursor', message: 'is not one of this call' };
    const { items, pages: _, repositories, not_searched, warnings, ...rest } = found;
    const answer = {
      matches: items.map(({ repository, item }) => ({ repository_id: repository.repository_id, ...item })),
      repositories: [...repositories],
      not_searched: [...not_searched],
      warnings: [...languageWarnings(query.language), ...warnings],
      ...rest,
    };
    return { kind: 'found', answer };
  };
};
