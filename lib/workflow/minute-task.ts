import { Duration } from 'aws-cdk-lib';
import { Rule, type RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { AppFunction, timeouts } from '../app-function.ts';
import { deadLetterQueue } from '../dead-letter-queue.ts';
import type { Storage } from '../storage.ts';
import type { Workflow } from './workflow.ts';

export interface MinuteTaskProps {
  readonly name: 'dispatch-due' | 'reconcile-syncs';
  readonly storage: Storage;
  readonly workflow: Workflow;
  /** Beside tables and workflow. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A function over the tables and the workflow that EventBridge calls each minute. What it cannot do goes to its own dead letters. */
export class MinuteTask extends Construct {
  readonly task: AppFunction;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { name, storage, workflow, environment }: MinuteTaskProps) {
    super(scope, id);
    this.task = new AppFunction(this, {
      name,
      environment: { ...storage.tableNames, ...workflow.environment, ...environment },
      memoryMiB: 512,
      timeout: timeouts.shortTask,
    });
    this.deadLetters = deadLetterQueue(this);
    // A tick that was missed is not made up for: the next one finds the same and more.
    this.task.lambda.configureAsyncInvoke({ ...once, onFailure: new SqsDestination(this.deadLetters) });
    new Rule(this, 'each-minute', { schedule: Schedule.rate(Duration.minutes(1)), targets: [this.target()] });
  }

  /** For a rule that calls the function at another time too; with the rule's own event, or with this one. */
  protected target(event?: RuleTargetInput): LambdaFunction {
    return new LambdaFunction(this.task.lambda, {
      ...once,
      ...(event === undefined ? {} : { event }),
      deadLetterQueue: this.deadLetters,
    });
  }
}

const once = { retryAttempts: 0, maxEventAge: Duration.minutes(1) } as const;
