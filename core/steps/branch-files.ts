import { parseManifestLine } from '../domain/manifest.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** What a branch's committed manifest holds, by blob. */
export interface BranchFiles {
  /** Where the blob stands in the branch; nothing for a blob that the branch does not hold. */
  pathsOf(blob: string): readonly string[];
  /** The blobs with a path that passes; undefined when they are more than `most`. */
  blobsWhere(passes: (path: string) => boolean, most: number): readonly string[] | undefined;
}

/** Paths kept in memory over all manifests: about 150 MB at 150 bytes a path. */
const MAX_PATHS = 1_000_000;

/** Reads manifests, which never change, and keeps those that were used last. */
export const createBranchFilesCache = (
  objects: Pick<ObjectStore, 'getLines'>,
  maxPaths = MAX_PATHS,
): ((manifestKey: string) => Promise<BranchFiles>) => {
  const cache = new Map<string, Promise<ReadonlyMap<string, readonly string[]>>>();
  const sizes = new Map<string, number>();

  const load = async (key: string): Promise<ReadonlyMap<string, readonly string[]>> => {
    const paths = new Map<string, string[]>();
    for await (const line of objects.getLines(key)) {
      const entry = parseManifestLine(line);
      if (entry.outcome !== 'indexed') continue;
      const others = paths.get(entry.oid);
      if (others === undefined) paths.set(entry.oid, [entry.path]);
      else others.push(entry.path);
    }
    sizes.set(key, paths.size);
    evict(key);
    return paths;
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
      const paths = await loading;
      return {
        pathsOf: (blob) => paths.get(blob) ?? [],
        blobsWhere: (passes, most) => blobsWhere(paths, passes, most),
      };
    } catch (error) {
      cache.delete(key);
      throw error;
    }
  };
};

const blobsWhere = (
  paths: ReadonlyMap<string, readonly string[]>,
  passes: (path: string) => boolean,
  most: number,
): readonly string[] | undefined => {
  const blobs: string[] = [];
  for (const [blob, places] of paths) {
    if (!places.some(passes)) continue;
    if (blobs.length === most) return undefined;
    blobs.push(blob);
  }
  return blobs;
};
