/** What is known of a running job for judging whether it moves. Times are milliseconds since 1970. */
export interface RunningJob {
  readonly startedAt: number;
  /** The last sign of life, of the job or of any batch in flight. */
  readonly heardAt: number;
}

/**
 * A worker writes twice a second. While the workflow waits for its next try none does, which may take 300 s: the
 * longest MaxDelaySeconds of sync.asl.json, for a throttled embedder. Silence means something only after that.
 */
export const STALLED_SECONDS = 300;

/** The story's hour. */
export const STUCK_SECONDS = 3600;

/**
 * `stalled`: silent for five minutes. `stuck`: silent, and begun more than an hour ago. A job that shows signs of life is
 * neither, however long it runs: a large repository may take hours, and a worker that hangs shows none for longer than
 * its function's 15 minutes.
 */
export const judgeSilence = ({ startedAt, heardAt }: RunningJob, now: number): 'moving' | 'stalled' | 'stuck' => {
  if (now - heardAt <= STALLED_SECONDS * 1000) return 'moving';
  return now - startedAt > STUCK_SECONDS * 1000 ? 'stuck' : 'stalled';
};
