import { Worker } from 'node:worker_threads';
import type { FileWatch } from '../../core/ports/file-watch.ts';

/** As on one machine (PATIENCE in local/function-host.ts): no file takes a thousandth of it. */
const PATIENCE_MILLISECONDS = 30_000;

/** Bytes. A longer path is logged by its beginning: git's own limit is 4,096. */
const LONGEST_PATH = 4096;
/** Two numbers: turns, odd while something is computed; bytes of the path. */
const HEAD = 2 * Int32Array.BYTES_PER_ELEMENT;
const at = { turns: 0, bytes: 1 } as const;

/**
 * The thread that looks. It writes by itself: what a thread prints is passed on by the main one, which is busy. A text and not a file, so that a
 * function's bundle holds it.
 */
const watcher = `
const { writeSync } = require('node:fs');
const { workerData: { memory, patience } } = require('node:worker_threads');
const head = new Int32Array(memory, 0, 2);
const path = Buffer.from(memory, ${HEAD}, ${LONGEST_PATH});
const LOOKS = 10;
let seen = 0, looks = 0;
setInterval(() => {
  const turns = Atomics.load(head, ${at.turns});
  looks = turns === seen && turns % 2 !== 0 ? looks + 1 : 0;
  seen = turns;
  if (looks < LOOKS) return;
  const level = 'ERROR', message = 'sandbox ended: a file keeps it busy', seconds = Math.round(patience / 1000);
  writeSync(2, JSON.stringify({ level, message, path: path.toString('utf8', 0, Atomics.load(head, ${at.bytes})), seconds }) + '\\n');
  process.kill(process.pid, 'SIGKILL');
}, patience / LOOKS);
`;

/**
 * Ends its own process when one computation on one file takes longer than it may, as Lambda would after 15 minutes: the workflow's
 * next try begins at once in another sandbox, and knows the file (core/sync/careful-batch.ts). The log's last line names it too.
 */
export const createSandboxWatch = (patience: number = PATIENCE_MILLISECONDS): FileWatch => {
  const memory = new SharedArrayBuffer(HEAD + LONGEST_PATH);
  const head = new Int32Array(memory, 0, HEAD / Int32Array.BYTES_PER_ELEMENT);
  const shown = Buffer.from(memory, HEAD, LONGEST_PATH);
  let thread: Worker | undefined;
  return {
    run: (path, compute) => {
      if (thread === undefined) {
        thread = new Worker(watcher, { eval: true, workerData: { memory, patience } });
        thread.unref();
      }
      Atomics.store(head, at.bytes, shown.write(path));
      Atomics.add(head, at.turns, 1);
      try {
        return compute();
      } finally {
        Atomics.add(head, at.turns, 1);
      }
    },
  };
};
