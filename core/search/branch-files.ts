import { isIndexedLine, oidOfLine, pathOfLine } from '../manifest/manifest.ts';
import { blobSet, isIndexedBlob, linesOfBlob, pathSet } from '../manifest/pages/manifest-sets.ts';
import { mapAhead } from '../manifest/pages/map-ahead.ts';
import { type PageRef, sumOf } from '../manifest/pages/paged-set.ts';
import { pagesIn, readRanges } from '../manifest/pages/read-pages.ts';
import { fileListOf, type Manifest, openManifest, pagesOf } from '../objects/manifests.ts';
import { bytesOfLines, bytesOfRoot, createPageCache, type PageCache } from '../objects/page-cache.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { type BranchFiles, MOST_NAMES, type NamedFile, PATHS_AT_ONCE, type PathFilter, turn } from './files-found.ts';
import { type KeepPassing, listedFiles } from './listed-files.ts';
import { isNamed } from './rules/file-name.ts';
import { afterPrefix } from './rules/literal-prefix.ts';

/** Kept in memory over all manifests: pages of about 1,500,000 paths, at 170 bytes a path. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Pages of one search that are read at the same time: the first rows that it ranks are of so many blobs or fewer. */
const READ_AT_ONCE = 64;

/** Reads roots and pages, which never change, and keeps those that were used last: after a publish, only what it changed is read. */
export const createBranchFilesCache = (
  objects: Pick<ObjectStore, 'getLines' | 'getText'>,
  maxBytes = MAX_BYTES,
): ((repositoryId: string, manifestKey: string) => Promise<BranchFiles>) => {
  const cache = createPageCache(maxBytes);
  return async (repositoryId, key) => {
    const manifest = await cache(
      key,
      () => openManifest(objects, repositoryId, key),
      ({ root }) => bytesOfRoot(root),
    );
    const read = (page: PageRef): Promise<readonly string[]> =>
      cache(`${repositoryId} ${page.name}`, () => manifest.read(page), bytesOfLines);
    const list = fileListOf(manifest);
    if (list === null) return pagedFiles({ root: manifest.root, read }, cache, repositoryId);
    const [whole, changes] = list;
    const passing: KeepPassing = (filter, most, load) =>
      cache(`${repositoryId} ${whole?.name} ${most} ${filter.key}`, load, ({ lines }) => bytesOfLines(lines));
    return listedFiles(whole, changes, read, passing);
  };
};

/** What is opened meanwhile: anyone who asks waits for it. */
export const openingFiles = (opening: Promise<BranchFiles>): BranchFiles => {
  let opened: BranchFiles | undefined;
  return {
    read: async (blobs) => {
      opened = await opening;
      await opened.read(blobs);
    },
    pathsOf: (blob) => opened?.pathsOf(blob) ?? [],
    blobsWhere: async (filter, most) => (await opening).blobsWhere(filter, most),
    named: async (lowered) => (await opening).named(lowered),
  };
};

/** Of a manifest without a list of files: by the pages of its set of blobs. */
const pagedFiles = (manifest: Manifest, cache: PageCache, repositoryId: string): BranchFiles => {
  const known = new Map<string, readonly string[]>();
  const byBlob = pagesOf(manifest, blobSet);
  return {
    read: async (blobs) => {
      const asked = [...new Set(blobs)].filter((blob) => !known.has(blob)).sort();
      const ranges = asked.map(linesOfBlob);
      const needed = new Set(ranges.flatMap((range) => pagesIn(blobSet, byBlob, range)));
      await Array.fromAsync(mapAhead(needed, READ_AT_ONCE, manifest.read));
      let at = 0;
      for await (const lines of readRanges(blobSet, byBlob, ranges, manifest.read))
        known.set(asked[at++] as string, lines.filter(isIndexedBlob).map(pathOfLine));
    },
    pathsOf: (blob) => known.get(blob) ?? [],
    blobsWhere: async (filter, most) => {
      const found = new Set<string>();
      const { pages, isIndexed } = placesOf(manifest, filter);
      const looked = { paths: 0 };
      const reads = mapAhead(pages, READ_AT_ONCE, async (page) => ({ page, lines: await manifest.read(page) }));
      for await (const { page, lines } of reads) {
        const load = () => passing(lines, isIndexed, filter, looked);
        for (const blob of await cache(`${repositoryId} ${page.name} ${filter.key}`, load, bytesOfLines))
          found.add(blob);
        if (found.size > most) return undefined;
      }
      return [...found];
    },
    named: async (lowered) => {
      if (sumOf(byBlob).lines > MOST_NAMES) return [];
      const found: NamedFile[] = [];
      for await (const lines of mapAhead(byBlob, READ_AT_ONCE, manifest.read))
        for (const line of lines)
          if (isNamed(line, lowered) && isIndexedBlob(line))
            found.push({ path: pathOfLine(line), blob: oidOfLine(line) });
      return found;
    },
  };
};

/** Where the paths that may pass are: by their prefix, or else wherever there is a blob. */
const placesOf = (manifest: Manifest, { prefix }: PathFilter) => {
  if (prefix === '') return { pages: pagesOf(manifest, blobSet), isIndexed: isIndexedBlob };
  const range = { from: prefix, to: afterPrefix(prefix) };
  return { pages: pagesIn(pathSet, pagesOf(manifest, pathSet), range), isIndexed: isIndexedLine };
};

/** The blobs of a page's lines that pass, each once. */
const passing = async (
  lines: readonly string[],
  isIndexed: (line: string) => boolean,
  { passes }: PathFilter,
  looked: { paths: number },
): Promise<readonly string[]> => {
  looked.paths += lines.length;
  if (looked.paths > PATHS_AT_ONCE) {
    looked.paths = lines.length;
    await turn();
  }
  const blobs = new Set<string>();
  for (const line of lines) if (isIndexed(line) && passes(pathOfLine(line))) blobs.add(oidOfLine(line));
  return [...blobs];
};
