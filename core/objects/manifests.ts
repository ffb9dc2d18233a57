import { ObjectMissingError } from '../domain/errors.ts';
import { parseManifestLine } from '../manifest/manifest.ts';
import { editPages } from '../manifest/pages/edit-pages.ts';
import { isRootLine, type ManifestRoot, parseRoot } from '../manifest/pages/manifest-root.ts';
import { blobKeyOf, blobLine, blobSet, pathSet } from '../manifest/pages/manifest-sets.ts';
import { pageLines } from '../manifest/pages/page-text.ts';
import type { PageChange, PageRef, ReadPage, SetKind, WritePage } from '../manifest/pages/paged-set.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { filterKey, packKey, pageKey } from './object-keys.ts';

/** A committed manifest: what its root lists, and how its pages are read. */
export interface Manifest {
  readonly root: ManifestRoot;
  readonly read: ReadPage;
}

/** Of a manifest that was written before there were pages: pages without a writer are in memory only. */
export const NOT_STORED = '';

export const pagesOf = ({ root }: Pick<Manifest, 'root'>, { name }: SetKind): readonly PageRef[] =>
  root.get(name) ?? [];

/** What a root calls its list of packs. Each is written as a page is: `lines`: the texts that it has; `files`: how many of them this manifest holds. */
export const PACKS = 'packs';

/** What a root calls its list of files, which is written as pages are: the whole list, and what has changed since, if anything has. */
export const FILES = 'files';

/** Null for a manifest that has none: it was written before there were lists, or has too many files. See core/manifest/file-list.ts. */
export const fileListOf = ({ root }: Pick<Manifest, 'root'>): readonly PageRef[] | null => root.get(FILES) ?? null;

/** Every page that a root names. */
export const allPagesOf = ({ root }: Pick<Manifest, 'root'>): readonly PageRef[] =>
  [...root].flatMap(([name, pages]) => (name === PACKS ? [] : pages));

/** The packs that have the texts of a manifest's blobs. */
export const packsOf = ({ root }: Pick<Manifest, 'root'>): readonly PageRef[] => root.get(PACKS) ?? [];

/** Keys of all objects that a root names: its pages, its packs, and what belongs to these. */
export const keysNamedBy = (repositoryId: string, root: ManifestRoot): readonly string[] => [
  ...allPagesOf({ root }).map((page) => pageKey(repositoryId, page)),
  ...packsOf({ root }).flatMap((pack) => [packKey(repositoryId, pack), filterKey(repositoryId, pack)]),
];

type Objects = Pick<ObjectStore, 'getText' | 'getLines'>;

/** Throws ObjectMissingError when it is not there, ObjectDamagedError when it is not whole. Its pages throw the same when they are read. */
export const openManifest = async (objects: Objects, repositoryId: string, key: string): Promise<Manifest> => {
  const root = await readRoot(objects, key);
  return root === null
    ? paged((await Array.fromAsync(objects.getLines(key))).flat())
    : { root, read: pageReader(objects, repositoryId) };
};

/** The root alone; null for a manifest of the earlier form, which has no pages and is not read to its end. Throws as openManifest does. */
export const readRoot = async (objects: Pick<ObjectStore, 'getLines'>, key: string): Promise<ManifestRoot | null> => {
  const lines: string[] = [];
  for await (const block of objects.getLines(key)) {
    if (lines.length === 0 && !isRootLine(block[0] ?? '')) return null;
    for (const line of block) lines.push(line);
  }
  return lines.length === 0 ? null : parseRoot(lines);
};

export const pageReader =
  (objects: Pick<ObjectStore, 'getText'>, repositoryId: string): ReadPage =>
  async (page) => {
    const key = pageKey(repositoryId, page);
    const text = await objects.getText(key);
    if (text === null) throw new ObjectMissingError(`there is no object ${key}`);
    return pageLines(page.name, text);
  };

/** The earlier form was the list of files itself, by their paths: the same pages are made of it, and kept in memory. */
const paged = async (lines: readonly string[]): Promise<Manifest> => {
  const held = new Map<string, string>();
  const write: WritePage = async (name, text) => {
    held.set(name, typeof text === 'string' ? text : new TextDecoder().decode(text));
    return { writer: NOT_STORED, stored: 0 };
  };
  const read: ReadPage = async ({ name }) => pageLines(name, held.get(name) ?? '');
  const make = (kind: SetKind, changes: readonly PageChange[]) =>
    editPages({ kind, base: [], changes: oneBlock(changes), read, write });
  const blobs = lines.flatMap((line): readonly PageChange[] => {
    const entry = parseManifestLine(line);
    const of = blobLine(entry);
    return of === null ? [] : [{ key: blobKeyOf(entry), line: of }];
  });
  const paths = lines.map((line) => ({ key: pathSet.keyOf(line), line }));
  const root = new Map([
    [pathSet.name, await make(pathSet, paths)],
    [
      blobSet.name,
      await make(
        blobSet,
        blobs.toSorted((a, b) => blobSet.compare(a.key, b.key)),
      ),
    ],
  ]);
  return { root, read };
};

/** A list as a stream of blocks. */
export async function* oneBlock<Item>(items: readonly Item[]): AsyncGenerator<readonly Item[]> {
  if (items.length > 0) yield items;
}
