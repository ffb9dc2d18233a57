import { AsyncLocalStorage } from 'node:async_hooks';
import { getPriority, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { connectSearchIndex } from '../adapters/lancedb/thread/client.ts';
import { useProcessHelper } from '../adapters/system/process-helper/client.ts';
import { FileGivenUpError } from '../core/domain/errors.ts';
import type { FileWatch } from '../core/ports/file-watch.ts';
import type { HeadStart } from '../core/ports/head-start.ts';
import type { Workflow } from '../core/ports/workflow.ts';
import { callTicket } from './call-ticket.ts';
import { openDatabase } from './database.ts';
import type { HeadStartNote } from './head-starts.ts';
import { createIdleMemory } from './idle-memory.ts';
import type { Invocation, InvocationResult, WorkerSetup } from './invocation.ts';
import { loadFunction } from './load-function.ts';
import { composeRuntime, useRuntime } from './runtime.ts';
import { openTracing, tracedRuntime } from './tracing.ts';
import { BEAT_MILLISECONDS, openWorkBoard } from './work-board.ts';

/** A worker thread of the function host: loads each function when it is first called, as Lambda does. */

const { config, indexPort, board, durable, niceness } = workerData as WorkerSetup;
// On Linux a priority is the thread's own (setpriority(2), "NOTES"): requests are answered before files are embedded, and between them stand the other steps: beside
// an index that is being built publish has half a core so, and says each second how far it is, where it would have a quarter.
// Only root may raise it, where the service was started lower.
if (process.platform === 'linux' && getPriority() < niceness) setPriority(niceness);
useProcessHelper(config.processHelper ?? null);
const marker = openWorkBoard(board);
const running = new AsyncLocalStorage<Invocation>();
const fileWatch: FileWatch = {
  run: (path, compute) => {
    const call = running.getStore();
    const suspect = call?.suspects.find((file) => file.path === path);
    if (suspect !== undefined) throw new FileGivenUpError(`${path}: ${suspect.why}`);
    marker.show(call?.id ?? 0, path);
    try {
      return compute();
    } finally {
      marker.clear();
    }
  },
};
const headStart: HeadStart = {
  staged: (job, item) => {
    const note: HeadStartNote = { from: running.getStore()?.id ?? 0, headStart: { job, items: [item] } };
    parentPort?.postMessage(note);
  },
};
const noWorkflow = async (): Promise<never> => {
  throw new Error('a step does not start executions');
};
const workflow: Workflow = { start: noWorkflow, stop: noWorkflow, describe: noWorkflow };
const dynamoDb = openDatabase(config, durable).client;
const tracing = await openTracing(config.traces === true);
const index = connectSearchIndex(indexPort);
const runtime = composeRuntime(config, { dynamoDb, index, workflow, fileWatch, headStart });
useRuntime(tracedRuntime(runtime, tracing));
const memory = createIdleMemory(() => runtime.chunker.release?.());

let calls = 0;
let beating: NodeJS.Timeout | undefined;
const begin = (): void => {
  marker.beat();
  calls += 1;
  memory.begun();
  if (calls === 1) beating = setInterval(marker.beat, BEAT_MILLISECONDS);
};
const end = (): void => {
  calls -= 1;
  if (calls > 0) return;
  clearInterval(beating);
  memory.idle();
};

parentPort?.on('message', async (invocation: Invocation) => {
  const { id, functionName, payload, ticket, traceparent } = invocation;
  // Another worker has it by now.
  if (!callTicket(ticket).take()) return;
  const answer = (result: InvocationResult): void => parentPort?.postMessage(result);
  begin();
  try {
    const handler = await loadFunction(functionName);
    answer({
      id,
      ok: true,
      value: (await running.run(invocation, () => tracing.within(traceparent, () => handler(payload)))) ?? null,
    });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    answer({ id, ok: false, error: { name, message } });
  } finally {
    end();
  }
});
