import type { ManifestRoot } from '../manifest/pages/manifest-root.ts';
import type { ReadPage } from '../manifest/pages/paged-set.ts';
import { type Manifest, openManifest, pageReader, readRoot } from '../objects/manifests.ts';
import { bytesOfLines, bytesOfRoot, createPageCache, type PageCache } from '../objects/page-cache.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** The pages that two small syncs read and write, of some 70 KB each, and a few roots. Each thread that runs steps keeps its own. */
const MAX_BYTES = 8 * 1024 * 1024;
/** Of what one publish writes: after a large one the next sync reads other pages. */
const MOST_WRITTEN = 64;

const caches = new WeakMap<object, PageCache>();

type Objects = Pick<ObjectStore, 'getLines' | 'getText'>;

export interface KeptManifests {
  /** Throws as {@link openManifest} does, where it is not kept. */
  open(key: string): Promise<Manifest>;
  /** Null for a manifest of the earlier form. */
  root(key: string): Promise<ManifestRoot | null>;
  /** One that was just read from the store. */
  note(key: string, root: ManifestRoot | null): void;
  readonly read: ReadPage;
}

/**
 * The manifests' roots and pages that the steps of a job, and those of the next jobs, have read or written in this process: a small sync looks at the
 * same pages in pull, diff and publish. A root's key and a page's name mean the same for ever. Whether they are still in the store is not for this to
 * say: `begin` looks there before it (check-index.ts).
 */
export const keptManifests = (objects: Objects, repositoryId: string): KeptManifests => {
  const cache = cacheOf(objects);
  const readPage = pageReader(objects, repositoryId);
  const read: ReadPage = (page) => cache(pageKept(repositoryId, page.name), () => readPage(page), bytesOfLines);
  const root = (key: string): Promise<ManifestRoot | null> => cache(key, () => readRoot(objects, key), bytesOfOne);
  return {
    open: async (key) => {
      const found = await root(key);
      return found === null ? openManifest(objects, repositoryId, key) : { root: found, read };
    },
    root,
    note: (key, found) => void cache(key, async () => found, bytesOfOne),
    read,
  };
};

/** Takes pages as they are written: by their lines, most of which are those of a page that is kept already. */
export const noteWritten = (
  objects: Objects,
  repositoryId: string,
): ((name: string, lines: readonly string[]) => void) => {
  const cache = cacheOf(objects);
  let written = 0;
  return (name, lines) => {
    if (++written > MOST_WRITTEN) return;
    void cache(pageKept(repositoryId, name), async () => lines, bytesOfLines);
  };
};

const cacheOf = (objects: object): PageCache => {
  const cache = caches.get(objects) ?? createPageCache(MAX_BYTES);
  caches.set(objects, cache);
  return cache;
};

const pageKept = (repositoryId: string, name: string): string => `${repositoryId} ${name}`;

const bytesOfOne = (root: ManifestRoot | null): number => bytesOfRoot(root ?? new Map());
