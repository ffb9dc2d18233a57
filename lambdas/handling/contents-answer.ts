import type { JobId } from '../../core/contract/ids.ts';
import type { NotIndexed } from '../../core/repositories/branch-pointer.ts';
import { notIndexed } from './not-indexed.ts';
import { type Answer, problem, refusal } from './problems.ts';

/** What a branch's contents could not be read for. */
export type ContentsRefusal =
  | { readonly kind: 'not-found' | 'forbidden' }
  | NotIndexed
  | { readonly kind: 'contents-lost'; readonly branch: string; readonly jobId: JobId | null };

/** A small repository is made anew in less, a large one in far more: the job tells how long it takes. */
const REBUILD_SECONDS = 10;

export const notKept = (branch: string): Answer =>
  problem(409, 'Content not kept', `branch ${branch} was indexed before contents were kept: sync it once`);

/** 409 of a cursor whose commit the branch has left. */
export const branchMoved = ({ branch, commit }: { readonly branch: string; readonly commit: string }): Answer => {
  const detail = `branch ${branch} is at ${commit} now, and the cursor is of another commit: start again without it`;
  return problem(409, 'Branch moved', detail);
};

export const contentsRefusal = (outcome: ContentsRefusal): Answer => {
  switch (outcome.kind) {
    case 'not-indexed':
      return notIndexed(outcome);
    case 'contents-lost': {
      const { branch, jobId } = outcome;
      const cure = jobId === null ? 'start a sync, which makes it anew' : `the sync ${jobId} that runs makes it anew`;
      const detail = `what is kept of branch ${branch} is gone or damaged: ${cure}`;
      const headers = jobId === null ? {} : { 'retry-after': String(REBUILD_SECONDS) };
      return problem(503, 'Contents lost', detail, { fault: 'manifest_lost', branch, job_id: jobId }, headers);
    }
    case 'not-found':
    case 'forbidden':
      return refusal(outcome.kind, 'Repository');
    default:
      return outcome satisfies never;
  }
};
