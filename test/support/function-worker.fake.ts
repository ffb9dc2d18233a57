import { parentPort } from 'node:worker_threads';
import type { Invocation } from '../../local/function-host.ts';

/** Stands for local/function-worker.ts: does what the payload says, and tells how many calls it has at once. */
let running = 0;
parentPort?.on('message', async ({ id, payload }: Invocation) => {
  const { act, milliseconds = 0 } = payload as { act: 'answer' | 'fail' | 'die'; milliseconds?: number };
  if (act === 'die') process.exit(1);
  running += 1;
  const atOnce = running;
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  running -= 1;
  if (act === 'fail')
    parentPort?.postMessage({ id, ok: false, error: { name: 'EmbedderThrottledError', message: 'less' } });
  else parentPort?.postMessage({ id, ok: true, value: { atOnce } });
});
