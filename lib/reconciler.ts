import { Duration, Validations } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { AppFunction, timeouts } from './app-function.ts';
import type { Storage } from './storage.ts';
import type { Workflow } from './workflow.ts';

/** Heals what no execution looks after: each minute, every unfinished job is compared with its execution. */
export class Reconciler extends Construct {
  constructor(scope: Construct, { storage, workflow }: { readonly storage: Storage; readonly workflow: Workflow }) {
    super(scope, 'reconciler');
    const reconcile = new AppFunction(this, {
      name: 'reconcile-syncs',
      environment: { ...storage.tableNames, STATE_MACHINE_ARN: workflow.stateMachine.stateMachineArn },
      memoryMiB: 512,
      timeout: timeouts.shortTask,
    });
    storage.grant(reconcile, {
      repositories: ['GetItem', 'UpdateItem'],
      syncJobs: ['GetItem', 'Query', 'UpdateItem', 'DeleteItem'],
      jobIndexes: ['unfinished'],
    });
    workflow.grantExecutions(reconcile, 'Start', 'Describe');

    const deadLetters = new Queue(this, 'dead-letters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(deadLetters).acknowledge(
      { id: 'AwsSolutions-SQS3', reason: 'It is a dead-letter queue itself.' },
      { id: 'Serverless-SQSRedrivePolicy', reason: 'It is a dead-letter queue itself.' },
    );
    // A tick that was missed is not made up for: the next one sees the same jobs.
    reconcile.lambda.configureAsyncInvoke({
      retryAttempts: 0,
      maxEventAge: Duration.minutes(1),
      onFailure: new SqsDestination(deadLetters),
    });
    new Rule(this, 'each-minute', {
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [
        new LambdaFunction(reconcile.lambda, {
          deadLetterQueue: deadLetters,
          retryAttempts: 0,
          maxEventAge: Duration.minutes(1),
        }),
      ],
    });
  }
}
