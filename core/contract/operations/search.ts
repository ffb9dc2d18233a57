import { NothingToSearch, Problem, RepositoryParams, SearchAnswer, SearchQuery, SearchUnavailable } from '../api.ts';
import { indexLost, notIndexed, searchAllAnswer, searchAnswer } from '../openapi/examples.ts';
import { SearchAllAnswer, SearchAllQuery } from '../search-all.ts';
import { access, commonAnswers, type Operation, token } from './kit.ts';

export const searchOperations = {
  search: {
    tag: 'Search',
    description:
      'Needs the role read. Finds only what the branch’s last completed sync indexed: a running sync is never visible. When what was indexed is lost or damaged, the answer is a 503 that says so, never an empty list.',
    params: RepositoryParams,
    query: SearchQuery,
    answers: {
      200: { description: 'The hits, best first.', schema: SearchAnswer, example: searchAnswer },
      ...token,
      ...access,
      404: {
        description:
          'There is no such repository that you may read, or the branch has no index: `indexed_branches` names those that have one. Without `branch` the default branch is searched, and no other in its place.',
        schema: NothingToSearch,
        example: notIndexed,
      },
      409: {
        description: 'The index was built with a different embedding model from the current one: sync to rebuild it.',
        schema: Problem,
      },
      503: {
        description:
          'What was indexed is lost or damaged: `fault` says what, and a sync makes it anew; while one runs, `job_id` names it and `Retry-After` is set. Or a store or the embedding model is busy.',
        schema: SearchUnavailable,
        headers: ['Retry-After'],
        example: indexLost,
      },
    },
  },
  'search-all': {
    tag: 'Search',
    description:
      'Searches all repositories that you may read, of each its default branch, or `branch` where that is indexed. `repositories`, or `repo:` in `q`, says which. The hits are one list, best first: scores are comparable between repositories. With `group=repository` those of one repository follow each other, 3 at most of each, the repository with the best hit first, and `limit` is the most repositories. `not_searched` says what was left out and why; what you may not read is not told of.',
    query: SearchAllQuery,
    answers: {
      200: { description: 'The hits.', schema: SearchAllAnswer, example: searchAllAnswer },
      400: commonAnswers.BadRequest,
      ...token,
    },
  },
} as const satisfies Readonly<Record<string, Operation>>;
