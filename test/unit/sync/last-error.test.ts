import { describe, expect, it } from 'vitest';
import { retryOf } from '../../../cli/progress-bar.ts';
import type { LastErrorRecord } from '../../../core/contract/records.ts';
import { SourceNotFoundError, StoreBusyError, SyncSupersededError } from '../../../core/domain/errors.ts';
import { failureOf } from '../../../core/domain/failure-of.ts';
import { jobAnswer } from '../../../core/sync/job-answer.ts';
import { lastErrorAfter } from '../../../core/sync/last-error.ts';
import { aJob, aRepositoryId } from '../../support/sync-records.ts';

const at = new Date('2026-01-02T00:00:00.000Z');
const waits = { SourceUnavailableError: [4, 8], StoreBusyError: [2] };
const refused = failureOf('connection_refused', 'https://h/r');
const failed = (error: unknown, before: LastErrorRecord | null = null, attempt = 1) =>
  lastErrorAfter(error, { jobId: 'job-1', phase: 'pull', attempt, before, waits, at });

const first: LastErrorRecord = {
  code: 'SourceUnavailableError',
  reason: 'connection_refused',
  message: refused.message,
  at: at.toISOString(),
  try: 1,
  tries: 3,
  next_try_by: '2026-01-02T00:00:04.000Z',
  phase: 'pull',
  attempt: 1,
};

describe('a try that failed', () => {
  it('is told with its failure, which of how many it was, and the bound of the next one', () => {
    expect(failed(refused)).toEqual(first);
  });

  it('is counted on from the one before', () => {
    expect(failed(refused, first)).toEqual({ ...first, try: 2, next_try_by: '2026-01-02T00:00:08.000Z' });
  });

  it.each([
    ['of another class', failed(new StoreBusyError('busy'), first)],
    ['of another execution', failed(refused, first, 2)],
    ['of another phase', failed(refused, { ...first, phase: 'stage' })],
  ])('is the first when the one before was %s', (_what, told) => {
    expect(told?.try).toBe(1);
  });

  it.each([
    ['the last one', failed(refused, { ...first, try: 2 })],
    ['of a class that is not tried again', failed(new SourceNotFoundError('gone'))],
    ['a loss of the job', failed(new SyncSupersededError('lost'))],
    ['a fault that is not our own', failed(new Error('arn:aws:x'))],
    ['no error', failed('constructor')],
  ])('is not told when it is %s: the job fails', (_what, told) => {
    expect(told).toBeNull();
  });
});

describe('a job', () => {
  const job = { ...aJob(aRepositoryId(), { status: 'running', phase: 'pull' }), fence: 1 };
  const told = (last_error: LastErrorRecord | null | undefined, now: Date, parts = {}) =>
    jobAnswer({ job: { ...job, ...(last_error === undefined ? {} : { last_error }), ...parts }, inFlight: [] }, now)
      .last_error;
  const { phase: _phase, attempt: _attempt, ...shown } = first;

  it('tells its last error, without what is only for counting', () => {
    expect(told(first, at)).toEqual(shown);
  });

  it('says of a try that is due by now that it is under way', () => {
    expect(told(first, new Date('2026-01-02T00:00:04.000Z'))).toEqual({ ...shown, next_try_by: null });
  });

  it('has none when there was none, and when it has ended', () => {
    expect(told(undefined, at)).toBeNull();
    expect(told(null, at)).toBeNull();
    expect(told(first, at, { status: 'failed' })).toBeNull();
  });

  it('is followed in the command’s line: why, which try, and when the next one is due', () => {
    expect(retryOf({ last_error: null }, at)).toBeNull();
    expect(retryOf({ last_error: shown }, at)).toBe('try 1 of 3 failed: connection refused; next within 4 s');
    expect(retryOf({ last_error: { ...shown, next_try_by: null } }, at)).toBe(
      'try 1 of 3 failed: connection refused; trying again',
    );
  });
});
