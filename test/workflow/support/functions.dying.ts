import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { callTicket } from '../../../local/call-ticket.ts';
import type { Invocation } from '../../../local/invocation.ts';

/** What this worker is told in place of local/function-worker.ts's configuration. */
export interface Deaths {
  /** Where the deaths so far are counted: a worker that is gone remembers nothing. */
  readonly directory: string;
  /** How often each function ends its worker before it answers, by its name, or by name and batch. */
  readonly times: Readonly<Record<string, number>>;
  readonly batches: number;
}

const { directory, times, batches } = workerData.config as Deaths;
const itemsKey = 'repositories/repo-123/jobs/the-job/items.jsonl';
const item = (batch: number) => ({ batch, key: `b/${batch}`, files: 1, bytes: 9 });

const answers: Readonly<Record<string, unknown>> = {
  'begin-sync': { max_concurrency: 2 },
  pull: { branches: 1 },
  diff: { blobs: 10 },
  stage: { batches, items_key: itemsKey, first: item(1) },
  'embed-batch': { batches: 1, files: 1, chunks: 5 },
};

/** True as often as the function is to die: each death takes one of the files that there may be. */
const dies = (who: string): boolean =>
  Array.from({ length: times[who] ?? 0 }, (_, at) => join(directory, `${who}-${at}`)).some((path) => {
    try {
      closeSync(openSync(path, 'wx'));
      return true;
    } catch {
      return false;
    }
  });

parentPort?.on('message', ({ id, functionName, payload, ticket }: Invocation) => {
  if (!callTicket(ticket).take()) return;
  const [{ batch = 0 } = {}] = (payload as { items?: { batch: number }[] }).items ?? [];
  if (dies(batch === 0 ? functionName : `${functionName} ${batch}`)) process.exit(1);
  parentPort?.postMessage({ id, ok: true, value: answers[functionName] ?? {} });
});
