import { ObjectDamagedError, ObjectMissingError } from '../domain/errors.ts';
import { toldName } from '../manifest/git-path.ts';
import { isIndexedLine, oidOfLine, pathOfLine } from '../manifest/manifest.ts';
import { filterBytes, type GramFilter, gramFilterOf, readFilter } from '../manifest/packs/gram-filter.ts';
import { type Pack, readPack } from '../manifest/packs/pack-text.ts';
import { contentSet, packOfLine, pathSet } from '../manifest/pages/manifest-sets.ts';
import { mapAhead } from '../manifest/pages/map-ahead.ts';
import { PAGES_AT_ONCE, type PageRef, type ReadPage, sumOf } from '../manifest/pages/paged-set.ts';
import { lookUp, pagesIn, streamPages } from '../manifest/pages/read-pages.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { type Manifest, openManifest, packsOf, pagesOf } from './manifests.ts';
import { filterKey, packKey } from './object-keys.ts';
import { BYTES_A_LINE, bytesOfLines, bytesOfRoot, createPageCache, type PageCache } from './page-cache.ts';

/** A blob's text: UTF-8 as it was decoded, its newlines as they are. */
export interface BlobText {
  readonly text: string;
  /** Bytes of the text in UTF-8. */
  readonly bytes: number;
  /** Lines; a last one without a newline counts. */
  readonly lines: number;
}

export interface BranchText {
  readonly path: string;
  readonly blob: string;
  readonly text: string;
}

export interface PackWords {
  readonly text: string;
  readonly ends: readonly number[];
}

export interface PathsAsked {
  readonly prefix: string;
  readonly passes: (path: string) => boolean;
}

/** A name in git's quoting begins as its bytes do. */
export const isAsked = (paths: PathsAsked | undefined, path: string): boolean =>
  paths === undefined || (toldName(path).path.startsWith(paths.prefix) && paths.passes(path));

/** Which texts are asked for: all where nothing is said. */
export interface TextsAsked {
  /** Paths that begin so, and pass. */
  readonly paths?: PathsAsked | undefined;
  /** Paths from this one on, in tree order. */
  readonly from?: string | undefined;
  /** Asked for each pack before it is read: whether a text of it may be wanted. */
  readonly mayHold?: ((grams: GramFilter) => boolean) | undefined;
}

/** The texts of a branch's indexed files, at its indexed commit. Reading throws ObjectMissingError or ObjectDamagedError where the store lost something. */
export interface BranchContents {
  /** Its manifest; what was read of it is kept. */
  readonly manifest: Manifest;
  /** Null: the branch does not hold the blob, or it was indexed before contents were kept. */
  read(blob: string): Promise<BlobText | null>;
  /** In tree order of their paths; a blob at two paths comes twice. Those that were indexed before contents were kept are left out. */
  texts(asked?: TextsAsked): AsyncIterable<BranchText>;
  /** The grams of each pack; null for one whose filter is lost. */
  packGrams(): Promise<readonly (GramFilter | null)[]>;
  /** The texts of the n-th pack in lower case, one after the other, and where each ends. It may have texts that the branch no longer holds. */
  packWords(n: number): Promise<PackWords>;
  /** The grams of the indexed files' paths; null where there are more than {@link MOST_PATHS}. */
  pathGrams(): Promise<GramFilter | null>;
}

/** Paths whose grams are kept: one filter of more would have nearly all there are. */
const MOST_PATHS = 20_000;

/** Kept in memory over all manifests: pages, filters, and the packs that were read last. */
const MAX_BYTES = 256 * 1024 * 1024;

/** All that read one store in a process share what is kept. */
const caches = new WeakMap<object, PageCache>();

type Objects = Pick<ObjectStore, 'getLines' | 'getText'>;
type Places = Pick<PageRef, 'writer' | 'name'>;

/**
 * Opens the contents of manifests. Everything that is read has a name that means the same for ever, and what was used last is kept.
 * @param maxBytes counts for the first who opens the store.
 */
export const createContents = (
  objects: Objects,
  maxBytes = MAX_BYTES,
): ((repositoryId: string, manifestKey: string) => Promise<BranchContents>) => {
  const cache = caches.get(objects) ?? createPageCache(maxBytes);
  caches.set(objects, cache);
  return async (repositoryId, key) => {
    const opened = await cache(
      key,
      () => openManifest(objects, repositoryId, key),
      ({ root }) => bytesOfRoot(root),
    );
    const read: ReadPage = (page) => cache(`${repositoryId} ${page.name}`, () => opened.read(page), bytesOfLines);
    return branchContents({ objects, cache, repositoryId, key }, { root: opened.root, read });
  };
};

interface Place {
  readonly objects: Objects;
  readonly cache: PageCache;
  readonly repositoryId: string;
  readonly key: string;
}

const branchContents = (place: Place, manifest: Manifest): BranchContents => {
  const all = distinctPacks(manifest);
  const packs = new Map(all.map((pack) => [pack.name, pack]));
  return {
    manifest,
    read: async (blob) => {
      const [line] = await lookUp(contentSet, pagesOf(manifest, contentSet), [blob], manifest.read);
      const pack = line == null ? undefined : packs.get(packOfLine(line));
      if (pack === undefined) return null;
      const text = (await packAt(place, pack)).textOf(blob);
      if (text === undefined) throw new ObjectDamagedError(`the pack ${pack.name} does not have ${blob}`);
      return { text, bytes: new TextEncoder().encode(text).length, lines: linesOf(text) };
    },
    packGrams: () => Promise.all(all.map((pack) => filterAt(place, pack))),
    packWords: (n) => packWordsAt(place, all[n] as PageRef),
    pathGrams: () =>
      place.cache(
        `${place.key} path grams`,
        async () => {
          const pages = pagesOf(manifest, pathSet);
          if (sumOf(pages).lines > MOST_PATHS) return null;
          const paths: string[] = [];
          for await (const lines of streamPages(pages, manifest.read))
            for (const line of lines) if (isIndexedLine(line)) paths.push(toldName(pathOfLine(line)).path);
          return gramFilterOf(paths);
        },
        (filter) => (filter === null ? 0 : filterBytes(filter)) + BYTES_A_LINE,
      ),
    async *texts({ paths, from: begin, mayHold } = {}) {
      const asked = await packsAsked(place, all, mayHold);
      if (!asked.includes(true)) return;
      const from = begin ?? paths?.prefix ?? '';
      const pages = pagesIn(pathSet, pagesOf(manifest, pathSet), { from, to: undefined });
      const placed = mapAhead(pages, PAGES_AT_ONCE, async (page) => {
        const places = await placesAt(place, manifest, page);
        // Most pages have nothing of the few packs that a rare name leaves.
        if (!places.some((n) => asked[n] === true)) return { places, files: [] };
        return { places, files: await filesAt(place, manifest, page) };
      });
      // Neighbours in the tree are neighbours in a pack.
      const held: { of?: PageRef; pack?: Pack } = {};
      for await (const { places, files } of placed)
        for (const [i, { path, blob }] of files.entries()) {
          const n = places[i] as number;
          const pack = all[n];
          if (pack === undefined || asked[n] !== true) continue;
          if ((begin !== undefined && pathSet.compare(path, begin) < 0) || !isAsked(paths, path)) continue;
          if (held.of !== pack) held.pack = await packAt(place, pack);
          held.of = pack;
          const text = held.pack?.textOf(blob);
          if (text === undefined) throw new ObjectDamagedError(`the pack ${pack.name} does not have ${blob}`);
          yield { path, blob, text };
        }
    },
  };
};

interface IndexedFile {
  readonly path: string;
  readonly blob: string;
}

const filesOf = (lines: readonly string[]): readonly IndexedFile[] =>
  lines.filter(isIndexedLine).map((line) => ({ path: pathOfLine(line), blob: oidOfLine(line) }));

const filesAt = ({ cache, repositoryId }: Place, { read }: Manifest, page: PageRef): Promise<readonly IndexedFile[]> =>
  cache(`${repositoryId} ${page.name} files`, async () => filesOf(await read(page)), bytesOfFiles);

/** Of each indexed file of a page: which of the manifest's packs has its text; one beyond all for a file that none has. */
const placesAt = (place: Place, manifest: Manifest, page: PageRef): Promise<Uint32Array> =>
  place.cache(
    `${place.key} ${page.name} places`,
    async () => {
      const files = await filesAt(place, manifest, page);
      const packOf = await packsByBlob(place, manifest);
      return Uint32Array.from(files, ({ blob }) => packOf.get(blob) ?? 0xffffffff);
    },
    (places) => places.byteLength + BYTES_A_LINE,
  );

/** Of each pack: whether a text of it may be wanted. */
const packsAsked = async (
  place: Place,
  packs: readonly PageRef[],
  mayHold: TextsAsked['mayHold'],
): Promise<readonly boolean[]> => {
  if (mayHold === undefined) return packs.map(() => true);
  const filters = mapAhead(packs, PAGES_AT_ONCE, (pack) => filterAt(place, pack));
  const asked: boolean[] = [];
  for await (const filter of filters) asked.push(filter === null || mayHold(filter));
  return asked;
};

/** Null: it is not there, or cannot be read. Then it denies nothing. */
const filterAt = ({ objects, cache, repositoryId }: Place, pack: Places): Promise<GramFilter | null> =>
  cache(
    filterKey(repositoryId, pack),
    async () => {
      try {
        const text = await objects.getText(filterKey(repositoryId, pack));
        return text === null ? null : readFilter(text);
      } catch (error) {
        if (error instanceof ObjectDamagedError) return null;
        throw error;
      }
    },
    (filter) => (filter === null ? 0 : filterBytes(filter)) + BYTES_A_LINE,
  );

/** Whatever is kept of packs by their number counts in this order. */
const distinctPacks = (manifest: Manifest): readonly PageRef[] => [
  ...new Map(packsOf(manifest).map((pack) => [pack.name, pack])).values(),
];

/** Which of the manifest's packs has which blob. */
const packsByBlob = ({ cache, key }: Place, manifest: Manifest): Promise<ReadonlyMap<string, number>> =>
  cache(
    `${key} contents`,
    async () => {
      const packs = new Map(distinctPacks(manifest).map(({ name }, n) => [name, n]));
      const found = new Map<string, number>();
      for await (const lines of streamPages(pagesOf(manifest, contentSet), manifest.read))
        for (const line of lines) {
          const pack = packs.get(packOfLine(line));
          if (pack !== undefined) found.set(contentSet.keyOf(line), pack);
        }
      return found;
    },
    (found) => found.size * 3 * BYTES_A_LINE,
  );

const packAt = ({ objects, cache, repositoryId }: Place, pack: Places): Promise<Pack> =>
  cache(
    packKey(repositoryId, pack),
    () => needPack(objects, repositoryId, pack),
    ({ body, oids }) => 2 * body.length + oids.length * 4 * BYTES_A_LINE,
  );

const packWordsAt = ({ objects, cache, repositoryId }: Place, pack: Places): Promise<PackWords> =>
  cache(
    `${packKey(repositoryId, pack)} words`,
    async () => {
      const { body, places } = await needPack(objects, repositoryId, pack);
      const text = body.toLowerCase();
      const ends = [...places.values()].map(({ to }) => to);
      // A letter that is two in lower case moves what follows; then all is one text.
      return { text, ends: text.length === body.length ? ends : [text.length] };
    },
    ({ text, ends }) => 2 * text.length + ends.length * 8 + BYTES_A_LINE,
  );

/** Throws ObjectMissingError, or ObjectDamagedError where it is not a whole pack. */
export const needPack = async (
  objects: Pick<ObjectStore, 'getText'>,
  repositoryId: string,
  pack: Places,
): Promise<Pack> => {
  const key = packKey(repositoryId, pack);
  const text = await objects.getText(key);
  if (text === null) throw new ObjectMissingError(`there is no object ${key}`);
  return readPack(text);
};

const linesOf = (text: string): number => {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  return text === '' || text.endsWith('\n') ? lines : lines + 1;
};

const bytesOfFiles = (files: readonly IndexedFile[]): number =>
  files.reduce((bytes, { path }) => bytes + path.length + 4 * BYTES_A_LINE, BYTES_A_LINE);
