/** A file on which a call lost its worker, and in which words that is said of it. */
export interface SuspectFile {
  readonly path: string;
  readonly why: string;
}

/** Remembers for which calls, by what they are asked to do, workers had to be replaced. */
export interface SuspectFiles {
  /** Whether a call like this has lost a worker before. */
  has(key: string): boolean;
  /** Files that the next try of this call leaves out. */
  of(key: string): readonly SuspectFile[];
  /** @param stuck the worker did not give its processor back; otherwise it ended by itself, which may be another's fault: only the second time counts. */
  add(key: string, path: string | null, stuck: boolean, why: string): void;
  /** The call has succeeded. */
  forget(key: string): void;
}

/** Calls remembered: those of jobs that failed are never forgotten otherwise. */
const MOST_CALLS = 256;
const DEATHS = 2;

export const rememberSuspectFiles = (): SuspectFiles => {
  const calls = new Map<string, Map<string, { deaths: number; why: string }>>();
  return {
    has: (key) => calls.has(key),
    of: (key) =>
      [...(calls.get(key) ?? [])].flatMap(([path, { deaths, why }]) => (deaths >= DEATHS ? [{ path, why }] : [])),
    add: (key, path, stuck, why) => {
      const files = calls.get(key) ?? new Map();
      calls.delete(key);
      calls.set(key, files);
      for (const oldest of calls.keys()) {
        if (calls.size <= MOST_CALLS) break;
        calls.delete(oldest);
      }
      if (path === null) return;
      const deaths = (files.get(path)?.deaths ?? 0) + (stuck ? DEATHS : 1);
      files.set(path, { deaths, why });
    },
    forget: (key) => calls.delete(key),
  };
};
