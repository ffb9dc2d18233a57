import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What a thread with its modules takes is half of it. Bytes. */
const MUCH = 96 * 1024 * 1024;
/** Between two batches of a large job a worker is idle for less. */
const IDLE_MILLISECONDS = 150;

const taken = (): number => {
  const { total_physical_size, external_memory } = getHeapStatistics();
  return total_physical_size + external_memory;
};

const collectGarbage = (): void => {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
};

/**
 * Gives back what a thread has left of a large job: V8 keeps a heap that has grown as long as the thread does nothing, 60 MB in each of four threads after 100,000 files
 * (measured), while others need it. Call `begun` when work begins and `idle` when there is none; a collection takes the idle thread some 50 ms.
 *
 * @param release lets go of what is not needed until there is work again.
 */
export const createIdleMemory = (release: () => void) => {
  let timer: NodeJS.Timeout | null = null;
  /** What was left the last time: less than half as much more is not worth it. */
  let left = 0;
  const shrink = (): void => {
    timer = null;
    if (taken() < Math.max(MUCH, left * 1.5)) return;
    release();
    collectGarbage();
    left = taken();
  };
  return {
    begun: (): void => {
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
    idle: (): void => {
      timer ??= setTimeout(shrink, IDLE_MILLISECONDS).unref();
    },
  };
};
