import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  type SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { Workflow } from '../../core/ports/workflow.ts';
import { beforeRetries, elseStoreBusy } from '../aws-sdk/store-busy.ts';

/** The most that StopExecution takes as a cause, in characters. */
const maxCause = 32_768;

/**
 * Executions of one Standard state machine. Step Functions answers a second start with the same input, while the first
 * still runs, as if it had started: such a call says `started` too, and nothing has changed. Throws StoreBusyError where the
 * service wants less, or is out of reach, after the SDK's own retries.
 */
export const createStepFunctionsWorkflow = (deps: {
  readonly client: SFNClient;
  /** With an alias or without; its executions' names are the same. */
  readonly stateMachineArn: string;
}): Workflow => {
  const { client, stateMachineArn } = deps;
  client.middlewareStack.add((next) => (input) => elseStoreBusy(() => next(input)), beforeRetries);
  const [arn, partition, service, region, account, , machine] = stateMachineArn.split(':');
  const executionArn = (name: string): string =>
    [arn, partition, service, region, account, 'execution', machine, name].join(':');
  return {
    async start(name, input) {
      try {
        await client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
        return 'started';
      } catch (error) {
        if (error instanceof ExecutionAlreadyExists) return 'exists';
        throw error;
      }
    },

    async stop(name, cause) {
      try {
        await client.send(
          new StopExecutionCommand({ executionArn: executionArn(name), cause: cause.slice(0, maxCause) }),
        );
      } catch (error) {
        if (!(error instanceof ExecutionDoesNotExist)) throw error;
      }
    },

    async describe(name) {
      try {
        const { status } = await client.send(new DescribeExecutionCommand({ executionArn: executionArn(name) }));
        return status === 'RUNNING' || status === 'PENDING_REDRIVE' ? 'running' : 'ended';
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) return 'absent';
        throw error;
      }
    },
  };
};
