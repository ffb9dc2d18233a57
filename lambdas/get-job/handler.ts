import { runtime } from '#runtime';
import { JobParams } from '../../core/contract/api.ts';
import { getJob } from '../../core/steps/get-job.ts';
import { defineApiHandler } from '../define-api-handler.ts';
import { forbidden, notFound } from '../problems.ts';

const get = getJob(runtime());

export const handler = defineApiHandler(runtime().logger, { params: JobParams }, async ({ user, params }) => {
  const outcome = await get(params.job_id, user);
  switch (outcome.kind) {
    case 'found':
      return { status: 200, body: outcome.job };
    case 'not-found':
      return notFound('Job');
    case 'forbidden':
      return forbidden();
    default:
      return outcome satisfies never;
  }
});
