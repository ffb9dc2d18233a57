import { languageNamed, languageOf } from '../domain/languages.ts';
import type { PathsAsked } from '../objects/contents.ts';
import type { Runtime } from '../ports/runtime.ts';
import { literalPrefix } from './rules/literal-prefix.ts';

/** What the path and the language of a query let through; undefined: all. */
export const pathsAsked = (
  deps: Pick<Runtime, 'pathRules'>,
  { path: pattern, language }: { readonly path?: string | undefined; readonly language?: string | undefined },
): PathsAsked | undefined => {
  if (pattern === undefined && language === undefined) return undefined;
  const rule = pattern === undefined ? null : deps.pathRules.compile([pattern], []);
  const wanted = language === undefined ? undefined : (languageNamed(language) ?? language.toLowerCase());
  return {
    prefix: pattern === undefined ? '' : literalPrefix(pattern),
    passes: (path) =>
      (wanted === undefined || languageOf(path) === wanted) && (rule === null || rule(path) === 'ignored'),
  };
};
