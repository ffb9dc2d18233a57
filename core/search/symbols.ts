import type { RepositoryId, UserId } from '../contract/ids.ts';
import type { SymbolsAnswer, SymbolsQuery } from '../contract/symbols.ts';
import { languageNamed } from '../domain/languages.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type OfContents, withContents } from '../repositories/with-contents.ts';
import { cursorOf, placeOf } from './grep-cursor.ts';
import { leftOut } from './left-out.ts';
import { pathsAsked } from './paths-asked.ts';
import { createBranchSymbols, nameAsked } from './symbols-of-branch.ts';

type Deps = Pick<Runtime, 'repositories' | 'objects' | 'pathRules' | 'clock' | 'symbolExtractor'>;

export type SymbolsOutcome = OfContents<
  | { readonly kind: 'found'; readonly answer: SymbolsAnswer }
  | { readonly kind: 'invalid'; readonly field: 'language' | 'cursor'; readonly message: string }
  /** It was indexed before contents were kept. */
  | { readonly kind: 'not-kept'; readonly branch: string }
  /** The branch is at another commit than the one that the cursor is of. */
  | { readonly kind: 'moved'; readonly branch: string; readonly commit: string; readonly since: string }
>;

/** What is wrong with the language of a query; null: nothing. */
export const languageFault = (
  { symbolExtractor: { languages } }: Pick<Runtime, 'symbolExtractor'>,
  language: string | undefined,
): string | null =>
  language === undefined || languages.includes(languageNamed(language) ?? '')
    ? null
    : `definitions are known of ${languages.join(', ')} only`;

/** What a branch's files define, at its indexed commit, in the order of paths and lines. */
export const findSymbols = (deps: Deps) => {
  const opened = withContents(deps);
  const symbolsOf = createBranchSymbols(deps);
  return async (id: RepositoryId, user: UserId, query: SymbolsQuery): Promise<SymbolsOutcome> => {
    const fault = languageFault(deps, query.language);
    if (fault !== null) return { kind: 'invalid', field: 'language', message: fault };
    const from = query.cursor === undefined ? null : placeOf(query.cursor);
    if (from === undefined) return { kind: 'invalid', field: 'cursor', message: 'is not one of this call' };
    const name = nameAsked(query);
    return opened(id, user, query.branch, async ({ branch, pointer, freshness, contents }): Promise<SymbolsOutcome> => {
      if (pointer.contents !== true) return { kind: 'not-kept', branch };
      const { indexed_commit: commit, ...fresh } = freshness;
      if (from !== null && from.commit !== commit) return { kind: 'moved', branch, commit, since: from.commit };
      const paths = pathsAsked(deps, query);
      const page = await symbolsOf(contents, { ...query, name, paths, from });
      const { items, notParsed, next, truncated } = page;
      const answer = {
        branch,
        commit,
        ...fresh,
        symbols: items.map(({ item }) => item),
        not_parsed: [...notParsed],
        not_searched: await leftOut(contents.manifest, paths),
        ...(truncated === undefined ? {} : { truncated }),
        next_cursor: next === null ? null : cursorOf({ commit, ...next }),
      };
      return { kind: 'found', answer };
    });
  };
};
