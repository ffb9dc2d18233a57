import { SearchAnswer, SearchHit } from '../api.ts';
import { NotSearched, RepositoryHit, SearchAllAnswer, SearchedRepository } from '../search-all.ts';
import { fresh } from './file-answers.ts';
import { type NamedSchema, named } from './schemas.ts';

const hit = {
  path: 'The file, from the top of the tree; U+FFFD stands for what is not UTF-8.',
  path_bytes: 'Only of a name that is not UTF-8: its bytes, in base64.',
  branch: 'The branch.',
  start_line: 'The first line, from 1.',
  end_line: 'The last line.',
  match:
    '`words`: the text or the path has words of the query, or a name of several parts (`parseConfig`, `parse_config`) whole. `near`: it has none of them, and is only what the index has nearest; such hits come last.',
  score:
    '0 to 1, higher is better, comparable between queries. A hit with match `words` has 0.25 at least, one with `near` 0.2 at most. The more of the query is held by the best hit, the higher are all scores of the answer.',
  snippet: 'The text.',
  language: 'The language, by the file’s name; null when it is not known.',
} as const;

const warnings =
  'For people: what of `q` was not read as it looks, and what is wrong with `language`, such as that there is none of the name.';

/** Of a page over several repositories. */
export const pageOfAll = {
  repositories: 'The repositories that the entries are of, in their order.',
  searched: 'How many repositories were searched for this page.',
  not_searched: 'Those that were not, as far as this page goes, and why.',
  truncated:
    'Why the page ended before its `limit`: it took too long (`time`), or its entries are long (`size`). The next page continues there.',
  warnings: 'For people: where not all of your repositories were looked at, and what is wrong with `language`.',
  next_cursor: 'Send it as `cursor` to get the next page; null on the last page.',
} as const;

export const searchSchemas: readonly NamedSchema[] = [
  named('SearchAnswer', SearchAnswer, 'What a search found.', {
    results: 'Best first.',
    branch: 'The branch that was searched.',
    indexed_commit: 'The commit that the results are from.',
    ...fresh,
    warnings,
    next: 'Always null: ask for a greater `limit`.',
  }),
  named('SearchHit', SearchHit, 'A piece of a file.', hit),
  named('SearchAllAnswer', SearchAllAnswer, 'What a search of all repositories found.', {
    hits: 'Best first; of a grouped search, those of the repository with the best hit first.',
    repositories: 'The repositories that the hits are of, in their order.',
    searched: 'How many repositories were searched.',
    passed_over:
      'How many were not asked, because their texts have less of the query: of more than 100, the 32 are asked that have most of it.',
    not_searched: 'Those that were not, and why.',
    warnings,
    next: 'Always null: ask for a greater `limit`.',
  }),
  named('RepositoryHit', RepositoryHit, 'A piece of a file of a repository.', {
    ...hit,
    repository_id: 'The repository.',
  }),
  named('SearchedRepository', SearchedRepository, 'A repository that was searched.', {
    repository_id: 'Its id.',
    branch: 'The branch that was searched.',
    indexed_commit: 'The commit that the hits are from.',
    ...fresh,
  }),
  named('NotSearchedRepository', NotSearched, 'A repository that was not searched.', {
    repository_id: 'Its id.',
    reason:
      '`not_indexed`: the branch has no index. `embedder_mismatch`: a sync must rebuild the index with the current model. `index_lost`, `index_damaged`, `manifest_lost`: a sync must make it anew. `not_kept`: it was indexed before the service kept contents: sync it once. `moved`: it is at another commit than the page before. `timeout`: it took too long, or the others did before it. `busy`: a store or the model takes no more requests at the moment: ask again. `failed`: it could not be searched; the service’s log says why.',
  }),
];
