import {
  ConflictException,
  CreateScheduleCommand,
  DeleteScheduleCommand,
  type FlexibleTimeWindow,
  GetScheduleCommand,
  ResourceNotFoundException,
  type SchedulerClient,
  type Target,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import type { RepositoryId } from '../../core/contract/ids.ts';
import type { ScheduledSync } from '../../core/contract/scheduled-sync.ts';
import { readSchedule } from '../../core/domain/schedule-expression.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Schedules } from '../../core/ports/schedules.ts';
import { beforeRetries, elseStoreBusy } from '../aws-sdk/store-busy.ts';

/** What a schedule of EventBridge Scheduler calls, as whom, and where what could not be called goes. ARNs. */
export interface ScheduleTarget {
  readonly functionArn: string;
  readonly roleArn: string;
  readonly deadLettersArn: string;
}

/** Scheduler tries for 24 hours without; a start that comes this late would only meet the next one. */
const LONGEST_DELAY_SECONDS = 3600;
/** With Scheduler's backoff, a function that is throttled is asked often enough within the hour. */
const RETRIES = 10;

/**
 * One schedule a repository, under its id in one group. Without a target (the function that is called: it cannot know
 * its own ARN from its environment) an existing schedule keeps the one that it has, and none is made. Throws StoreBusyError
 * where the service wants less, or is out of reach, after the SDK's own retries.
 */
export const createEventBridgeSchedules = (deps: {
  readonly client: SchedulerClient;
  readonly group: string;
  readonly target: ScheduleTarget | null;
  /** What an expression means. */
  readonly rules: Pick<Schedules, 'refuse' | 'next'>;
  readonly clock: Pick<Clock, 'now'>;
}): Schedules => {
  const { client, group, rules } = deps;
  client.middlewareStack.add((next) => (input) => elseStoreBusy(() => next(input)), beforeRetries);
  const named = (repository: RepositoryId) => ({ Name: repository, GroupName: group });

  const targetOf = async (repository: RepositoryId): Promise<Target | null> => {
    if (deps.target !== null)
      return {
        Arn: deps.target.functionArn,
        RoleArn: deps.target.roleArn,
        DeadLetterConfig: { Arn: deps.target.deadLettersArn },
        RetryPolicy: { MaximumEventAgeInSeconds: LONGEST_DELAY_SECONDS, MaximumRetryAttempts: RETRIES },
      };
    return unlessMissing(async () => (await client.send(new GetScheduleCommand(named(repository)))).Target ?? null);
  };

  const put = async (repository: RepositoryId, expression: string): Promise<void> => {
    const reading = readSchedule(expression);
    if (reading.kind === 'refused') throw new RangeError(`schedule ${reading.reason}`);
    const target = await targetOf(repository);
    if (target === null) return;
    const input: ScheduledSync = {
      repository_id: repository,
      schedule: expression,
      set_at: deps.clock.now().toISOString(),
    };
    const schedule = {
      ...named(repository),
      ScheduleExpression: reading.cron,
      ScheduleExpressionTimezone: 'UTC',
      FlexibleTimeWindow: windowOf(reading.windowMinutes),
      Target: { ...target, Input: JSON.stringify(input) },
    };
    // Most schedules are new ones; a second creation under a name changes nothing and says so.
    if (deps.target !== null && (await created(client, schedule))) return;
    await client.send(new UpdateScheduleCommand(schedule));
  };

  return {
    refuse: rules.refuse,
    next: rules.next,
    async set(repository, expression) {
      if (expression !== null) return put(repository, expression);
      await unlessMissing(() => client.send(new DeleteScheduleCommand(named(repository))));
    },
  };
};

const created = async (
  client: SchedulerClient,
  schedule: ConstructorParameters<typeof CreateScheduleCommand>[0],
): Promise<boolean> => {
  try {
    await client.send(new CreateScheduleCommand(schedule));
    return true;
  } catch (error) {
    if (error instanceof ConflictException) return false;
    throw error;
  }
};

const unlessMissing = async <T>(act: () => Promise<T>): Promise<T | null> => {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return null;
    throw error;
  }
};

const windowOf = (minutes: number): FlexibleTimeWindow =>
  minutes === 0 ? { Mode: 'OFF' } : { Mode: 'FLEXIBLE', MaximumWindowInMinutes: minutes };
