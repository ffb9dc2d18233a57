/** Time for the engine: one source for dates, timeouts and waits. */
export interface Timers {
  now(): Date;
  /** Calls `action` once after so many milliseconds, unless the returned function is called before. */
  after(milliseconds: number, action: () => void): () => void;
}

/** The longest that setTimeout waits; a longer one would fire at once. About 24 days. */
const longest = 2 ** 31 - 1;

export const systemTimers: Timers = {
  now: () => new Date(),
  after: (milliseconds, action) => {
    const timer = setTimeout(action, Math.min(milliseconds, longest));
    return () => clearTimeout(timer);
  },
};
