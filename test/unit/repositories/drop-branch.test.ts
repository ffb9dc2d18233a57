import { expect, it } from 'vitest';
import type { BranchName, JobId, RepositoryId, UserId } from '../../../core/contract/ids.ts';
import { StoreBusyError } from '../../../core/domain/errors.ts';
import type { DropOutcome } from '../../../core/ports/branches.ts';
import type { JobView } from '../../../core/ports/jobs.ts';
import type { Runtime } from '../../../core/ports/runtime.ts';
import { dropBranch } from '../../../core/repositories/drop-branch.ts';
import { repositoryRecord } from '../../support/records.ts';
import { aJob } from '../../support/sync-records.ts';

const by = 'sync-00000000-0000-4000-8000-000000000001' as JobId;
const held: DropOutcome = { kind: 'held', by };
const view = (status: 'running' | 'completed'): JobView => ({
  job: { ...aJob('shop' as RepositoryId, { job_id: by, status }), fence: 1 },
  inFlight: [],
});

/** Drops that come out so, one after the other, the last again and again; and what the job is that holds the lock. */
const drop = (outcomes: readonly DropOutcome[], holder: JobView | null) => {
  const left = [...outcomes];
  const deps = {
    repositories: { get: async () => repositoryRecord() },
    branches: { drop: async () => (left.length > 1 ? left.shift() : left[0]) },
    jobs: { get: async () => holder },
    clock: { now: () => new Date(0) },
    logger: { info: () => undefined },
  } as unknown as Runtime;
  return dropBranch(deps)('shop' as RepositoryId, 'ann' as UserId, 'topic' as BranchName);
};

it('tells the job that runs, as it is', async () => {
  expect(await drop([held], view('running'))).toEqual({ kind: 'held', by: view('running') });
});

it.each([
  ['has ended meanwhile', view('completed')],
  ['is not stored any more', null],
])('tries again when the job that held the lock %s', async (_, holder) => {
  expect(await drop([held, held, { kind: 'dropped' }], holder)).toEqual({ kind: 'dropped' });
});

it('gives up when the lock changes hands again and again, as a busy store does', async () => {
  await expect(drop([held], view('completed'))).rejects.toThrow(StoreBusyError);
});

it('finds a repository gone that was there a moment ago', async () => {
  expect(await drop([{ kind: 'absent' }], null)).toEqual({ kind: 'not-found' });
});
