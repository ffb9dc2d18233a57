import { describe, expect, it } from 'vitest';
import { createJsonLogger } from '../../../adapters/system/json-logger.ts';
import type { FailSyncInput, JobRef } from '../../../core/contract/workflow-state.ts';
import type { JobView } from '../../../core/ports/jobs.ts';
import type { Kept } from '../../../core/ports/kept.ts';
import type { Measurements } from '../../../core/ports/metrics.ts';
import type { Runtime } from '../../../core/ports/runtime.ts';
import { failSync } from '../../../core/sync/fail-sync.ts';
import { aJob, aRepositoryId } from '../../support/sync-records.ts';

const record = { ...aJob(aRepositoryId(), { phase: 'stage', started_at: '2026-01-02T00:00:01.000Z' }), fence: 3 };
const ref: JobRef = { repository_id: record.repository_id, job_id: record.job_id, fence: 3 };

const inFlight = (batch: number, current_file: string | null) => ({
  batch,
  files_total: 9,
  files_done: 1,
  current_file,
  updated_at: '2026-01-02T00:00:04.000Z',
});

const fail = async (
  outcome: Kept,
  look: () => Promise<JobView | null>,
  error: FailSyncInput['error'] = {
    Error: 'SourceNotFoundError',
    Cause: JSON.stringify({ errorMessage: 'the source is gone' }),
  },
) => {
  const told: unknown[] = [];
  const measured: Measurements[] = [];
  const lines: Record<string, unknown>[] = [];
  const deps = {
    ends: {
      fail: async (_: JobRef, failure: unknown) => {
        told.push(failure);
        return outcome;
      },
    },
    jobs: { get: look },
    clock: { now: () => new Date('2026-01-02T00:00:05.000Z') },
    logger: createJsonLogger('info', (line) => lines.push(JSON.parse(line))),
    metrics: { emit: (values: Measurements) => measured.push(values) },
  } as unknown as Runtime;
  await failSync(deps)({ job: ref, error });
  return { measured, lines, told };
};

describe('a failure', () => {
  it('of a plan, and one by the caller’s own limit, is logged and not counted among syncs', async () => {
    const plan = { ...record, options: { ...record.options, dry_run: true } };
    const planned = await fail('kept', async () => ({ job: plan, inFlight: [] }));
    const limited = await fail('kept', async () => ({ job: record, inFlight: [] }), {
      Error: 'OverLimitError',
      Cause: JSON.stringify({ errorMessage: '[over_limit] 5 files would be read' }),
    });
    expect([planned.measured, limited.measured]).toEqual([[], []]);
    expect(planned.lines).toMatchObject([{ message: 'sync failed', level: 'error' }]);
    expect(limited.lines).toMatchObject([{ message: 'sync refused by its limit', level: 'info' }]);
    expect(limited.told).toMatchObject([{ code: 'OverLimitError', reason: 'over_limit' }]);
  });

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

describe('what a job tells of its failure', () => {
  const look = async () => null;
  const lambda = (errorType: string, errorMessage: string) => ({
    Error: errorType,
    Cause: JSON.stringify({ errorType, errorMessage, trace: ['at /var/task/index.mjs:1:2'] }),
  });
  const under = `its operator finds the cause in the log, under ${ref.job_id}`;

  it('is what an error of our own says', async () => {
    const { told } = await fail('kept', look, lambda('SourceRefusedError', 'give an https:// address'));
    expect(told).toEqual([{ code: 'SourceRefusedError', message: 'give an https:// address' }]);
  });

  it('has the reason that the step put before its message', async () => {
    const { told, lines } = await fail(
      'kept',
      look,
      lambda('SourceUnavailableError', '[no_answer] https://h/r: silent'),
    );
    const failure = { code: 'SourceUnavailableError', reason: 'no_answer' };
    expect(told).toEqual([{ ...failure, message: 'https://h/r: silent' }]);
    expect(lines).toMatchObject([{ ...failure, cause: 'https://h/r: silent' }]);
  });

  it.each([
    lambda('AccessDeniedException', 'User: arn:aws:sts::123456789012:assumed-role/pull/pull may not'),
    lambda('NoSuchBucket', 'The specified bucket repositorysync-objects-1x2y does not exist'),
    lambda('Error', "ENOENT: no such file or directory, open '/var/task/x.wasm'"),
    { Error: 'Lambda.AWSLambdaException', Cause: 'arn:aws:lambda:eu-central-1:123456789012:function:pull is gone' },
    { Error: 'toString' },
  ])('is general for what another says: $Error', async (error) => {
    const { told, lines } = await fail('kept', look, error);
    expect(told).toEqual([{ code: error.Error, message: `a fault in the service, or in what it runs on: ${under}` }]);
    const [line] = lines;
    expect(line).toMatchObject({ level: 'error', ...ref, code: error.Error });
    expect(String(line?.cause)).not.toContain('a fault in the service');
  });

  it('says of a timeout that it was one', async () => {
    const { told } = await fail('kept', look, { Error: 'States.Timeout', Cause: 'arn:aws:states:::x' });
    expect(told).toEqual([{ code: 'States.Timeout', message: `it took longer than a sync may: ${under}` }]);
  });

  it.each([
    [{ ...record, current_file: 'src/a.ts' }, [], 'src/a.ts'],
    [record, [inFlight(1, 'src/b.ts'), inFlight(2, null), inFlight(3, 'src/c.ts')], 'src/b.ts, src/c.ts'],
  ])('names the files that were last worked on when a sandbox was lost', async (job, batches, files) => {
    const { told, lines } = await fail('kept', async () => ({ job, inFlight: batches }), {
      Error: 'Sandbox.Timedout',
      Cause: '{"errorMessage":"RequestId: 1-2 Error: Task timed out after 900.00 seconds"}',
    });
    const message = `a step computed for longer than it may: ${under}; last known to have worked on ${files}`;
    expect(told).toEqual([{ code: 'Sandbox.Timedout', message }]);
    expect(lines).toMatchObject([{ message: 'sync failed', files: files.split(', ') }]);
  });

  it('names none where none is known, or the look fails', async () => {
    const message = `a step ended its worker each time: ${under}`;
    for (const look of [async () => ({ job: record, inFlight: [] }), () => Promise.reject(new Error('busy'))]) {
      const { told } = await fail('kept', look, {
        Error: 'Runtime.ExitError',
        Cause: '{"errorMessage":"Runtime exited"}',
      });
      expect(told).toEqual([{ code: 'Runtime.ExitError', message }]);
    }
  });

  it('has a code of its own where there is none that could be told', async () => {
    const { told } = await fail('kept', look, { Error: 'arn:aws:x', Cause: 'x' });
    expect(told).toMatchObject([{ code: 'Error' }]);
  });
});
