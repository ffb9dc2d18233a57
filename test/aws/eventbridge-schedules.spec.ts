import {
  CreateScheduleGroupCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { beforeAll, expect, it } from 'vitest';
import { createEventBridgeSchedules, type ScheduleTarget } from '../../adapters/eventbridge/schedules.ts';
import { cronSchedules } from '../../adapters/system/cron-schedules.ts';
import type { RepositoryId } from '../../core/contract/ids.ts';
import { onServers } from './on-servers.ts';

const client = new SchedulerClient({});
const group = 'sync-syncs';
const target: ScheduleTarget = {
  functionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:scheduled-sync',
  roleArn: 'arn:aws:iam::123456789012:role/schedules',
  deadLettersArn: 'arn:aws:sqs:eu-central-1:123456789012:dead-letters',
};
const clock = { now: () => new Date('2026-01-02T03:04:05.000Z') };
const open = (to: ScheduleTarget | null) =>
  createEventBridgeSchedules({ client, group, target: to, rules: cronSchedules, clock });
const stored = (id: string) => client.send(new GetScheduleCommand({ Name: id, GroupName: group }));
const names = async () =>
  (await client.send(new ListSchedulesCommand({ GroupName: group }))).Schedules?.map(({ Name }) => Name);

onServers('EventBridge Scheduler (moto) as schedules', () => {
  const schedules = open(target);
  beforeAll(async () => {
    await client.send(new CreateScheduleGroupCommand({ Name: group }));
  });

  it('makes a schedule of the repository’s name, which calls the function with what it is for', async () => {
    await schedules.set('repo-1' as RepositoryId, '30 2 * * *');
    const { ScheduleExpression, ScheduleExpressionTimezone, Target } = await stored('repo-1');
    expect({ ScheduleExpression, ScheduleExpressionTimezone }).toEqual({
      ScheduleExpression: 'cron(30 2 * * ? *)',
      ScheduleExpressionTimezone: 'UTC',
    });
    expect(Target).toMatchObject({
      Arn: target.functionArn,
      RoleArn: target.roleArn,
      DeadLetterConfig: { Arn: target.deadLettersArn },
    });
    expect(JSON.parse(Target?.Input ?? '')).toEqual({
      repository_id: 'repo-1',
      schedule: '30 2 * * *',
      set_at: '2026-01-02T03:04:05.000Z',
    });
  });

  it('changes it, and doing it again changes nothing', async () => {
    const id = 'repo-2' as RepositoryId;
    await schedules.set(id, '30 2 * * *');
    await schedules.set(id, '0 5 * * 1');
    const changed = await stored(id);
    expect(changed.ScheduleExpression).toMatch(/^cron\(0 5 \? \* (2|MON) \*\)$/);
    await schedules.set(id, '0 5 * * 1');
    expect((await stored(id)).ScheduleExpression).toBe(changed.ScheduleExpression);
  });

  it('keeps the target where it is told none, and makes nothing then', async () => {
    const id = 'repo-3' as RepositoryId;
    await schedules.set(id, '30 2 * * *');
    await open(null).set(id, '0 6 * * *');
    expect(await stored(id)).toMatchObject({
      ScheduleExpression: 'cron(0 6 * * ? *)',
      Target: { Arn: target.functionArn, RoleArn: target.roleArn },
    });
    await open(null).set('repo-4' as RepositoryId, '0 6 * * *');
    expect(await names()).not.toContain('repo-4');
  });

  it('removes it, and one that is not there, with no error', async () => {
    const id = 'repo-5' as RepositoryId;
    await schedules.set(id, '30 2 * * *');
    expect(await names()).toContain(id);
    await schedules.set(id, null);
    expect(await names()).not.toContain(id);
    await schedules.set(id, null);
  });
});
