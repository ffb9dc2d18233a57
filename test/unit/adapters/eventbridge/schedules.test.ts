import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEventBridgeSchedules } from '../../../../adapters/eventbridge/schedules.ts';
import { cronSchedules } from '../../../../adapters/system/cron-schedules.ts';
import { RepositoryId } from '../../../../core/contract/ids.ts';
import { ScheduledSync } from '../../../../core/contract/scheduled-sync.ts';
import type { Schedules } from '../../../../core/ports/schedules.ts';
import {
  answerJsonError,
  type HttpStub,
  openHttpStub,
  type StubHandler,
  stubClientOptions,
} from '../../../support/aws-http-stub.ts';

const repository = RepositoryId.parse('repo-1');
const target = {
  functionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:scheduled-sync',
  roleArn: 'arn:aws:iam::123456789012:role/scheduler',
  deadLettersArn: 'arn:aws:sqs:eu-central-1:123456789012:dead-letters',
};

/** EventBridge Scheduler, as far as its service model tells: names are taken once, and nothing is changed or removed that is not there. */
const scheduler = (): { readonly handler: StubHandler; readonly schedules: Map<string, Record<string, unknown>> } => {
  const schedules = new Map<string, Record<string, unknown>>();
  const handler: StubHandler = ({ method, path, query, body }, response) => {
    const name = path.replace('/schedules/', '');
    const json = body.length === 0 ? {} : JSON.parse(body.toString());
    expect(query.get('groupName') ?? json.GroupName).toBe('syncs');
    const found = schedules.get(name);
    if (method === 'POST' && found !== undefined) return answerJsonError(response, 409, 'ConflictException');
    if (method !== 'POST' && found === undefined) return answerJsonError(response, 404, 'ResourceNotFoundException');
    if (method === 'DELETE') schedules.delete(name);
    else if (method !== 'GET') schedules.set(name, { ...json, ClientToken: undefined });
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify(method === 'GET' ? found : { ScheduleArn: `arn:aws:scheduler:::schedule/syncs/${name}` }),
    );
  };
  return { handler, schedules };
};

let stub: HttpStub;
let service: ReturnType<typeof scheduler>;
const schedulesWith = (of: typeof target | null): Schedules =>
  createEventBridgeSchedules({
    client: new SchedulerClient(stubClientOptions(stub)),
    group: 'syncs',
    target: of,
    rules: cronSchedules,
    clock: { now: () => new Date('2026-03-01T10:00:00Z') },
  });
beforeEach(async () => {
  stub = await openHttpStub();
  service = scheduler();
  stub.handler = service.handler;
});
afterEach(() => stub[Symbol.asyncDispose]());

const stored = () => {
  const schedule = service.schedules.get(repository) as { Target: { Input: string } };
  return { ...schedule, input: ScheduledSync.parse(JSON.parse(schedule.Target.Input)) };
};

describe('setting a schedule', () => {
  it('makes one under the repository’s id, in UTC, with a window, a dead-letter queue and an hour’s patience', async () => {
    await schedulesWith(target).set(repository, '30 3 * * MON-FRI');
    expect(stored()).toMatchObject({
      GroupName: 'syncs',
      ScheduleExpression: 'cron(30 3 ? * 2-6 *)',
      ScheduleExpressionTimezone: 'UTC',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 },
      Target: {
        Arn: target.functionArn,
        RoleArn: target.roleArn,
        DeadLetterConfig: { Arn: target.deadLettersArn },
        RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 10 },
      },
      input: { repository_id: repository, schedule: '30 3 * * MON-FRI', set_at: '2026-03-01T10:00:00.000Z' },
    });
  });

  it('changes the one that is there', async () => {
    const schedules = schedulesWith(target);
    await schedules.set(repository, '30 3 * * *');
    await schedules.set(repository, '* * * * *');
    expect(service.schedules.size).toBe(1);
    expect(stored()).toMatchObject({
      ScheduleExpression: 'cron(* * * * ? *)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      input: { schedule: '* * * * *' },
    });
  });

  it('fails where Scheduler fails, and for what cannot be a schedule', async () => {
    const schedules = schedulesWith(target);
    await expect(schedules.set(repository, '0 0 13 * 5')).rejects.toThrow(RangeError);
    stub.handler = (_, response) => answerJsonError(response, 402, 'ServiceQuotaExceededException');
    await expect(schedules.set(repository, '0 3 * * *')).rejects.toMatchObject({
      name: 'ServiceQuotaExceededException',
    });
    await expect(schedules.set(repository, null)).rejects.toMatchObject({ name: 'ServiceQuotaExceededException' });
  });
});

describe('the function that schedules call, which has no target to give', () => {
  it('changes a schedule and leaves it its target', async () => {
    await schedulesWith(target).set(repository, '30 3 * * *');
    await schedulesWith(null).set(repository, '45 4 * * *');
    expect(stored()).toMatchObject({
      ScheduleExpression: 'cron(45 4 * * ? *)',
      Target: { Arn: target.functionArn, RoleArn: target.roleArn, DeadLetterConfig: { Arn: target.deadLettersArn } },
      input: { schedule: '45 4 * * *' },
    });
  });

  it('makes none', async () => {
    await schedulesWith(null).set(repository, '45 4 * * *');
    expect(service.schedules.size).toBe(0);
  });
});

it('removes a schedule, and does not mind when there is none', async () => {
  const schedules = schedulesWith(target);
  await schedules.set(repository, '30 3 * * *');
  await schedules.set(repository, null);
  await schedules.set(repository, null);
  expect(service.schedules.size).toBe(0);
});

it('knows a schedule as one machine knows it', () => {
  const schedules = schedulesWith(target);
  expect(schedules.refuse('0 0 13 * 5')).toBe(cronSchedules.refuse('0 0 13 * 5'));
  expect(schedules.next('0 3 * * *', new Date(0))).toEqual(new Date('1970-01-01T03:00:00Z'));
});

it('calls a throttled service busy, and does not repeat what it says', async () => {
  stub.handler = (_, response) => answerJsonError(response, 429, 'ThrottlingException');
  const busy = { name: 'StoreBusyError', message: 'the store answers ThrottlingException' };
  await expect(schedulesWith(target).set(repository, '30 3 * * *')).rejects.toMatchObject(busy);
  await expect(schedulesWith(target).set(repository, null)).rejects.toMatchObject(busy);
});
