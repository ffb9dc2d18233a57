/** What has to be undone however the run ends: services stopped, processes ended, directories removed. */
export interface Undo {
  /**
   * Remembers a step; what it gives back does the step now and forgets it. A step is done once. Throws an Error when
   * everything has been undone already: call it before making what is to be undone.
   */
  add(step: () => Promise<void> | void): () => Promise<void>;
  /** Does what is left, latest first. A step that throws does not keep the others from being done. */
  all(): Promise<void>;
}

export const createUndo = (): Undo => {
  const steps = new Set<() => Promise<void>>();
  let over: Promise<void> | null = null;
  const undoAll = async (): Promise<void> => {
    for (const step of [...steps].reverse()) await step().catch(() => {});
  };
  return {
    add: (step) => {
      if (over !== null) throw new Error('the run has been stopped');
      let done: Promise<void> | null = null;
      const once = (): Promise<void> => {
        // Whoever comes second waits for the first.
        done ??= (async () => step())().finally(() => steps.delete(once));
        return done;
      };
      steps.add(once);
      return once;
    },
    all: () => {
      over ??= undoAll();
      return over;
    },
  };
};
