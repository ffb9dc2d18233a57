import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { connectSearchIndex } from '../adapters/lancedb/thread/client.ts';
import type { Workflow } from '../core/ports/workflow.ts';
import { openDatabase } from './database.ts';
import type { Invocation, InvocationResult, WorkerSetup } from './function-host.ts';
import { loadFunction } from './load-function.ts';
import { composeRuntime, useRuntime } from './runtime.ts';

/** A worker thread of the function host: loads each function when it is first called, as Lambda does. */

// On Linux a priority is the thread's own (setpriority(2), "NOTES"): requests are answered before files are embedded.
if (process.platform === 'linux') setPriority(10);

const { config, indexPort } = workerData as WorkerSetup;
const noWorkflow = async (): Promise<never> => {
  throw new Error('a step does not start executions');
};
const workflow: Workflow = { start: noWorkflow, stop: noWorkflow, describe: noWorkflow };
const dynamoDb = openDatabase(config).client;
useRuntime(composeRuntime(config, { dynamoDb, index: connectSearchIndex(indexPort), workflow }));

parentPort?.on('message', async ({ id, functionName, payload }: Invocation) => {
  const answer = (result: InvocationResult): void => parentPort?.postMessage(result);
  try {
    const handler = await loadFunction(functionName);
    answer({ id, ok: true, value: (await handler(payload)) ?? null });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    answer({ id, ok: false, error: { name, message } });
  }
});
