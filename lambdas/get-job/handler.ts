import { clock, compose, followUps, jobs, logger, repositories } from '#ports';
import { GetJobHeaders, GetJobQuery, JobParams } from '../../core/contract/api.ts';
import { getJob } from '../../core/jobs/get-job.ts';
import type { JobState } from '../../core/jobs/job-state.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { isUnchanged } from '../handling/entity-tag.ts';
import { refusal } from '../handling/problems.ts';

const ports = compose({ clock, followUps, jobs, logger, repositories });
const get = getJob(ports);

export const handler = defineApiHandler(
  ports.logger,
  { params: JobParams, query: GetJobQuery, headers: GetJobHeaders },
  async ({ user, params, query, headers: request }) => {
    const known = request['if-none-match'];
    const isNews = (state: JobState): boolean => known !== undefined && !isUnchanged(known, entityTag(state));
    const outcome = await get(params.job_id, user, { seconds: query.wait, isNews });
    switch (outcome.kind) {
      case 'found': {
        const etag = entityTag(outcome);
        const headers = { etag, 'cache-control': 'private, no-cache' };
        if (isUnchanged(known, etag)) return { status: 304, body: null, headers };
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

const entityTag = ({ tag }: Pick<JobState, 'tag'>): string => `W/"${tag}"`;
