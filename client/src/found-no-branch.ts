import type { Job } from './api-types.ts';

type Facts = Pick<Job, 'status' | 'branches' | 'pull'> & { readonly options: Pick<Job['options'], 'branches'> };

/** Whether a sync has completed without any branch: the source is empty, or all its branches are gone, so there was no commit to index. */
export const foundNoBranch = ({ status, options, branches, pull }: Facts): boolean =>
  status === 'completed' &&
  // A push that deletes a branch asks for none: the look at the source is all that it wants.
  options.branches.length > 0 &&
  branches.length === 0 &&
  // Jobs of earlier versions name no branches, and tell what they pulled.
  pull.length === 0;
