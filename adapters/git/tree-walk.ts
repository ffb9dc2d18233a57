import { pathFromBytes } from '../../core/manifest/git-path.ts';
import type { TreeChange } from '../../core/manifest/manifest.ts';
import type { Place } from './recall-trees.ts';
import { checkDirectory, checkEntries, checkName, damaged, type ListingLimits } from './tree-listing.ts';
import { directoryMode, type RawEntry } from './tree-object.ts';

/** Where trees come from. */
export interface Trees {
  known(oids: Iterable<string>): Promise<ReadonlyMap<string, readonly RawEntry[]>>;
  /** Makes those old trees known of these directories for which no question is needed. */
  recall(directories: readonly Place[]): Promise<void>;
  /** Makes trees known: these alone. */
  fetch(oids: ReadonlySet<string>): Promise<void>;
  /** These, and those below them that are not below the others too. */
  fetchBelow(oids: ReadonlySet<string>, others: ReadonlySet<string>): Promise<void>;
}

/**
 * From this depth on it is asked for all that is below a directory at once, instead of level by level: the server then reads the directory's
 * new tree whole, to leave out what is the same.
 */
const wholeFromDepth = 2;

/** A directory that is not the same in both trees; null where it is not in one of them. */
interface Directory {
  /** Empty, or with a slash at its end. Bytes, one character each. */
  readonly prefix: string;
  readonly depth: number;
  readonly before: string | null;
  readonly after: string | null;
  readonly children: Child[];
}

type Child = { readonly key: string } & ({ readonly entry: RawEntry | null } | { readonly directory: Directory });

/** Changes in one block: as many as 64 KiB of a listing hold, about. */
const blockLength = 600;

/**
 * What differs between two trees, as `diff-tree -r` lists it, in tree order. Only directories that differ are looked at, level by level: those of
 * a level are asked for together. A directory that is in one tree only differs whole; such ones are asked for together at the end, each with all
 * that is below it.
 *
 * @param before null: an empty tree.
 * @throws SourceUnusableError
 */
export async function* walkTrees(
  trees: Trees,
  before: string,
  after: string,
  limits: ListingLimits,
): AsyncGenerator<readonly TreeChange[]> {
  const root: Directory = { prefix: '', depth: 0, before, after, children: [] };
  await compare(trees, before === after ? [] : [root], limits);
  let block: TreeChange[] = [];
  let previous = '';
  for (const { path, entry } of changesOf(root)) {
    checkName(path, previous, false, limits);
    previous = path;
    block.push(changeOf(path, entry));
    if (block.length < blockLength) continue;
    yield block;
    block = [];
  }
  if (block.length > 0) yield block;
}

const compare = async (trees: Trees, roots: readonly Directory[], limits: ListingLimits): Promise<void> => {
  let entries = 0;
  let level = roots;
  let whole: Directory[] = [];
  for (;;) {
    if (level.length === 0 && whole.length === 0) return;
    if (level.length === 0) {
      await trees.fetchBelow(new Set(whole.flatMap(oidsOf)), new Set());
      level = whole;
      whole = [];
      const found = await trees.known(level.flatMap(oidsOf));
      if (found.size < new Set(level.flatMap(oidsOf)).size) throw absent();
    }
    const found = await readLevel(trees, level);
    const next: Directory[] = [];
    for (const directory of level) {
      if (oidsOf(directory).some((oid) => !found.has(oid))) {
        whole.push(directory);
        continue;
      }
      entries += compareEntries(directory, found, next, limits);
      checkEntries(entries, limits);
    }
    level = next;
  }
};

/** The trees of these directories. Of one that is in both, both; of one that is in one only, its tree if it is known. */
const readLevel = async (
  trees: Trees,
  level: readonly Directory[],
): Promise<ReadonlyMap<string, readonly RawEntry[]>> => {
  const found = await knownOf(trees, level);
  const missing = new Set(
    level
      .filter(({ before, after }) => before !== null && after !== null)
      .flatMap(oidsOf)
      .filter((oid) => !found.has(oid)),
  );
  if (missing.size === 0) return found;
  const wanted = new Set(missing);
  if ((level[0]?.depth ?? 0) >= wholeFromDepth) {
    await trees.fetchBelow(missing, new Set(level.flatMap(oidsOf).filter((oid) => found.has(oid))));
    // What was also below the others was not sent, asked for or not.
    for (const oid of (await trees.known(missing)).keys()) missing.delete(oid);
  }
  await fetchAll(trees, missing);
  return new Map([...found, ...(await trees.known(wanted))]);
};

const knownOf = async (
  trees: Trees,
  level: readonly Directory[],
): Promise<ReadonlyMap<string, readonly RawEntry[]>> => {
  const found = await trees.known(level.flatMap(oidsOf));
  const forgotten = level.filter(({ before }) => before !== null && !found.has(before));
  if (forgotten.length === 0) return found;
  await trees.recall(forgotten);
  return new Map([...found, ...(await trees.known(forgotten.flatMap(oidsOf)))]);
};

/** Of two trees that are asked for together git sends only the outer one, where the other is in it too: what has not come is asked for again, as long as any comes. */
const fetchAll = async (trees: Trees, wanted: Set<string>): Promise<void> => {
  for (let before = Number.POSITIVE_INFINITY; wanted.size > 0; ) {
    if (wanted.size === before) throw absent();
    before = wanted.size;
    await trees.fetch(wanted);
    for (const oid of (await trees.known(wanted)).keys()) wanted.delete(oid);
  }
};

const absent = () => damaged('the server did not send a tree that it names');

const oidsOf = ({ before, after }: Directory): readonly string[] => [before, after].filter((oid) => oid !== null);

/** Returns how many entries were looked at: a tree may be at a billion paths. */
const compareEntries = (
  { prefix, depth, before, after, children }: Directory,
  trees: ReadonlyMap<string, readonly RawEntry[]>,
  next: Directory[],
  limits: ListingLimits,
): number => {
  const old = byKey(before, trees);
  const current = byKey(after, trees);
  for (const key of new Set([...old.keys(), ...current.keys()])) {
    const [was, is] = [old.get(key), current.get(key)];
    if (was?.oid === is?.oid && was?.mode === is?.mode) continue;
    if (!key.endsWith('/')) {
      children.push({ key, entry: is ?? null });
      continue;
    }
    const directory: Directory = {
      prefix: prefix + key,
      depth: depth + 1,
      before: was?.oid ?? null,
      after: is?.oid ?? null,
      children: [],
    };
    checkDirectory(directory.prefix, directory.depth, limits);
    children.push({ key, directory });
    next.push(directory);
  }
  children.sort((a, b) => (a.key < b.key ? -1 : 1));
  return old.size + current.size;
};

/** By name; of a directory with a slash, so that they are in the order of their paths, and a file and a directory of one name are two. */
const byKey = (oid: string | null, trees: ReadonlyMap<string, readonly RawEntry[]>): ReadonlyMap<string, RawEntry> => {
  const entries = oid === null ? [] : (trees.get(oid) ?? []);
  const found = new Map(entries.map((entry) => [entry.mode === directoryMode ? `${entry.name}/` : entry.name, entry]));
  if (found.size < entries.length) throw damaged('its objects are malformed: a tree has an entry twice');
  return found;
};

function* changesOf({ prefix, children }: Directory): Generator<{ path: string; entry: RawEntry | null }> {
  for (const child of children)
    if ('directory' in child) yield* changesOf(child.directory);
    else yield { path: prefix + child.key, entry: child.entry };
}

const changeOf = (name: string, entry: RawEntry | null): TreeChange => {
  const path = pathFromBytes(Buffer.from(name, 'latin1'));
  return { path, entry: entry === null ? null : { path, mode: entry.mode, oid: entry.oid, size: null } };
};
