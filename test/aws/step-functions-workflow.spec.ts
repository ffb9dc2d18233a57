import { readFile } from 'node:fs/promises';
import { CreateStateMachineCommand, DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { beforeAll, expect, it } from 'vitest';
import { createStepFunctionsWorkflow } from '../../adapters/step-functions/workflow.ts';
import type { Workflow } from '../../core/ports/workflow.ts';
import { onServers } from './on-servers.ts';

const definitionFile = new URL('../../core/workflow/sync.asl.json', import.meta.url);

onServers('Step Functions (moto) as a workflow', () => {
  let client: SFNClient;
  let workflow: Workflow;
  let stateMachineArn: string;
  beforeAll(async () => {
    client = new SFNClient({});
    const created = await client.send(
      new CreateStateMachineCommand({
        name: 'sync',
        definition: await readFile(definitionFile, 'utf8'),
        roleArn: 'arn:aws:iam::123456789012:role/sync',
      }),
    );
    stateMachineArn = created.stateMachineArn ?? '';
    workflow = createStepFunctionsWorkflow({ client, stateMachineArn });
  });
  const execution = (name: string) =>
    client.send(
      new DescribeExecutionCommand({
        executionArn: `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`,
      }),
    );

  it('starts an execution of the name, once, with the input', async () => {
    expect(await workflow.describe('sync-1-1')).toBe('absent');
    expect(await workflow.start('sync-1-1', { job_id: 'sync-1' })).toBe('started');
    expect(await workflow.describe('sync-1-1')).toBe('running');
    expect((await execution('sync-1-1')).input).toBe('{"job_id":"sync-1"}');
    expect(await workflow.start('sync-1-1', { job_id: 'another' })).toBe('exists');
    expect((await execution('sync-1-1')).input).toBe('{"job_id":"sync-1"}');
  });

  it('takes a second start with the same input, while the first runs, for the first', async () => {
    expect(await workflow.start('sync-5-1', { job_id: 'sync-5' })).toBe('started');
    const { startDate } = await execution('sync-5-1');
    expect(await workflow.start('sync-5-1', { job_id: 'sync-5' })).toBe('started');
    expect((await execution('sync-5-1')).startDate).toEqual(startDate);
  });

  it('stops an execution, and one that has ended, with no error', async () => {
    await workflow.start('sync-2-1', {});
    await workflow.stop('sync-2-1', 'cancelled by alice');
    expect(await workflow.describe('sync-2-1')).toBe('ended');
    // moto drops the cause; that it is sent is tested with the stub.
    expect((await execution('sync-2-1')).status).toBe('ABORTED');
    await workflow.stop('sync-2-1', 'again');
    expect(await workflow.start('sync-2-1', { another: true })).toBe('exists');
  });

  it('stops an execution that never was, with no error', async () => {
    await workflow.stop('sync-3-1', 'cancelled');
    expect(await workflow.describe('sync-3-1')).toBe('absent');
  });

  it('fails where there is no state machine', async () => {
    const nowhere = createStepFunctionsWorkflow({ client, stateMachineArn: `${stateMachineArn}-absent` });
    await expect(nowhere.start('sync-4-1', {})).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
  });
});
