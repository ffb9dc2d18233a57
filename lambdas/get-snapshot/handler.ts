import { compose, logger, objects, repositories } from '#ports';
import { RepositoryParams } from '../../core/contract/api.ts';
import { SnapshotQuery } from '../../core/contract/snapshot.ts';
import { getSnapshot } from '../../core/files/get-snapshot.ts';
import { contentsRefusal, notKept } from '../handling/contents-answer.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { digestedAnswer } from '../handling/digested-answer.ts';

const ports = compose({ logger, objects, repositories });
const get = getSnapshot(ports);

export const handler = defineApiHandler(
  ports.logger,
  { params: RepositoryParams, query: SnapshotQuery },
  async ({ user, params, query }) => {
    const outcome = await get(params.repo_id, user, query);
    switch (outcome.kind) {
      case 'found':
        return digestedAnswer(outcome.snapshot);
      case 'not-kept':
        return notKept(outcome.branch);
      default:
        return contentsRefusal(outcome);
    }
  },
);
