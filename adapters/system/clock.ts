import type { Clock } from '../../core/ports/clock.ts';

/** The machine's own clock. Its timers never keep a process alive. */
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
    timer.unref();
    return () => clearInterval(timer);
  },
};
