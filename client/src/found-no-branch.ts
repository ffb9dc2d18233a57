import type { Job } from './api-types.ts';

/** Whether a sync has completed without any branch: the source is empty, or all its branches are gone, so there was no commit to index. */
export const foundNoBranch = ({ status, branches, pull }: Pick<Job, 'status' | 'branches' | 'pull'>): boolean =>
  // Jobs of earlier versions name no branches, and tell what they pulled.
  status === 'completed' && branches.length === 0 && pull.length === 0;
