import { parentPort, workerData } from 'node:worker_threads';
import { callTicket } from '../../local/call-ticket.ts';
import type { HeadStartNote } from '../../local/head-starts.ts';
import type { Invocation, WorkerSetup } from '../../local/invocation.ts';
import { openWorkBoard } from '../../local/work-board.ts';
import { type Spin, spin } from './spin.ts';

/** What a call of this worker's functions asks for. */
export interface Act {
  readonly act: 'answer' | 'tell-setup' | 'fail' | 'die' | 'spin' | 'compute' | 'tell' | 'count';
  /** How long it waits before that; of `compute`: how long it does not give its processor back. */
  readonly milliseconds?: number;
  /** The file that it shows as worked on. */
  readonly path?: string;
  readonly spin?: Spin;
  /** Of `tell`: the batches that it tells of at once. */
  readonly batches?: readonly HeadStartNote['headStart'][];
}

export const endlessStarts = ['busy', 'asleep', 'unloaded'] as const;
type EndlessStart = (typeof endlessStarts)[number];

/** Stands for local/function-worker.ts: does what the payload says, and tells how many calls it has at once. */
const { board, config } = workerData as WorkerSetup;
const marker = openWorkBoard(board);
/** The next starts, so many, that never end, and how: busy, asleep, or turning without having loaded. */
const { endless } = config as { readonly endless?: { readonly count: SharedArrayBuffer; readonly how: EndlessStart } };
if (endless !== undefined && Atomics.sub(new Int32Array(endless.count), 0, 1) > 0) {
  if (endless.how === 'busy') spin('loop');
  if (endless.how === 'asleep') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  setInterval(() => undefined, 1_000);
  await new Promise(() => undefined);
}
let running = 0;
let counted = 0;
setInterval(() => {
  if (running > 0) marker.beat();
}, 50).unref();

parentPort?.on('message', async ({ id, payload, suspects, ticket }: Invocation) => {
  if (!callTicket(ticket).take()) return;
  const { act, milliseconds = 0, path, spin: kind = 'loop', batches = [] } = payload as Act;
  const fail = (name: string, message: string) => parentPort?.postMessage({ id, ok: false, error: { name, message } });
  marker.beat();
  if (act === 'tell-setup') {
    const { durable, niceness } = workerData as WorkerSetup;
    return parentPort?.postMessage({ id, ok: true, value: { durable, niceness } });
  }
  if (act === 'die' && milliseconds === 0 && path === undefined) process.exit(1);
  if (act === 'tell')
    for (const headStart of batches) parentPort?.postMessage({ from: id, headStart } satisfies HeadStartNote);
  running += 1;
  const atOnce = running;
  if (act === 'compute') for (const until = Date.now() + milliseconds; Date.now() < until; );
  else await new Promise((resolve) => setTimeout(resolve, milliseconds));
  const suspect = suspects.find((file) => file.path === path);
  if (suspect === undefined && (act === 'spin' || act === 'die')) {
    if (path !== undefined) marker.show(id, path);
    if (act === 'die') process.exit(1);
    spin(kind);
  }
  running -= 1;
  if (suspect !== undefined) fail('FileGivenUpError', suspect.why);
  else if (act === 'count') parentPort?.postMessage({ id, ok: true, value: ++counted });
  else if (act === 'fail') fail('EmbedderThrottledError', 'less');
  else parentPort?.postMessage({ id, ok: true, value: { atOnce } });
});
