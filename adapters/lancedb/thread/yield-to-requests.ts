import { getPriority, setPriority } from 'node:os';

/**
 * Lowers the priority of the thread that imports this, before anything imported after it: threads inherit it from the one
 * that starts them (setpriority(2), "NOTES"), so LanceDB's get it too. Requests go before the index, and the index, which a
 * search waits for, before the workers that embed (10, local/function-worker.ts). Elsewhere it would lower the whole process.
 * Where the service itself was started lower (nice, systemd's Nice=), it stays there: only root may raise it.
 */
if (process.platform === 'linux' && getPriority() < 5) setPriority(5);
