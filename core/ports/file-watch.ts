/**
 * Knows which file a worker computes on, so that one that never gives its processor back can be replaced and its file named. A
 * Lambda sandbox ends itself (adapters/system/sandbox-watch.ts).
 */
export interface FileWatch {
  /**
   * Runs a computation on one file, which waits for nothing meanwhile. Throws FileGivenUpError in its place when the same step has had to be
   * replaced on that file before.
   */
  run<T>(path: string, compute: () => T): T;
}
