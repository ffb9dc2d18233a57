import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { JobId, RepositoryId } from '../../../core/contract/ids.ts';
import type { JobRef } from '../../../core/contract/workflow-state.ts';
import { comparePaths, pathFromBytes, pathToBytes } from '../../../core/manifest/git-path.ts';
import { manifestLine } from '../../../core/manifest/manifest.ts';
import { editPages } from '../../../core/manifest/pages/edit-pages.ts';
import { rootText } from '../../../core/manifest/pages/manifest-root.ts';
import { pathSet } from '../../../core/manifest/pages/manifest-sets.ts';
import { PAGES_AT_ONCE } from '../../../core/manifest/pages/paged-set.ts';
import { oneBlock } from '../../../core/objects/manifests.ts';
import { allPagesPrefix, manifestKey } from '../../../core/objects/object-keys.ts';
import { knownFiles } from '../../../core/sync/known-files.ts';
import { createPageWriter } from '../../../core/sync/page-writer.ts';
import { MemoryObjectStore } from '../../faults/memory/memory-objects.ts';
import { indexedEntry } from '../../support/manifest-entries.ts';

const id = RepositoryId.parse('shop');

import { watched } from '../../support/watched-store.ts';

const job: JobRef = { repository_id: id, job_id: JobId.parse('sync-00000000-0000-4000-8000-000000000001'), fence: 1 };
const key = manifestKey(job, 0);
const warnings: string[] = [];
const logger = { warn: (message: string) => warnings.push(message) } as unknown as Parameters<
  typeof knownFiles
>[0]['logger'];

let store: MemoryObjectStore;
beforeEach(() => {
  store = new MemoryObjectStore();
  warnings.length = 0;
});

/** A manifest of files at these paths, of so many lines a page. */
const commit = async (paths: readonly string[], lines = 3): Promise<void> => {
  const changes = [...new Set(paths)].sort(comparePaths).map((path, n) => ({ key: path, line: lineOf(path, n) }));
  const pages = await editPages({
    kind: pathSet,
    base: [],
    changes: oneBlock(changes),
    read: async () => [],
    write: createPageWriter({ objects: store }, job, []),
    bounds: { least: lines, oneIn: 1, most: lines },
  });
  await store.putText(key, rootText(new Map([[pathSet.name, pages]])));
};
const lineOf = (path: string, n: number): string => manifestLine({ ...indexedEntry(path, n), mode: '100755' });
/** As a process that has read nothing yet. */
const known = () => knownFiles({ objects: watched(store).objects, logger }, id, key);
const pagesLeft = (): readonly string[] => store.keys(allPagesPrefix(id));
const numbered = (directory: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => `${directory}${String(n).padStart(4, '0')}`);

const names = fc.constantFrom('a', 'a.b', 'a0', 'b', 'ü', '"q', 'x\ny', 'gr\xf6\xdfe', '\xff');
const path = fc
  .array(names, { minLength: 1, maxLength: 4 })
  .map((parts) => pathFromBytes(Buffer.from(parts.join('/'), 'latin1')));
const bytes = (text: string): string => Buffer.from(pathToBytes(text)).toString('latin1');

describe('the files of a committed manifest', () => {
  it('are told by their directory and by their paths', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(path, { minLength: 1, maxLength: 30 }), path, async (paths, other) => {
        store = new MemoryObjectStore();
        await commit(paths);
        const all = [...new Set(paths)].sort(comparePaths);
        const directory = pathFromBytes(Buffer.from(`${bytes(other)}/`, 'latin1'));
        const below = await known().below(directory);
        expect(below?.map((entry) => entry.path)).toEqual(
          all.filter((each) => bytes(each).startsWith(bytes(directory))),
        );
        expect((await known().below(''))?.map((entry) => entry.path)).toEqual(all);
        const asked = [...new Set([...all, other])].sort(comparePaths);
        const found = await known().at(asked);
        expect(found?.map((entry) => entry?.path ?? null)).toEqual(
          asked.map((each) => (all.includes(each) ? each : null)),
        );
      }),
    );
  });

  it('are told with mode and blob', async () => {
    await commit(['a', 'b/c']);
    const { mode, oid } = { ...indexedEntry('b/c', 1), mode: '100755' };
    expect(await known().below('b/')).toMatchObject([{ path: 'b/c', mode, oid }]);
    expect(await known().at(['b', 'b/c'])).toMatchObject([null, { path: 'b/c', mode, oid }]);
    expect(await known().at([])).toEqual([]);
  });

  it('are not told of a directory that is in more pages than are read at once', async () => {
    await commit([...numbered('few/', 3 * PAGES_AT_ONCE - 6), ...numbered('many/', 3 * PAGES_AT_ONCE + 1)]);
    expect(await known().below('few/')).toHaveLength(3 * PAGES_AT_ONCE - 6);
    expect(await known().below('many/')).toBeNull();
    expect(await known().at(numbered('many/', 3 * PAGES_AT_ONCE + 1))).toBeNull();
    expect(await known().at(['many/0001', 'many/0020'])).toHaveLength(2);
    expect(warnings).toEqual([]);
  });

  it('are told as long as few pages are read in all, and of pages that are read already', async () => {
    const directories = Array.from({ length: 12 }, (_, n) => `d${String(n).padStart(2, '0')}/`);
    await commit(directories.flatMap((directory) => numbered(directory, 30)));
    const files = known();
    const told: boolean[] = [];
    for (const directory of directories) told.push((await files.below(directory)) !== null);
    // 10 pages each, and a neighbour's: 64 in all.
    expect(told).toEqual([...Array(6).fill(true), ...Array(6).fill(false)]);
    expect(await files.below('d00/')).toHaveLength(30);
    expect(await known().below('d11/')).toHaveLength(30);
  });

  it('are not told where a page or the root is gone, or is of the earlier form, and no one fails by it', async () => {
    await commit(['a', 'b/c', 'd']);
    const [page = ''] = pagesLeft();
    await store.putText(page, 'something else\n');
    expect(await known().below('b/')).toBeNull();
    expect(await known().at(['d'])).toBeNull();
    await store.delete([page]);
    expect(await known().below('b/')).toBeNull();
    await store.putText(key, 'pages 7\t1\n');
    expect(await known().below('b/')).toBeNull();
    await store.delete([key]);
    expect(await known().at(['d'])).toBeNull();
    expect(warnings).toHaveLength(5);
    await store.putText(key, `${lineOf('b/c', 1)}\n`);
    expect(await known().below('b/')).toBeNull();
    expect(warnings).toHaveLength(5);
  });

  it('is opened with the first question, and each of its pages read once', async () => {
    await commit(['a', 'b/c', 'b/d', 'e']);
    const { objects, reads } = watched(store);
    const files = knownFiles({ objects, logger }, id, key);
    expect(reads).toEqual([]);
    await Promise.all([files.below('b/'), files.at(['a', 'b/d']), files.below('b/')]);
    expect(reads.filter((each) => each === key)).toHaveLength(1);
    expect(reads).toHaveLength(new Set(reads).size);
  });
});
