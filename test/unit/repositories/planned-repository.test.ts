import { expect, it } from 'vitest';
import { systemClock } from '../../../adapters/system/clock.ts';
import { cronSchedules } from '../../../adapters/system/cron-schedules.ts';
import type { JobId } from '../../../core/contract/ids.ts';
import { repositoryAnswer } from '../../../core/repositories/repository-answer.ts';
import { pointerFor, repositoryRecord } from '../../support/records.ts';

const answer = repositoryAnswer({ clock: systemClock, scheduleTimes: cronSchedules });
const lock = { job_id: 'sync-1' as JobId, fence: 3 };
const seen = { commit: 'f'.repeat(40), seen_at: '2026-01-02T00:00:00.000Z', deleted_at: null };
const behind = repositoryRecord({
  head_branch: 'main',
  branches: { main: pointerFor('m') },
  sightings: { main: seen },
});

it('a sync that runs is about to bring a repository up to its source; a plan is not, and it stays stale', () => {
  expect(answer(behind, 'owner', null)).toMatchObject({ health: 'stale', status: 'idle' });
  expect(answer({ ...behind, lock }, 'owner', null)).toMatchObject({ health: 'ok', status: 'syncing' });
  const planned = answer({ ...behind, lock: { ...lock, dry_run: true } }, 'owner', null);
  expect(planned).toMatchObject({ health: 'stale', status: 'syncing', active_job_id: 'sync-1' });
});
