import type { GrepAnswer, GrepQuery } from '../contract/grep.ts';
import type { RepositoryId, UserId } from '../contract/ids.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type OfContents, withContents } from '../repositories/with-contents.ts';
import { grepBranch } from './grep-branch.ts';
import { cursorOf, placeOf } from './grep-cursor.ts';
import { languageWarnings } from './language-warnings.ts';
import { leftOut } from './left-out.ts';
import { pathsAsked } from './paths-asked.ts';
import { compilePattern } from './rules/exact/compile-pattern.ts';

type Deps = Pick<Runtime, 'repositories' | 'objects' | 'pathRules' | 'clock'>;

export type GrepOutcome = OfContents<
  | { readonly kind: 'found'; readonly answer: GrepAnswer }
  | { readonly kind: 'invalid'; readonly field: 'pattern' | 'cursor'; readonly message: string }
  /** It was indexed before contents were kept. */
  | { readonly kind: 'not-kept'; readonly branch: string }
  /** The branch is at another commit than the one that the cursor is of. */
  | { readonly kind: 'moved'; readonly branch: string; readonly commit: string; readonly since: string }
>;

/** Every line of a branch that matches, at its indexed commit, in the order of paths and lines. */
export const grep = (deps: Deps) => {
  const opened = withContents(deps);
  return async (id: RepositoryId, user: UserId, query: GrepQuery): Promise<GrepOutcome> => {
    const outcome = compilePattern({ ...query, ignoreCase: !query.case });
    if (outcome.kind === 'refused') return { kind: 'invalid', field: 'pattern', message: outcome.why };
    const from = query.cursor === undefined ? null : placeOf(query.cursor);
    if (from === undefined) return { kind: 'invalid', field: 'cursor', message: 'is not one of this call' };
    return opened(id, user, query.branch, async ({ branch, pointer, freshness, contents }): Promise<GrepOutcome> => {
      if (pointer.contents !== true) return { kind: 'not-kept', branch };
      const { indexed_commit: commit, ...fresh } = freshness;
      if (from !== null && from.commit !== commit) return { kind: 'moved', branch, commit, since: from.commit };
      const paths = pathsAsked(deps, query);
      const page = await grepBranch(deps, contents, { ...query, pattern: outcome.compiled, paths, from });
      const { items, next, truncated } = page;
      const answer = {
        branch,
        commit,
        ...fresh,
        matches: items.map(({ item }) => item),
        not_searched: await leftOut(contents.manifest, paths),
        warnings: [...languageWarnings(query.language)],
        ...(truncated === undefined ? {} : { truncated }),
        next_cursor: next === null ? null : cursorOf({ commit, ...next }),
      };
      return { kind: 'found', answer };
    });
  };
};
