import { clock, compose, embedder, index, logger, metrics, objects, pathRules, repositories } from '#ports';
import { RepositoryParams, SearchQuery } from '../../core/contract/api.ts';
import { search } from '../../core/search/search.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { indexLost } from '../handling/lost-answer.ts';
import { notIndexed } from '../handling/not-indexed.ts';
import { invalid, problem, refusal } from '../handling/problems.ts';

const ports = compose({ clock, embedder, index, logger, metrics, objects, pathRules, repositories });
const find = search(ports);

export const handler = defineApiHandler(
  ports.logger,
  { params: RepositoryParams, query: SearchQuery },
  async ({ user, params, query }) => {
    const outcome = await find(params.repo_id, user, query);
    switch (outcome.kind) {
      case 'found':
        return { status: 200, body: outcome.answer };
      case 'invalid':
        return invalid(outcome.errors);
      case 'not-indexed':
        return notIndexed(outcome);
      case 'embedder-mismatch': {
        const detail = `the index was made with ${outcome.made}, but this service uses ${outcome.running}: sync to rebuild it`;
        return problem(409, 'Embedder mismatch', detail);
      }
      case 'unusable':
        return indexLost(outcome);
      case 'not-found':
      case 'forbidden':
        return refusal(outcome.kind, 'Repository');
      default:
        return outcome satisfies never;
    }
  },
);
