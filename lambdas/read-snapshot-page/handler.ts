import { compose, index, logger, objects, repositories } from '#ports';
import { SnapshotPageParams, SnapshotPageQuery } from '../../core/contract/snapshot.ts';
import { readSnapshotPage } from '../../core/files/read-snapshot-page.ts';
import { contentsRefusal, notKept } from '../handling/contents-answer.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { digestedAnswer } from '../handling/digested-answer.ts';
import { problem } from '../handling/problems.ts';

const ports = compose({ index, logger, objects, repositories });
const read = readSnapshotPage(ports);

export const handler = defineApiHandler(
  ports.logger,
  { params: SnapshotPageParams, query: SnapshotPageQuery },
  async ({ user, params, query }) => {
    const outcome = await read(params.repo_id, user, params.page, query);
    switch (outcome.kind) {
      case 'found':
        return digestedAnswer(outcome.part);
      case 'absent': {
        const detail = `branch ${outcome.branch}, now at ${outcome.commit}, has no page ${params.page}: get its snapshot anew`;
        return problem(410, 'Branch moved', detail);
      }
      case 'not-kept':
        return notKept(outcome.branch);
      default:
        return contentsRefusal(outcome);
    }
  },
);
