import { SFNClient } from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStepFunctionsWorkflow } from '../../../../adapters/step-functions/workflow.ts';
import type { Workflow } from '../../../../core/ports/workflow.ts';
import { answerJsonError, type HttpStub, openHttpStub, stubClientOptions } from '../../../support/aws-http-stub.ts';

const stateMachineArn = 'arn:aws-cn:states:cn-north-1:123456789012:stateMachine:sync';
const executionArn = 'arn:aws-cn:states:cn-north-1:123456789012:execution:sync:sync-1-1';

let stub: HttpStub;
let workflow: Workflow;
beforeEach(async () => {
  stub = await openHttpStub();
  workflow = createStepFunctionsWorkflow({ client: new SFNClient(stubClientOptions(stub)), stateMachineArn });
});
afterEach(() => stub[Symbol.asyncDispose]());

const answer = (body: object) => {
  stub.handler = (_, response) => void response.end(JSON.stringify(body));
};
const refuse = (type: string, status = 400) => {
  stub.handler = (_, response) => answerJsonError(response, status, type);
};
const sent = () => {
  const request = stub.requests.at(-1);
  return { target: request?.headers['x-amz-target'], ...JSON.parse(request?.body.toString() ?? '{}') };
};

describe('with an alias', () => {
  it('starts by it, and knows the execution by the state machine’s own name', async () => {
    const alias = `${stateMachineArn}:live`;
    const live = createStepFunctionsWorkflow({
      client: new SFNClient(stubClientOptions(stub)),
      stateMachineArn: alias,
    });
    answer({ executionArn, startDate: 1 });
    await live.start('sync-1-1', {});
    expect(sent()).toMatchObject({ stateMachineArn: alias, name: 'sync-1-1' });
    answer({ stopDate: 1 });
    await live.stop('sync-1-1', 'no more');
    expect(sent()).toMatchObject({ executionArn });
  });
});

describe('starting', () => {
  it('starts an execution of the state machine under the name', async () => {
    answer({ executionArn, startDate: 1 });
    expect(await workflow.start('sync-1-1', { job_id: 'sync-1' })).toBe('started');
    expect(sent()).toEqual({
      target: 'AWSStepFunctions.StartExecution',
      stateMachineArn,
      name: 'sync-1-1',
      input: '{"job_id":"sync-1"}',
    });
  });

  it('tells that the name was used', async () => {
    refuse('ExecutionAlreadyExists');
    expect(await workflow.start('sync-1-1', {})).toBe('exists');
  });

  it('fails where Step Functions fails', async () => {
    refuse('StateMachineDoesNotExist');
    await expect(workflow.start('sync-1-1', {})).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
  });
});

describe('stopping', () => {
  it('stops the execution of the name, with as much of the cause as fits', async () => {
    answer({ stopDate: 1 });
    await workflow.stop('sync-1-1', 'c'.repeat(40_000));
    expect(sent()).toEqual({
      target: 'AWSStepFunctions.StopExecution',
      executionArn,
      cause: 'c'.repeat(32_768),
    });
  });

  it('is no error for an execution that never was', async () => {
    refuse('ExecutionDoesNotExist');
    await expect(workflow.stop('sync-1-1', 'cancelled')).resolves.toBeUndefined();
  });

  it('fails where Step Functions fails', async () => {
    refuse('InvalidArn');
    await expect(workflow.stop('sync-1-1', 'cancelled')).rejects.toMatchObject({ name: 'InvalidArn' });
  });
});

describe('describing', () => {
  it.each([
    ['RUNNING', 'running'],
    ['PENDING_REDRIVE', 'running'],
    ['SUCCEEDED', 'ended'],
    ['FAILED', 'ended'],
    ['TIMED_OUT', 'ended'],
    ['ABORTED', 'ended'],
  ])('takes %s for %s', async (status, state) => {
    answer({ executionArn, stateMachineArn, status, startDate: 1 });
    expect(await workflow.describe('sync-1-1')).toBe(state);
    expect(sent()).toEqual({ target: 'AWSStepFunctions.DescribeExecution', executionArn });
  });

  it('tells that there is no such execution', async () => {
    refuse('ExecutionDoesNotExist');
    expect(await workflow.describe('sync-1-1')).toBe('absent');
  });

  it('never takes a failure for an absent execution', async () => {
    refuse('InternalFailure', 500);
    await expect(workflow.describe('sync-1-1')).rejects.toThrow();
  });
});

it('calls a throttled service busy, and does not repeat what it says', async () => {
  refuse('ThrottlingException');
  const busy = { name: 'StoreBusyError', message: 'the store answers ThrottlingException' };
  await expect(workflow.start('sync-1-1', {})).rejects.toMatchObject(busy);
  await expect(workflow.stop('sync-1-1', 'x')).rejects.toMatchObject(busy);
});
