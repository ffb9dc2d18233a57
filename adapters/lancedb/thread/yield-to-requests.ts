import { setPriority } from 'node:os';

/**
 * Lowers the priority of the thread that imports this, before anything imported after it: threads inherit it from the one
 * that starts them (setpriority(2), "NOTES"), so LanceDB's get it too. Requests go before the index, and the index, which a
 * search waits for, before the workers that embed (10, local/function-worker.ts). Elsewhere it would lower the whole process.
 */
if (process.platform === 'linux') setPriority(5);
