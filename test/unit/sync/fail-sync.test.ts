import { describe, expect, it } from 'vitest';
import { createJsonLogger } from '../../../adapters/system/json-logger.ts';
import type { JobRef } from '../../../core/contract/workflow-state.ts';
import type { Measurements } from '../../../core/ports/metrics.ts';
import type { Runtime } from '../../../core/ports/runtime.ts';
import type { JobView, Kept } from '../../../core/ports/sync-store.ts';
import { failSync } from '../../../core/sync/fail-sync.ts';
import { aJob, aRepositoryId } from '../../support/sync-records.ts';

const record = { ...aJob(aRepositoryId(), { phase: 'stage', started_at: '2026-01-02T00:00:01.000Z' }), fence: 3 };
const ref: JobRef = { repository_id: record.repository_id, job_id: record.job_id, fence: 3 };

const fail = async (outcome: Kept, look: () => Promise<JobView | null>) => {
  const measured: Measurements[] = [];
  const lines: Record<string, unknown>[] = [];
  const deps = {
    sync: { fail: async () => outcome, job: look },
    clock: { now: () => new Date('2026-01-02T00:00:05.000Z') },
    logger: createJsonLogger('info', (line) => lines.push(JSON.parse(line))),
    metrics: { emit: (values: Measurements) => measured.push(values) },
  } as unknown as Runtime;
  const Cause = JSON.stringify({ errorMessage: 'the source is gone' });
  await failSync(deps)({ job: ref, error: { Error: 'SourceNotFoundError', Cause } });
  return { measured, lines };
};

describe('a failure', () => {
  it('is counted once, and logged with its cause and the job’s facts', async () => {
    const { measured, lines } = await fail('kept', async () => ({ job: record, inFlight: [] }));
    expect(measured).toEqual([{ SyncsFailed: 1 }]);
    expect(lines).toMatchObject([
      {
        level: 'error',
        message: 'sync failed',
        ...ref,
        code: 'SourceNotFoundError',
        cause: 'the source is gone',
        phase: 'stage',
        queued_seconds: 1,
        seconds: 4,
      },
    ]);
  });

  it.each([
    ['fails', () => Promise.reject(new Error('busy'))],
    ['finds nothing', async () => null],
  ])('is told all the same when the look at its job %s', async (_, look) => {
    const { measured, lines } = await fail('kept', look);
    expect(measured).toEqual([{ SyncsFailed: 1 }]);
    expect(lines).toMatchObject([{ message: 'sync failed', ...ref, code: 'SourceNotFoundError' }]);
  });

  it('of a job that somebody else has ended is not counted', async () => {
    const { measured, lines } = await fail('lost', async () => ({ job: record, inFlight: [] }));
    expect(measured).toEqual([]);
    expect(lines).toMatchObject([{ level: 'info', message: 'failure of a superseded job ignored' }]);
  });
});
