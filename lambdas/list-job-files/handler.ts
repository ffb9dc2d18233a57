import { compose, followUps, jobs, logger, objects, repositories } from '#ports';
import { JobFilesQuery, JobParams } from '../../core/contract/api.ts';
import { listJobFiles } from '../../core/jobs/job-files.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { badCursor, refusal } from '../handling/problems.ts';

const ports = compose({ followUps, jobs, logger, objects, repositories });
const list = listJobFiles(ports);

export const handler = defineApiHandler(
  ports.logger,
  { params: JobParams, query: JobFilesQuery },
  async ({ user, params, query }) => {
    const outcome = await list(params.job_id, user, query);
    switch (outcome.kind) {
      case 'found':
        return { status: 200, body: outcome.list };
      case 'bad-cursor':
        return badCursor();
      case 'not-found':
      case 'forbidden':
        return refusal(outcome.kind, 'Job');
      default:
        return outcome satisfies never;
    }
  },
);
