import { parentPort, workerData } from 'node:worker_threads';
import type { Invocation, WorkerSetup } from '../../local/invocation.ts';
import { openWorkBoard } from '../../local/work-board.ts';
import { type Spin, spin } from './spin.ts';

/** What a call of this worker's functions asks for. */
export interface Act {
  readonly act: 'answer' | 'fail' | 'die' | 'spin';
  /** How long it waits before that. */
  readonly milliseconds?: number;
  /** The file that it shows as worked on. */
  readonly path?: string;
  readonly spin?: Spin;
}

/** Stands for local/function-worker.ts: does what the payload says, and tells how many calls it has at once. */
const marker = openWorkBoard((workerData as WorkerSetup).board);
let running = 0;
setInterval(() => {
  if (running > 0) marker.beat();
}, 50).unref();

parentPort?.on('message', async ({ id, payload, suspects }: Invocation) => {
  const { act, milliseconds = 0, path, spin: kind = 'loop' } = payload as Act;
  const fail = (name: string, message: string) => parentPort?.postMessage({ id, ok: false, error: { name, message } });
  marker.beat();
  if (act === 'die' && milliseconds === 0 && path === undefined) process.exit(1);
  running += 1;
  const atOnce = running;
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  const suspect = suspects.find((file) => file.path === path);
  if (suspect === undefined && (act === 'spin' || act === 'die')) {
    if (path !== undefined) marker.show(id, path);
    if (act === 'die') process.exit(1);
    spin(kind);
  }
  running -= 1;
  if (suspect !== undefined) fail('FileGivenUpError', suspect.why);
  else if (act === 'fail') fail('EmbedderThrottledError', 'less');
  else parentPort?.postMessage({ id, ok: true, value: { atOnce } });
});
