import { type DefaultBranch, defaultBranchOf } from '../../domain/default-branch.ts';
import { syncingJob } from '../../domain/syncing-job.ts';

/** What a git host tells, whichever it is. */
export type PushEvent =
  | { readonly kind: 'ping' }
  | {
      readonly kind: 'push';
      /** The full name, such as `refs/heads/main`. */
      readonly ref: string;
      readonly deleted: boolean;
      /** The source's default branch, as the host says; null when it does not. */
      readonly defaultBranch: string | null;
      /** The body says when the push was: no two pushes have the same one. */
      readonly isDated: boolean;
    }
  | { readonly kind: 'other'; readonly name: string };

export type PushDecision =
  | {
      readonly kind: 'sync';
      /** None: a look at the source is all that is wanted. */
      readonly branches: readonly string[];
      /** A branch that is gone, as the host says: it is indexed, or a sync was asked for it that may run still. */
      readonly deleted: string | null;
    }
  | { readonly kind: 'pong' }
  | { readonly kind: 'ignore'; readonly reason: string };

interface Indexed extends DefaultBranch {
  readonly branches: Readonly<Record<string, unknown>>;
  readonly wanted_branches?: readonly string[] | undefined;
  /** Present while a job runs, which may be only to plan, and once a sync has ended. */
  readonly lock?: { readonly job_id: string; readonly dry_run?: true | undefined } | undefined;
  readonly last_sync?: unknown;
}

/**
 * A push leads to a sync where the branch is used: it is the default branch, has an index already, or a sync was asked for it;
 * so does the end of one of the last two. Any push whose host names another default branch than the one that is followed leads
 * to a sync of that one; so does one while no one knows yet which it is, though a sync was asked for.
 */
export const decidePush = (repository: Indexed, event: PushEvent): PushDecision => {
  if (event.kind === 'ping') return { kind: 'pong' };
  if (event.kind === 'other') return { kind: 'ignore', reason: 'not a push' };
  const known = defaultBranchOf(repository);
  // What the user has named stands, whatever the host says.
  const told = repository.default_branch === null ? event.defaultBranch : null;
  const branch = /^refs\/heads\/(.+)$/.exec(event.ref)?.[1];
  const reason = whyUnused(repository, event, branch, told ?? known);
  const used = branch === undefined || reason !== null ? null : branch;
  const branches = used === null || event.deleted ? [] : [used];
  const asked = syncingJob(repository) !== null || repository.last_sync !== undefined;
  const moved = told !== null && known !== null && told !== known && told !== branches[0];
  const unknown = told === null && known === null && asked && !event.deleted && branch !== undefined;
  if (moved || unknown) branches.push('current');
  if (used === null && branches.length === 0) return { kind: 'ignore', reason: reason ?? 'nothing to sync' };
  return { kind: 'sync', branches, deleted: event.deleted ? used : null };
};

const whyUnused = (
  { branches, wanted_branches = [] }: Indexed,
  { deleted }: { readonly deleted: boolean },
  branch: string | undefined,
  defaultBranch: string | null,
): string | null => {
  if (branch === undefined) return 'not a push to a branch';
  if (Object.hasOwn(branches, branch) || wanted_branches.includes(branch)) return null;
  if (deleted) return 'the branch was deleted, and is not indexed';
  return branch === defaultBranch ? null : 'the branch is neither the default branch nor indexed';
};
