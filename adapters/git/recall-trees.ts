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

/** What the server has sent as new. */
export interface SentObjects {
  oids(): Promise<ReadonlySet<string>>;
  /** Of these trees, those that it has sent. */
  trees(oids: readonly string[]): Promise<ReadonlyMap<string, Entries>>;
}

/** What is at a name: a file, or a directory by its tree. Null: nothing is. */
type Item = Omit<RawEntry, 'name'> | null;

/** Entries of new trees that are looked at in all. With more, a request costs less; and a tree that is below itself many times has no end. */
const MOST_ENTRIES = 100_000;

/**
 * Puts old trees together of the files that the caller knows, without a question to the server. By a guess at first: of a directory's new tree, what the server has not sent
 * has not changed, and what was in the place of that which it has sent is known. So names that are gone are overlooked, and contents that come from elsewhere in the old commit. Then
 * a small directory's tree is made of all files below it, and a large one's by a more careful guess. Trees are known by their ids, the hashes of their
 * contents: a wrong one has another id than the one that is looked for, and is never found.
 *
 * @param mostBytes of a directory's path.
 */
export const recallTrees = async (
  known: KnownFiles,
  places: readonly Place[],
  sent: SentObjects,
  mostBytes: number,
): Promise<ReadonlyMap<string, Entries>> => {
  let left = MOST_ENTRIES;
  const made = new Map<string, Entries>();
  const format = objectFormatOf(places.find(({ before }) => before !== null)?.before ?? '');
  const make = (entries: Entries): Item => {
    if (entries.length === 0) return null;
    const oid = oidOfTree(entries, format);
    made.set(oid, entries);
    return { mode: directoryMode, oid };
  };

  /** Of files in tree order, named by their whole paths, from one to before another: all below a directory, whose own path has so many characters. */
  const wholeTree = (files: Entries, from: number, to: number, above: number): Item => {
    const entries: RawEntry[] = [];
    for (let at = from; at < to; ) {
      const { name: path, ...file } = files[at] as RawEntry;
      const slash = path.indexOf('/', above);
      const isFile = slash === -1;
      const next = isFile ? at + 1 : endOf(path.slice(0, slash + 1), files, at, to);
      const item = isFile ? file : wholeTree(files, at, next, slash + 1);
      if (item !== null) entries.push({ ...item, name: path.slice(above, isFile ? undefined : slash) });
      at = next;
    }
    return make(entries);
  };

  /** Of all files below it. Undefined: they are not known. */
  const wholly = async (prefix: string): Promise<Item | undefined> => {
    const below = await known.below(pathOf(prefix));
    return below === null ? undefined : wholeTree(below.map(rawFile), 0, below.length, prefix.length);
  };

  /**
   * From its new tree, in which what was not sent has not changed. `careful`: all files are looked up, sent or not, and trees below it are put together of all their files, where these
   * are known.
   */
  const guess = async (prefix: string, after: Entries, careful: boolean): Promise<Item | undefined> => {
    left -= after.length;
    if (left < 0 || prefix.length > mostBytes) return undefined;
    const isDirectory = ({ mode }: RawEntry): boolean => mode === directoryMode;
    const isNew = ({ oid }: RawEntry): boolean => careful || news.has(oid);
    const names = after.filter((entry) => !isDirectory(entry) && isNew(entry)).map(({ name }) => name);
    const files = await known.at(names.map((name) => pathOf(prefix + name)));
    if (files === null) return undefined;
    const fileAt = new Map(names.map((name, at) => [name, files[at] ?? null]));
    const trees = await sent.trees(
      after.filter((entry) => isDirectory(entry) && news.has(entry.oid)).map(({ oid }) => oid),
    );
    const items = await Promise.all(
      after.map(async (entry): Promise<Item | undefined> => {
        if (!isDirectory(entry)) return isNew(entry) ? (fileAt.get(entry.name) ?? null) : entry;
        const tree = trees.get(entry.oid);
        if (tree === undefined) return entry;
        const below = `${prefix}${entry.name}/`;
        const item = careful ? await wholly(below) : undefined;
        return item === undefined ? guess(below, tree, careful) : item;
      }),
    );
    if (items.includes(undefined)) return undefined;
    return make(
      after.flatMap(({ name }, at) => {
        const item = items[at] ?? null;
        return item === null ? [] : [{ mode: item.mode, oid: item.oid, name }];
      }),
    );
  };

  const news = await sent.oids();
  const afters = await sent.trees(places.flatMap(({ after }) => (after === null ? [] : [after])));
  await Promise.all(
    places.map(async ({ prefix, before, after }) => {
      if (before === null) return;
      const tree = afters.get(after ?? '');
      if (tree !== undefined) await guess(prefix, tree, false);
      if (made.has(before)) return;
      if ((await wholly(prefix)) === undefined && tree !== undefined) await guess(prefix, tree, true);
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
