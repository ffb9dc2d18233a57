import type { Clock } from '../../core/ports/clock.ts';

/**
 * The machine's own clock. Its timers keep a process alive until they are stopped: a function that waits for nothing but one
 * of them would else be taken for done, and Lambda would answer nothing in its stead.
 */
export const systemClock: Clock = {
  now: () => new Date(),
  every: (milliseconds, tick) => {
    let ticking = false;
    const timer = setInterval(async () => {
      if (ticking) return;
      ticking = true;
      try {
        await tick();
      } finally {
        ticking = false;
      }
    }, milliseconds);
    return () => clearInterval(timer);
  },
};
