import type { JobId } from '../../core/contract/ids.ts';
import type { NotIndexed } from '../../core/repositories/branch-pointer.ts';
import { contentsLost } from './lost-answer.ts';
import { notIndexed } from './not-indexed.ts';
import { type Answer, invalid, problem, refusal } from './problems.ts';

/** What a branch's contents could not be read for. */
export type ContentsRefusal =
  | { readonly kind: 'not-found' | 'forbidden' }
  | NotIndexed
  | { readonly kind: 'contents-lost'; readonly branch: string; readonly jobId: JobId | null };

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
    case 'contents-lost':
      return contentsLost(outcome);
    case 'not-found':
    case 'forbidden':
      return refusal(outcome.kind, 'Repository');
    default:
      return outcome satisfies never;
  }
};

/** A page of what a branch's contents hold, or why there is none. */
export const pageAnswer = (
  outcome:
    | { readonly kind: 'found'; readonly answer: object }
    | { readonly kind: 'invalid'; readonly field: string; readonly message: string }
    | { readonly kind: 'moved'; readonly branch: string; readonly commit: string }
    | { readonly kind: 'not-kept'; readonly branch: string }
    | ContentsRefusal,
): Answer => {
  switch (outcome.kind) {
    case 'found':
      return { status: 200, body: outcome.answer };
    case 'invalid':
      return invalid([{ field: `query.${outcome.field}`, message: outcome.message }]);
    case 'moved':
      return branchMoved(outcome);
    case 'not-kept':
      return notKept(outcome.branch);
    default:
      return contentsRefusal(outcome);
  }
};
