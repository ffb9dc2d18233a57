import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import type { Storage } from '../storage.ts';
import { MinuteTask } from './minute-task.ts';
import type { Workflow } from './workflow.ts';

/**
 * Heals what no execution looks after: each minute, every unfinished job is compared with its execution. An execution that
 * ends badly has its own job looked at at once; nothing relies on that event, which may be late or lost.
 */
export class Reconciler extends MinuteTask {
  constructor(scope: Construct, { storage, workflow }: { readonly storage: Storage; readonly workflow: Workflow }) {
    super(scope, 'reconciler', { name: 'reconcile-syncs', storage, workflow });
    storage.grant(this.task, {
      repositories: ['GetItem', 'UpdateItem'],
      syncJobs: ['GetItem', 'Query', 'UpdateItem', 'PutItem', 'DeleteItem'],
      jobIndexes: ['unfinished'],
    });
    workflow.grantExecutions(this.task, 'Start', 'Describe');
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
      targets: [this.target(RuleTargetInput.fromObject({ execution: EventField.fromPath('$.detail.name') }))],
    });
  }
}
