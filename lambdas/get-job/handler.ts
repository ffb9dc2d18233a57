import { clock, compose, jobs, logger, repositories } from '#ports';
import { GetJobHeaders, type JobAnswer, JobParams } from '../../core/contract/api.ts';
import { getJob } from '../../core/jobs/get-job.ts';
import { fingerprint } from '../../core/objects/fingerprint.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { isUnchanged } from '../handling/entity-tag.ts';
import { refusal } from '../handling/problems.ts';

const ports = compose({ clock, jobs, logger, repositories });
const get = getJob(ports);

export const handler = defineApiHandler(
  ports.logger,
  { params: JobParams, headers: GetJobHeaders },
  async ({ user, params, headers: request }) => {
    const outcome = await get(params.job_id, user);
    switch (outcome.kind) {
      case 'found': {
        const etag = await entityTag(outcome.job);
        const headers = { etag, 'cache-control': 'private, no-cache' };
        if (isUnchanged(request['if-none-match'], etag)) return { status: 304, body: null, headers };
        return { status: 200, body: outcome.job, headers };
      }
      case 'not-found':
      case 'forbidden':
        return refusal(outcome.kind, 'Job');
      default:
        return outcome satisfies never;
    }
  },
);

/** Weak: while a job runs, its estimate moves with the clock, and alone is no news. */
const entityTag = async (job: JobAnswer): Promise<string> => {
  const { estimated_completion, ...rest } = job;
  return `W/"${await fingerprint(rest)}"`;
};
