import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { AppFunction, timeouts } from '../app-function.ts';
import { deadLetterQueue } from '../dead-letter-queue.ts';
import type { Storage } from '../storage.ts';
import type { Workflow } from './workflow.ts';

/**
 * Sends what is due in the outbox, and starts the syncs that pushes asked for: as soon as an event is put (the table's
 * stream), and each minute, for what is to be tried again, for redeliveries and for whatever the stream did not bring.
 */
export class Dispatcher extends Construct {
  constructor(scope: Construct, { storage, workflow }: { readonly storage: Storage; readonly workflow: Workflow }) {
    super(scope, 'dispatcher');
    const dispatch = new AppFunction(this, {
      name: 'dispatch-due',
      environment: { ...storage.tableNames, STATE_MACHINE_ARN: workflow.stateMachine.stateMachineArn },
      memoryMiB: 512,
      timeout: timeouts.shortTask,
    });
    // Deliveries: leased, recorded, and with a 410 the repository's list. Syncs after pushes: a claim, as start-sync makes it.
    storage.grant(dispatch, {
      repositories: ['GetItem', 'UpdateItem'],
      syncJobs: ['GetItem', 'Query', 'PutItem', 'UpdateItem'],
      jobIndexes: ['due'],
    });
    workflow.grantExecutions(dispatch, 'Start');

    const deadLetters = deadLetterQueue(this);
    // CDK's interfaces say `x?: T` where its classes say `T | undefined`.
    storage.onNewDelivery(dispatch, new SqsDlq(deadLetters as IQueue));
    // A tick that was missed is not made up for: the next one finds the same and more.
    dispatch.lambda.configureAsyncInvoke({
      retryAttempts: 0,
      maxEventAge: Duration.minutes(1),
      onFailure: new SqsDestination(deadLetters),
    });
    new Rule(this, 'each-minute', {
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [
        new LambdaFunction(dispatch.lambda, {
          deadLetterQueue: deadLetters,
          retryAttempts: 0,
          maxEventAge: Duration.minutes(1),
        }),
      ],
    });
  }
}
