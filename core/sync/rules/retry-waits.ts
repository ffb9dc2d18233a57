type Waits = Readonly<Record<string, readonly number[]>>;

/**
 * The longest waits, in seconds, before the tries that follow a failure, by its class: as the retry blocks of
 * core/workflow/sync.asl.json have them. Lambda's own failures count there too, and are not known here: a try that one of them took is not
 * told. A test keeps the two the same.
 */
export const stepWaits: Waits = {
  StoreBusyError: [2, 4, 8, 16, 30, 30],
  SourceUnavailableError: [4, 8, 16, 32],
};

/** Of a batch. */
export const batchWaits: Waits = {
  StoreBusyError: [2, 4, 8, 16, 32, 60, 60, 60],
  EmbedderThrottledError: [15, 30, 60, 120, 240, 300, 300, 300, 300, 300],
  EmbedderUnavailableError: [5, 10, 20, 40, 80, 120],
};
