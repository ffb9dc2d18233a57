import { runtime } from '#runtime';
import { GetJobHeaders, type JobAnswer, JobParams } from '../../core/contract/api.ts';
import { fingerprint } from '../../core/steps/fingerprint.ts';
import { getJob } from '../../core/steps/get-job.ts';
import { defineApiHandler } from '../define-api-handler.ts';
import { isUnchanged } from '../entity-tag.ts';
import { forbidden, notFound } from '../problems.ts';

const get = getJob(runtime());

export const handler = defineApiHandler(
  runtime().logger,
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
        return notFound('Job');
      case 'forbidden':
        return forbidden();
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
