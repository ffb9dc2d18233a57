import { Duration } from 'aws-cdk-lib';
import { EventField, Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { Construct } from 'constructs';
import { AppFunction, timeouts } from '../app-function.ts';
import { deadLetterQueue } from '../dead-letter-queue.ts';
import type { Storage } from '../storage.ts';
import type { Workflow } from './workflow.ts';

/**
 * Heals what no execution looks after: each minute, every unfinished job is compared with its execution. An execution that
 * ends badly has its own job looked at at once; nothing relies on that event, which may be late or lost.
 */
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
      syncJobs: ['GetItem', 'Query', 'UpdateItem', 'PutItem', 'DeleteItem'],
      jobIndexes: ['unfinished'],
    });
    workflow.grantExecutions(reconcile, 'Start', 'Describe');

    const deadLetters = deadLetterQueue(this);
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
    new Rule(this, 'execution-ended', {
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        // The children of a Distributed Map have another state machine's ARN: `…/<label>`.
        detail: {
          stateMachineArn: [workflow.stateMachine.stateMachineArn],
          status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
        },
      },
      targets: [
        new LambdaFunction(reconcile.lambda, {
          event: RuleTargetInput.fromObject({ execution: EventField.fromPath('$.detail.name') }),
          deadLetterQueue: deadLetters,
          retryAttempts: 0,
          maxEventAge: Duration.minutes(1),
        }),
      ],
    });
  }
}
