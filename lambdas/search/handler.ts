import { clock, compose, embedder, index, logger, metrics, objects, pathRules, repositories } from '#ports';
import { RepositoryParams, SearchQuery } from '../../core/contract/api.ts';
import type { IndexFault } from '../../core/domain/index-fault.ts';
import { search } from '../../core/search/search.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { notIndexed } from '../handling/not-indexed.ts';
import { invalid, problem, refusal } from '../handling/problems.ts';

/** What is said of each fault: the kind of problem, and what has happened. */
const unusable = {
  index_lost: ['Index lost', 'the index is gone'],
  index_damaged: ['Index damaged', 'parts of the index are gone or damaged'],
  manifest_lost: ['Manifest lost', 'the list of indexed files is gone or damaged'],
} as const satisfies Record<IndexFault, readonly [string, string]>;

/** A small repository is made anew in less, a large one in far more: the job tells how long it takes. */
const REBUILD_SECONDS = 10;

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
      case 'unusable': {
        const { fault, branch, jobId } = outcome;
        const [title, what] = unusable[fault];
        const cure = jobId === null ? 'start a sync, which makes it anew' : `the sync ${jobId} that runs makes it anew`;
        const headers = jobId === null ? {} : { 'retry-after': String(REBUILD_SECONDS) };
        return problem(503, title, `${what} of branch ${branch}: ${cure}`, { fault, branch, job_id: jobId }, headers);
      }
      case 'not-found':
      case 'forbidden':
        return refusal(outcome.kind, 'Repository');
      default:
        return outcome satisfies never;
    }
  },
);
