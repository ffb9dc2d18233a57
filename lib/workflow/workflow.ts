import { readFileSync } from 'node:fs';
import { ArnFormat, CfnDeletionPolicy, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  type CfnStateMachine,
  CfnStateMachineAlias,
  CfnStateMachineVersion,
  DefinitionBody,
  LogLevel,
  StateMachine,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { acknowledgeWildcard } from '../acknowledge-wildcard.ts';
import type { AppFunction } from '../app-function.ts';
import type { Storage } from '../storage.ts';
import { type WorkflowProps, workflowFunctions } from './workflow-functions.ts';

const definition = readFileSync(new URL('../../core/workflow/sync.asl.json', import.meta.url), 'utf8');

/**
 * The state machine of core/workflow/sync.asl.json, and the functions that it calls. An execution keeps the definition that it
 * began with, and the definition names versions of the functions: so a job ends on the code that it began with, whatever is
 * deployed meanwhile. An alias of each function would not do: it moves under the jobs that run.
 */
export class Workflow extends Construct {
  readonly stateMachine: StateMachine;
  /** Of every function that starts executions, or asks about them: the alias. */
  readonly environment: { readonly STATE_MACHINE_ARN: string };

  constructor(scope: Construct, props: WorkflowProps) {
    super(scope, 'workflow');
    const functions = Object.entries(workflowFunctions(this, props));
    this.stateMachine = new StateMachine(this, 'sync', {
      definitionBody: DefinitionBody.fromString(definition),
      definitionSubstitutions: {
        Bucket: props.storage.bucket.bucketName,
        ...Object.fromEntries(
          functions.map(([substitution, { lambda }]) => [substitution, lambda.currentVersion.functionArn]),
        ),
      },
      tracingEnabled: true,
      logs: {
        // Every event's name and time without its data, which names customers' repositories.
        level: LogLevel.ALL,
        includeExecutionData: false,
        destination: new LogGroup(this, 'logs', {
          // The prefix keeps the account's log resource policy under its size limit (Step Functions guide, "CloudWatch Logs").
          logGroupName: `/aws/vendedlogs/states/${Stack.of(this).stackName}-sync`,
          retention: RetentionDays.ONE_MONTH,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      },
    });
    this.stateMachine.addToRolePolicy(
      new PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        // Every version: one that is no longer the newest still has jobs to end.
        resources: functions.map(([, { lambda }]) => versionsOf(lambda)),
      }),
    );
    for (const [, { lambda }] of functions)
      acknowledgeWildcard(this.stateMachine, versionsOf(lambda), 'Versions of this one function, old ones included.');
    this.environment = { STATE_MACHINE_ARN: this.#alias() };
    this.#grantDistributedMap(props.storage);
    acknowledgeWildcard(
      this.stateMachine,
      '*',
      'X-Ray’s and CloudWatch Logs’ delivery actions know no resource (Step Functions guide, "CloudWatch Logs").',
    );
  }

  /** Lets a function act on executions: to start one is the state machine's matter, the rest is each execution's. */
  grantExecutions({ lambda }: AppFunction, ...actions: readonly ('Start' | 'Describe' | 'Stop')[]): void {
    const onOne = actions.filter((action) => action !== 'Start').map((action) => `states:${action}Execution`);
    if (actions.includes('Start')) this.stateMachine.grantStartExecution(lambda);
    if (onOne.length === 0) return;
    const executions = this.#executionArn(':*');
    lambda.addToRolePolicy(new PolicyStatement({ actions: onOne, resources: [executions] }));
    acknowledgeWildcard(lambda, executions, 'Executions of this one state machine, each named by its job.');
  }

  /** What executions are started by. To go back is to point it at the version before, without a deployment. */
  #alias(): string {
    const { stateMachineArn, node } = this.stateMachine;
    const version = new CfnStateMachineVersion(this, 'version', {
      stateMachineArn,
      // Another revision makes another version.
      stateMachineRevisionId: (node.defaultChild as CfnStateMachine).attrStateMachineRevisionId,
    });
    version.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
    Validations.of(version).acknowledge({
      id: 'CloudFormation-Validate::W3011',
      reason: 'Kept when the next version replaces it, for going back; gone with its state machine.',
    });
    const routingConfiguration = [{ stateMachineVersionArn: version.ref, weight: 100 }];
    return new CfnStateMachineAlias(this, 'live', { name: 'live', routingConfiguration }).ref;
  }

  /**
   * A Distributed Map runs its children as executions of the state machine itself, and reads its items and writes its
   * results itself. In a policy of its own: with the role's default policy the state machine would wait for itself.
   */
  #grantDistributedMap({ bucket }: Storage): void {
    const children = this.#executionArn('/*');
    const items = bucket.arnForObjects('repositories/*/jobs/*/items.jsonl');
    const results = bucket.arnForObjects('repositories/*/jobs/*/items.jsonl.map/*');
    const policy = new Policy(this, 'map', {
      roles: [this.stateMachine.role],
      statements: [
        new PolicyStatement({ actions: ['states:StartExecution'], resources: [this.stateMachine.stateMachineArn] }),
        new PolicyStatement({ actions: ['states:DescribeExecution', 'states:StopExecution'], resources: [children] }),
        new PolicyStatement({ actions: ['s3:GetObject'], resources: [items, results] }),
        new PolicyStatement({
          actions: ['s3:PutObject', 's3:ListMultipartUploadParts', 's3:AbortMultipartUpload'],
          resources: [results],
        }),
      ],
    });
    acknowledgeWildcard(policy, children, 'Children of this one state machine’s Map Runs: Step Functions names them.');
    for (const objects of [items, results])
      acknowledgeWildcard(
        policy,
        objects,
        'Of any job of any repository, which are not known here; nothing else of them.',
      );
  }

  /** `suffix`: `:<name>` for an execution, `/<Map Run's label>:<name>` for a Map Run's child. */
  #executionArn(suffix: string): string {
    const { stateMachineName } = this.stateMachine;
    return Stack.of(this).formatArn({
      service: 'states',
      resource: 'execution',
      resourceName: `${stateMachineName}${suffix}`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }
}

const versionsOf = (lambda: LambdaFunction): string => `${lambda.functionArn}:*`;
