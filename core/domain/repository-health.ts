import type { TerminalStatus } from './job-status.ts';

export const repositoryHealths = ['ok', 'incomplete', 'failing', 'never_indexed'] as const;
export type RepositoryHealth = (typeof repositoryHealths)[number];

/**
 * What the newest ended job left. A cancelled one says nothing of the index: what stands is as good as it was.
 *
 * @param lastStatus null: no job has ended yet.
 */
export const healthOf = (lastStatus: TerminalStatus | null, indexedBranches: number): RepositoryHealth => {
  if (lastStatus === 'failed') return 'failing';
  if (indexedBranches === 0) return 'never_indexed';
  return lastStatus === 'completed_with_errors' ? 'incomplete' : 'ok';
};
