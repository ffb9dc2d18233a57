import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledgeWildcard } from '../acknowledge-wildcard.ts';
import { AppFunction, timeouts } from '../app-function.ts';
import { deadLetterQueue } from '../dead-letter-queue.ts';
import type { Storage } from '../storage.ts';
import type { Workflow } from './workflow.ts';

export interface SchedulesProps {
  readonly storage: Storage;
  readonly workflow: Workflow;
  /** Tokens that an owner's repositories may have embedded in a day. */
  readonly tokensPerDay: number;
  /** scheduled-sync functions that run at once; the account's own limit without. */
  readonly reservedConcurrency?: number | undefined;
}

type ScheduleAction = 'CreateSchedule' | 'UpdateSchedule' | 'GetSchedule' | 'DeleteSchedule';

/**
 * Scheduled syncs: one schedule a repository, made by the API's functions in the stack's group, and the function that all
 * of them call. The group takes its schedules with it when the stack goes.
 */
export class Schedules extends Construct {
  /** Of functions that remove schedules. */
  readonly environment: { readonly SCHEDULE_GROUP: string };
  /** Of functions that make schedules. */
  readonly targetEnvironment: {
    readonly SCHEDULE_GROUP: string;
    readonly SCHEDULE_TARGET_ARN: string;
    readonly SCHEDULE_ROLE_ARN: string;
    readonly SCHEDULE_DEAD_LETTERS_ARN: string;
  };
  readonly #role: Role;

  constructor(scope: Construct, { storage, workflow, tokensPerDay, reservedConcurrency }: SchedulesProps) {
    super(scope, 'schedules');
    const group = new CfnScheduleGroup(this, 'group', { name: `${Stack.of(this).stackName}-syncs` });
    group.applyRemovalPolicy(RemovalPolicy.DESTROY);
    this.environment = { SCHEDULE_GROUP: group.ref };

    const sync = new AppFunction(this, {
      name: 'scheduled-sync',
      environment: {
        ...storage.tableNames,
        ...this.environment,
        ...workflow.environment,
        QUOTA_TOKENS_PER_DAY: String(tokensPerDay),
      },
      memoryMiB: 512,
      timeout: timeouts.shortTask,
      reservedConcurrency,
    });
    // As start-sync without force: the lock, the job and the owner's quota; and at a busy repository the sync that waits.
    storage.grant(sync, {
      repositories: ['GetItem', 'UpdateItem'],
      syncJobs: ['GetItem', 'Query', 'PutItem', 'UpdateItem'],
    });
    workflow.grantExecutions(sync, 'Start');

    const deadLetters = deadLetterQueue(this);
    // Called asynchronously: what fails is tried again, and a repetition finds the repository busy with the first.
    sync.lambda.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: Duration.hours(1),
      onFailure: new SqsDestination(deadLetters as IQueue),
    });

    this.#role = new Role(this, 'role', {
      // Only this account's schedules may be it (Scheduler guide, "Confused deputy prevention").
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    this.#role.addToPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [sync.lambda.functionArn] }),
    );
    this.#role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn] }));
    this.targetEnvironment = {
      ...this.environment,
      SCHEDULE_TARGET_ARN: sync.lambda.functionArn,
      SCHEDULE_ROLE_ARN: this.#role.roleArn,
      SCHEDULE_DEAD_LETTERS_ARN: deadLetters.queueArn,
    };
    // It puts right or removes its own schedule where the repository's record says otherwise.
    this.grant(sync, 'GetSchedule', 'UpdateSchedule', 'DeleteSchedule');
  }

  /** Lets a function act on the group's schedules. A function that makes or changes one passes the schedules' role to it. */
  grant({ lambda }: AppFunction, ...actions: readonly ScheduleAction[]): void {
    const schedules = Stack.of(this).formatArn({
      service: 'scheduler',
      resource: 'schedule',
      resourceName: `${this.environment.SCHEDULE_GROUP}/*`,
    });
    lambda.addToRolePolicy(
      new PolicyStatement({ actions: actions.map((action) => `scheduler:${action}`), resources: [schedules] }),
    );
    acknowledgeWildcard(lambda, schedules, 'A schedule is named by its repository; nothing else is in this group.');
    if (!actions.some((action) => action === 'CreateSchedule' || action === 'UpdateSchedule')) return;
    lambda.addToRolePolicy(
      new PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [this.#role.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
      }),
    );
  }
}
