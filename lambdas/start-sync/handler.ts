import { runtime } from '#runtime';
import { RepositoryParams } from '../../core/contract/api.ts';
import { SyncOptions } from '../../core/contract/sync-options.ts';
import { jobAnswer } from '../../core/steps/answers.ts';
import { startSync } from '../../core/steps/start-sync.ts';
import { defineApiHandler } from '../define-api-handler.ts';
import { forbidden, notFound, problem } from '../problems.ts';

const { clock, logger } = runtime();
const start = startSync(runtime());

export const handler = defineApiHandler(
  logger,
  { params: RepositoryParams, body: SyncOptions },
  async ({ user, params, body }) => {
    const outcome = await start({ repositoryId: params.repo_id, user, options: body });
    switch (outcome.kind) {
      case 'accepted': {
        const job = jobAnswer({ job: outcome.job, inFlight: [] }, clock.now());
        const location = `/api/jobs/${job.job_id}`;
        return { status: 202, body: { ...job, replaced_job_id: outcome.replaced }, headers: { location } };
      }
      case 'held': {
        const { job_id, status, progress, estimated_completion } = jobAnswer(outcome.by, clock.now());
        const headers = {
          location: `/api/jobs/${job_id}`,
          'retry-after': retryAfter(estimated_completion, clock.now()),
        };
        const running = { job_id, job_status: status, progress, estimated_completion };
        return problem(409, 'Sync already in progress', 'Sync already in progress', running, headers);
      }
      case 'not-found':
        return notFound('Repository');
      case 'forbidden':
        return forbidden();
      default:
        return outcome satisfies never;
    }
  },
);

/** Seconds, 1 to 60: when to ask again. */
const retryAfter = (estimated: string | null, now: Date): string => {
  const seconds = estimated === null ? 5 : (Date.parse(estimated) - now.getTime()) / 1000;
  return String(Math.min(60, Math.max(1, Math.ceil(seconds))));
};
