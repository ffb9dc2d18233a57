import type { SearchQuery } from '../contract/api.ts';
import { languageWarnings } from './language-warnings.ts';
import { readTerms } from './rules/query-syntax.ts';
import type { Asked } from './search-branch.ts';

export type AskedQuery =
  /** `branch`: the one that q or the parameter names. */
  | { readonly kind: 'asked'; readonly asked: Asked; readonly branch: string | undefined }
  | { readonly kind: 'invalid'; readonly errors: readonly { readonly field: string; readonly message: string }[] };

/** A search's parameters with its query read; `invalid` where they name two branches. */
export const readAsked = (query: SearchQuery): AskedQuery => {
  const read = readTerms(query.q);
  const terms = { ...read, warnings: [...read.warnings, ...languageWarnings(query.language)] };
  const parameter = query.branch === undefined ? [] : [query.branch];
  const [branch, second] = [...new Set([...terms.branches, ...parameter])];
  if (second === undefined) return { kind: 'asked', asked: { ...query, terms }, branch };
  const error =
    query.branch === undefined
      ? { field: 'query.q', message: `names the branches ${branch} and ${second}: a search is of one` }
      : { field: 'query.branch', message: `is ${query.branch}, but q has branch:${branch}: name one of them` };
  return { kind: 'invalid', errors: [error] };
};
