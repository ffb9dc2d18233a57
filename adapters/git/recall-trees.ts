import { createHash } from 'node:crypto';
import { pathFromBytes, pathToBytes } from '../../core/manifest/git-path.ts';
import type { TreeEntry } from '../../core/manifest/manifest.ts';
import type { KnownFiles } from '../../core/ports/git-source.ts';
import { type ObjectFormat, objectFormatOf } from './bare-repository.ts';
import { directoryMode, type RawEntry, treeContent } from './tree-object.ts';

/** A directory whose old tree is wanted. */
export interface Place {
  /** Empty, or with a slash at its end. Bytes, one character each. */
  readonly prefix: string;
  readonly before: string | null;
  readonly after: string | null;
}

type Entries = readonly RawEntry[];

/** Those of these trees that have been sent as new ones. */
export type SentTrees = (oids: readonly string[]) => Promise<ReadonlyMap<string, Entries>>;

/** What is at a name: a file, or a directory by its tree. Null: nothing is. */
type Item = Omit<RawEntry, 'name'> | null;

/**
 * Puts old trees together of the files that the caller knows, without a question to the server. A small directory's whole: of all files below it. In a large one, a
 * directory whose tree has not been sent is taken for unchanged, and files are looked up by the names that are there now; so a name that is gone is overlooked. But trees are
 * known by their ids, the hashes of their contents: a wrong one has another id than the one that is looked for, and is never found.
 */
export const recallTrees = async (
  known: KnownFiles,
  places: readonly Place[],
  sent: SentTrees,
): Promise<ReadonlyMap<string, Entries>> => {
  const made = new Map<string, Entries>();
  const make = (entries: Entries, format: ObjectFormat): Item => {
    if (entries.length === 0) return null;
    const oid = oidOfTree(entries, format);
    made.set(oid, entries);
    return { mode: directoryMode, oid };
  };

  /** Of files in tree order, named by their whole paths, from one to before another: all below a directory, whose own path has so many characters. */
  const wholeTree = (files: Entries, from: number, to: number, above: number, format: ObjectFormat): Item => {
    const entries: RawEntry[] = [];
    for (let at = from; at < to; ) {
      const { name: path, ...file } = files[at] as RawEntry;
      const slash = path.indexOf('/', above);
      const isFile = slash === -1;
      const next = isFile ? at + 1 : endOf(path.slice(0, slash + 1), files, at, to);
      const item = isFile ? file : wholeTree(files, at, next, slash + 1, format);
      if (item !== null) entries.push({ ...item, name: path.slice(above, isFile ? undefined : slash) });
      at = next;
    }
    return make(entries, format);
  };

  /** Undefined: it is not known. */
  const oldTree = async (
    prefix: string,
    after: Entries | undefined,
    format: ObjectFormat,
  ): Promise<Item | undefined> => {
    const below = await known.below(pathOf(prefix));
    if (below !== null) return wholeTree(below.map(rawFile), 0, below.length, prefix.length, format);
    const entries = after === undefined ? undefined : await oldEntries(prefix, after, format);
    return entries === undefined ? undefined : make(entries, format);
  };

  const oldEntries = async (prefix: string, after: Entries, format: ObjectFormat): Promise<Entries | undefined> => {
    const isDirectory = ({ mode }: RawEntry): boolean => mode === directoryMode;
    const names = after.filter((entry) => !isDirectory(entry)).map(({ name }) => name);
    const files = await known.at(names.map((name) => pathOf(prefix + name)));
    if (files === null) return undefined;
    const fileAt = new Map(names.map((name, at) => [name, files[at] ?? null]));
    const news = await sent(after.filter(isDirectory).map(({ oid }) => oid));
    const items = await Promise.all(
      after.map(async (entry): Promise<Item | undefined> => {
        if (!isDirectory(entry)) return fileAt.get(entry.name) ?? null;
        const tree = news.get(entry.oid);
        return tree === undefined ? entry : oldTree(`${prefix}${entry.name}/`, tree, format);
      }),
    );
    if (items.includes(undefined)) return undefined;
    return after.flatMap(({ name }, at) => {
      const item = items[at] ?? null;
      return item === null ? [] : [{ mode: item.mode, oid: item.oid, name }];
    });
  };

  const afters = await sent(places.flatMap(({ after }) => (after === null ? [] : [after])));
  await Promise.all(
    places.map(async ({ prefix, before, after }) => {
      if (before !== null) await oldTree(prefix, afters.get(after ?? ''), objectFormatOf(before));
    }),
  );
  return made;
};

const endOf = (directory: string, files: Entries, from: number, to: number): number => {
  let end = from + 1;
  while (end < to && files[end]?.name.startsWith(directory)) end += 1;
  return end;
};

const oidOfTree = (entries: Entries, format: ObjectFormat): string => {
  const content = treeContent(entries);
  return createHash(format).update(`tree ${content.length}\0`).update(content).digest('hex');
};

const pathOf = (bytes: string): string => pathFromBytes(Buffer.from(bytes, 'latin1'));

const rawFile = ({ path, mode, oid }: TreeEntry): RawEntry => ({
  mode,
  oid,
  name: Buffer.from(pathToBytes(path)).toString('latin1'),
});
