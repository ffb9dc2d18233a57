import { clock, compose, ends, followUps, jobs, logger, metrics, repositories, workflow } from '#ports';
import { JobParams } from '../../core/contract/api.ts';
import { cancelJob } from '../../core/jobs/cancel-job.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { problem, refusal } from '../handling/problems.ts';

const ports = compose({ clock, ends, followUps, jobs, logger, metrics, repositories, workflow });
const cancel = cancelJob(ports);

export const handler = defineApiHandler(ports.logger, { params: JobParams }, async ({ user, params }) => {
  const outcome = await cancel(params.job_id, user);
  switch (outcome.kind) {
    case 'cancelled':
      return { status: 202, body: outcome.job, headers: { location: `/api/jobs/${outcome.job.job_id}` } };
    case 'ended': {
      const { job_id, status, ended_at } = outcome.job;
      return problem(409, 'Job has ended', `the job has ended: ${status}`, { job_id, job_status: status, ended_at });
    }
    case 'not-begun': {
      const { job_id, status, repository_id } = outcome.job;
      const detail = `the job has not begun: DELETE /api/repositories/${repository_id}/queued-sync takes it back`;
      return problem(409, 'Job has not begun', detail, { job_id, job_status: status, ended_at: null });
    }
    case 'not-found':
    case 'forbidden':
      return refusal(outcome.kind, 'Job');
    default:
      return outcome satisfies never;
  }
});
