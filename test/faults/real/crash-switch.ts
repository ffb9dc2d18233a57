import { existsSync, renameSync } from 'node:fs';
import { isMainThread, workerData } from 'node:worker_threads';

/**
 * Preloaded into every thread of a service that is to be faulty: where the file `<CRASH_SWITCH>-worker` or `<CRASH_SWITCH>-index` appears, one
 * thread of that kind takes it away and ends at once, in the middle of whatever it does.
 */
const path = process.env.CRASH_SWITCH;
const EVERY_MILLISECONDS = 20;

if (path !== undefined && !isMainThread) {
  const own = `${path}-${Object.hasOwn(workerData ?? {}, 'board') ? 'worker' : 'index'}`;
  setInterval(() => {
    if (!existsSync(own)) return;
    try {
      renameSync(own, `${path}-taken`);
    } catch {
      // Another thread was faster.
      return;
    }
    process.exit(1);
  }, EVERY_MILLISECONDS).unref();
}
