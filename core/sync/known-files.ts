import { pathFromBytes, pathToBytes } from '../manifest/git-path.ts';
import { parseManifestLine } from '../manifest/manifest.ts';
import type { ManifestRoot } from '../manifest/pages/manifest-root.ts';
import { pathSet } from '../manifest/pages/manifest-sets.ts';
import { PAGES_AT_ONCE, type PageRef, placeOf, type ReadPage } from '../manifest/pages/paged-set.ts';
import { type KeyRange, lookUp, pagesIn, readRanges, standOf } from '../manifest/pages/read-pages.ts';
import { pagesOf } from '../objects/manifests.ts';
import type { KnownFiles } from '../ports/git-source.ts';
import type { Runtime } from '../ports/runtime.ts';
import { keptManifests } from './kept-manifests.ts';

/** Pages that all answers together may read: some 32,000 files. To read more takes longer than to ask a server. */
const MOST_PAGES = 64;

/**
 * The files of a branch as its committed manifest has them, read as far as they are asked for. A manifest has every entry of its commit's tree, those that are not indexed too.
 * One that cannot be read answers nothing here: whether an index is whole is for others to say.
 */
export const knownFiles = (
  deps: Pick<Runtime, 'objects' | 'logger'>,
  repositoryId: string,
  manifestKey: string,
): KnownFiles => {
  const manifests = keptManifests(deps.objects, repositoryId);
  const held = new Map<string, Promise<readonly string[]>>();
  const readOnce: ReadPage = (page) => {
    const key = standOf(page);
    const lines = held.get(key) ?? manifests.read(page);
    held.set(key, lines);
    return lines;
  };
  const mayRead = (pages: readonly PageRef[]): boolean => {
    const names = new Set(pages.map(standOf));
    return names.size <= PAGES_AT_ONCE && names.union(held).size <= MOST_PAGES;
  };
  /** Null: its earlier form, which has no pages, or one that could not be read. */
  let opening: Promise<ManifestRoot | null> | undefined;
  const orNull = async <Answer>(
    answer: (pages: readonly PageRef[]) => Promise<Answer | null>,
  ): Promise<Answer | null> => {
    try {
      opening ??= manifests.root(manifestKey);
      const root = await opening;
      return root === null ? null : await answer(pagesOf({ root }, pathSet));
    } catch (error) {
      deps.logger.warn('files of the index not read, the source is asked for its trees', {
        repository_id: repositoryId,
        error: String(error),
      });
      // Nor is it read for another answer.
      opening = Promise.resolve(null);
      return null;
    }
  };
  return {
    below: (directory) =>
      orNull(async (pages) => {
        const range = below(directory);
        if (!mayRead(pagesIn(pathSet, pages, range))) return null;
        const [lines = []] = await Array.fromAsync(readRanges(pathSet, pages, [range], readOnce));
        return lines.map(parseManifestLine);
      }),
    at: (paths) =>
      orNull(async (pages) => {
        const places = new Set(paths.map((path) => placeOf(pathSet, pages, path)));
        if (!mayRead([...places].flatMap((place) => pages[place] ?? []))) return null;
        const lines = await lookUp(pathSet, pages, paths, readOnce);
        return lines.map((line) => (line === null ? null : parseManifestLine(line)));
      }),
  };
};

/** All paths below a directory: those from its slash on, up to the character that follows it. */
const below = (directory: string): KeyRange => {
  if (directory === '') return { from: '', to: undefined };
  const end = Uint8Array.from(pathToBytes(directory));
  end[end.length - 1] = ('/'.codePointAt(0) ?? 0) + 1;
  return { from: directory, to: pathFromBytes(end) };
};
