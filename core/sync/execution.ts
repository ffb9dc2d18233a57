import type { JobRecord } from '../contract/records.ts';
import type { JobRef } from '../contract/workflow-state.ts';

/** An execution's name: one for each attempt at a job. */
export const executionName = (job: Pick<JobRecord, 'job_id' | 'attempt'>): string => `${job.job_id}-${job.attempt}`;

export const refOf = ({ repository_id, job_id, fence }: JobRecord): JobRef => ({ repository_id, job_id, fence });
