import { performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { collectAllGarbage, collectGarbage } from '../adapters/system/collect-garbage.ts';

/** What a thread with its modules takes is half of it. Bytes. */
const MUCH = 96 * 1024 * 1024;
/** Between two batches of a large job a worker is idle for less. */
const IDLE_MILLISECONDS = 150;

const taken = (): number => {
  const { total_physical_size, external_memory } = getHeapStatistics();
  return total_physical_size + external_memory;
};

/** Between two looks at a thread that has work: one that waits for another thread, or a disk, turns for less than this share of the time. */
const LOOK_MILLISECONDS = 400;
const WAITING_SHARE = 0.05;

/**
 * Gives back what a thread has left of a large job: V8 keeps a heap that has grown as long as the thread does nothing, 60 MB in each of four threads after 100,000 files
 * (measured), while others need it. Call `begun` when work begins and `idle` when there is none; a collection takes the idle thread some 50 ms. Work that waits is no
 * different: publish has written its manifests long before the index has made its own parts, which is when a full index takes the most memory.
 *
 * @param release lets go of what is not needed until there is work again.
 */
export const createIdleMemory = (release: () => void) => {
  let idling: NodeJS.Timeout | undefined;
  let looking: NodeJS.Timeout | undefined;
  /** What was left the last time: less than half as much more is not worth it. While work waits more is left than behind it. */
  const left = { waiting: 0, idle: 0 };
  const shrink = (when: keyof typeof left): void => {
    if (taken() < Math.max(MUCH, left[when] * 1.5)) return;
    if (when === 'waiting') collectGarbage();
    else {
      release();
      collectAllGarbage();
    }
    left[when] = taken();
  };
  return {
    begun: (): void => {
      clearTimeout(idling);
      idling = undefined;
      if (looking !== undefined) return;
      let before = performance.eventLoopUtilization();
      looking = setInterval(() => {
        const now = performance.eventLoopUtilization();
        if (performance.eventLoopUtilization(now, before).utilization < WAITING_SHARE) shrink('waiting');
        before = performance.eventLoopUtilization();
      }, LOOK_MILLISECONDS).unref();
    },
    idle: (): void => {
      clearInterval(looking);
      looking = undefined;
      idling ??= setTimeout(() => {
        idling = undefined;
        shrink('idle');
      }, IDLE_MILLISECONDS).unref();
    },
  };
};
