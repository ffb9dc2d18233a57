import type { BranchName, RepositoryId, UserId } from '../contract/ids.ts';
import { StoreBusyError } from '../domain/errors.ts';
import { isTerminal } from '../domain/job-status.ts';
import type { JobView } from '../ports/jobs.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type Access, withAccess } from './with-access.ts';

type Deps = Pick<Runtime, 'repositories' | 'branches' | 'jobs' | 'clock' | 'logger'>;

export type DropBranchOutcome = Access<
  | { readonly kind: 'dropped' }
  | { readonly kind: 'not-indexed' }
  /** The job may publish that branch: the one who asks waits for it, or cancels it. */
  | { readonly kind: 'held'; readonly by: JobView }
>;

/** A job may end between the look at the lock and the look at the job; each round is the end of another one. */
const ROUNDS = 5;

/** Takes a branch out of the index, the default branch too: the next sync that asks for it indexes it anew. */
export const dropBranch =
  (deps: Deps) =>
  async (id: RepositoryId, user: UserId, branch: BranchName): Promise<DropBranchOutcome> => {
    const access = await withAccess(deps, id, user, 'write');
    if (access.kind !== 'allowed') return access;
    for (let round = 0; round < ROUNDS; round++) {
      const outcome = await deps.branches.drop(id, branch, deps.clock.now());
      switch (outcome.kind) {
        case 'dropped':
          deps.logger.info('branch dropped', { repository_id: id, by: user, branch });
          return outcome;
        case 'not-indexed':
          return outcome;
        case 'absent':
          return { kind: 'not-found' };
        case 'held': {
          const by = await deps.jobs.get(outcome.by);
          if (by !== null && !isTerminal(by.job.status)) return { kind: 'held', by };
          break;
        }
        default:
          return outcome satisfies never;
      }
    }
    throw new StoreBusyError(`the lock of ${id} changed hands ${ROUNDS} times while a branch was to be dropped`);
  };
