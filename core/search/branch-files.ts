import { isIndexedLine, oidOfLine, pathOfLine } from '../manifest/manifest.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** A test for paths. The key stands for it: two filters of one key pass the same paths. */
export interface PathFilter {
  readonly key: string;
  readonly passes: (path: string) => boolean;
}

/** What a branch's committed manifest holds, by blob. */
export interface BranchFiles {
  /** Where the blob is in the branch; nothing for a blob that the branch does not hold. */
  pathsOf(blob: string): readonly string[];
  /** The blobs with a path that passes; undefined when they are more than `most`. */
  blobsWhere(filter: PathFilter, most: number): Promise<readonly string[] | undefined>;
}

/** Paths kept in memory over all manifests: about 250 MB, at 250 bytes a path with its blob's id (measured at 100,000). */
const MAX_PATHS = 1_000_000;

/** Answers of filters kept for a manifest: some hundred blobs each, whose ids the manifest holds already. */
const MAX_FILTERS = 32;

/**
 * Paths that a filter looks at before it lets others have the thread. A path takes it up to 2.3 µs (measured, gitignore
 * patterns), so searches and other requests wait for 5 ms at most.
 */
const PATHS_AT_ONCE = 2_000;

/** Paths by blob. Nearly every blob has one path: that one needs no list. */
type Paths = ReadonlyMap<string, string | string[]>;

/** Reads manifests, which never change, and keeps those that were used last. */
export const createBranchFilesCache = (
  objects: Pick<ObjectStore, 'getLines'>,
  maxPaths = MAX_PATHS,
): ((manifestKey: string) => Promise<BranchFiles>) => {
  const cache = new Map<string, Promise<BranchFiles>>();
  const sizes = new Map<string, number>();

  const load = async (key: string): Promise<BranchFiles> => {
    const paths = await readPaths(objects, key);
    sizes.set(key, paths.size);
    evict(key);
    return branchFiles(paths);
  };

  /** The least recently used go first; the one just read stays. */
  const evict = (latest: string): void => {
    let total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    for (const key of cache.keys()) {
      if (total <= maxPaths) return;
      if (key === latest) continue;
      total -= sizes.get(key) ?? 0;
      sizes.delete(key);
      cache.delete(key);
    }
  };

  return async (key) => {
    const loading = cache.get(key) ?? load(key);
    cache.delete(key);
    cache.set(key, loading);
    try {
      return await loading;
    } catch (error) {
      cache.delete(key);
      throw error;
    }
  };
};

/** Reads what is needed of each line and makes no entry of it: that takes a fifth of the time. */
const readPaths = async (objects: Pick<ObjectStore, 'getLines'>, key: string): Promise<Paths> => {
  const paths = new Map<string, string | string[]>();
  for await (const lines of objects.getLines(key))
    for (const line of lines) {
      if (!isIndexedLine(line)) continue;
      const oid = oidOfLine(line);
      const path = pathOfLine(line);
      const others = paths.get(oid);
      if (others === undefined) paths.set(oid, path);
      else if (typeof others === 'string') paths.set(oid, [others, path]);
      else others.push(path);
    }
  return paths;
};

const branchFiles = (paths: Paths): BranchFiles => {
  const answers = new Map<string, Promise<readonly string[] | undefined>>();
  return {
    pathsOf: (blob) => listOf(paths.get(blob)),
    blobsWhere: (filter, most) => {
      const key = `${most} ${filter.key}`;
      const answer = answers.get(key) ?? blobsWhere(paths, filter, most);
      answers.delete(key);
      answers.set(key, answer);
      for (const oldest of answers.keys()) {
        if (answers.size <= MAX_FILTERS) break;
        answers.delete(oldest);
      }
      return answer;
    },
  };
};

const listOf = (paths: string | readonly string[] = []): readonly string[] =>
  typeof paths === 'string' ? [paths] : paths;

const blobsWhere = async (
  paths: Paths,
  { passes }: PathFilter,
  most: number,
): Promise<readonly string[] | undefined> => {
  const blobs: string[] = [];
  let looked = 0;
  for (const [blob, places] of paths) {
    if (++looked % PATHS_AT_ONCE === 0) await turn();
    if (typeof places === 'string' ? !passes(places) : !places.some(passes)) continue;
    if (blobs.length === most) return undefined;
    blobs.push(blob);
  }
  return blobs;
};

/** Lets whatever else is due have the thread. No waiting for a time, so it needs no clock. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
