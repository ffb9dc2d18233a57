import { describe, expect, it } from 'vitest';
import type { JobId, UserId } from '../../../core/contract/ids.ts';
import type { RepositoryRecord } from '../../../core/contract/records.ts';
import { StoreBusyError } from '../../../core/domain/errors.ts';
import type { FollowUp } from '../../../core/ports/follow-ups.ts';
import type { Runtime } from '../../../core/ports/runtime.ts';
import { queuedSync } from '../../../core/repositories/queued-sync.ts';
import { takeBackSync } from '../../../core/triggers/take-back-sync.ts';
import { repositoryRecord } from '../../support/records.ts';

const ann = 'ann' as UserId;
const jobId = 'sync-queued' as JobId;
const repository = repositoryRecord({ owner: ann, lock: { job_id: 'sync-1' as JobId, fence: 1 } });
const waiting = (parts: Partial<FollowUp> = {}): FollowUp => ({
  repositoryId: repository.repository_id,
  registered: repository.created_at,
  version: 1,
  branches: ['main'],
  requestedBy: 'ann',
  trigger: 'api',
  queued: { by: ann, jobId, fullReindex: true, smart: false },
  ...parts,
});

const depsOf = (
  follow: FollowUp | null,
  outcomes: ('taken-back' | 'changed')[] = [],
  record: RepositoryRecord = repository,
) =>
  ({
    repositories: { get: async () => record },
    followUps: { get: async () => follow, takeBack: async () => outcomes.shift() ?? 'changed' },
    logger: { info: () => undefined },
  }) as unknown as Runtime;
const takeBack = (deps: Runtime) => takeBackSync(deps)(repository.repository_id, ann);

describe('what waits behind a running sync', () => {
  it('is tried again when more was asked for meanwhile, and a busy store in the end', async () => {
    expect(await takeBack(depsOf(waiting(), ['changed', 'taken-back']))).toEqual({ kind: 'taken-back' });
    await expect(takeBack(depsOf(waiting()))).rejects.toThrow(StoreBusyError);
  });

  it('is nothing that a user can take back where a push alone asked, or an earlier repository of the id', async () => {
    for (const follow of [null, waiting({ queued: null }), waiting({ registered: '2020-01-01T00:00:00.000Z' })])
      expect(await takeBack(depsOf(follow, ['taken-back']))).toEqual({ kind: 'not-queued' });
  });

  it('is shown while a job runs: also what was kept before it was known for which repository, and not without a job', async () => {
    const old = waiting({ registered: null, queued: null, requestedBy: 'github', branches: [] });
    const shown = { job_id: null, branches: [], full_reindex: false, requested_by: 'github' };
    expect(await queuedSync(depsOf(old))(repository)).toEqual(shown);
    expect(await queuedSync(depsOf(waiting()))(repository)).toMatchObject({ job_id: jobId, full_reindex: true });
    expect(await queuedSync(depsOf(waiting()))(repositoryRecord({}))).toBeNull();
    expect(await queuedSync(depsOf(null))(repository)).toBeNull();
  });
});
