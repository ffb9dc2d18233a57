import {
  applyChanges,
  type FileChange,
  fileChangeLine,
  fileChangeOf,
  fileLine,
  mergeChanges,
  parseFileChange,
} from '../manifest/file-list.ts';
import { blobSet, isIndexedBlob } from '../manifest/pages/manifest-sets.ts';
import type { PageBounds } from '../manifest/pages/page-cutter.ts';
import { pageName, pageText } from '../manifest/pages/page-text.ts';
import { type PageChange, type PageRef, sumOf, type WritePage } from '../manifest/pages/paged-set.ts';
import { pagesOnlyIn, streamPages } from '../manifest/pages/read-pages.ts';
import { fileListOf, type Manifest, pagesOf } from '../objects/manifests.ts';
import type { Pulse } from './pulse.ts';

/** Files of a manifest that has a list, at most: 63 MB of text, which a search has read after a second (measured). For one of more, the pages of its hits' blobs take less. */
export const MOST_LISTED = 500_000;
/** A publish writes all changes since the whole list was written: one in so many of its lines, and then it is written anew. */
const CHANGED_SHARE = 32;
/** Changes of one publish that are worth keeping for the list: with more, even the longest list is written anew, from its pages. */
export const MOST_CHANGES = MOST_LISTED / CHANGED_SHARE;
/** As many changes as this share of the longest page are kept in any case: 512. */
const LEAST_SHARE = 4;

/** So many pages are read to compare two manifests, or half of each: to write a list anew costs no more. */
const FEW_PAGES = 32;

export interface FileListParts {
  /** The manifest as it was. */
  readonly base: Manifest | null;
  /** Its files as they are now. */
  readonly now: Manifest;
  /** What has changed in the set of blobs, in its order; null: too much to keep. */
  readonly changed: readonly PageChange[] | null;
  /** Manifests of the generation: one that is nearly the same lends a new branch its list. */
  readonly others: readonly Manifest[];
  readonly write: WritePage;
  readonly bounds: PageBounds;
  readonly pulse: Pick<Pulse, 'check'>;
}

/** A list as it was, and what has changed since. */
interface Since {
  readonly whole: PageRef;
  readonly changes: readonly FileChange[];
}

/**
 * The whole list of the indexed files, and what has changed since it was written; null where there are too many files. It costs the change but for one publish in
 * many, which writes it anew: of 100,000 files that is one of some 200 syncs that modify 8 files each.
 */
export const writeFileList = async (parts: FileListParts): Promise<readonly PageRef[] | null> => {
  const { now, write, pulse } = parts;
  if (sumOf(pagesOf(now, blobSet)).lines > MOST_LISTED) return null;
  const since = await listSince(parts);
  await pulse.check();
  if (since !== null && isFew(since, parts.bounds)) {
    const { whole, changes } = since;
    return changes.length === 0 ? [whole] : [whole, await written(write, [changes.map(fileChangeLine)])];
  }
  const list = await written(
    write,
    since === null ? listedNow(parts) : [applyChanges(await now.read(since.whole), since.changes)],
  );
  await pulse.check();
  return list.lines === 0 ? [] : [list];
};

const isFew = ({ whole, changes }: Since, { most }: PageBounds): boolean =>
  changes.length <= Math.max(most / LEAST_SHARE, whole.lines / CHANGED_SHARE);

/** Null: no list is there that this one could continue. */
const listSince = async (parts: FileListParts): Promise<Since | null> => {
  const { base, now, changed, others } = parts;
  if (changed === null) return null;
  const own = base === null ? null : await sinceOf(base, now);
  if (own !== null) return { ...own, changes: mergeChanges(own.changes, changed.map(fileChangeOf)) };
  if (base !== null) return null;
  for (const other of others) {
    const known = await sinceOf(other, now);
    const differences = known === null ? null : await differencesOf(other, now);
    if (known !== null && differences !== null) return { ...known, changes: mergeChanges(known.changes, differences) };
  }
  return null;
};

const sinceOf = async (manifest: Manifest, { read }: Pick<Manifest, 'read'>): Promise<Since | null> => {
  const [whole, changes] = fileListOf(manifest) ?? [];
  if (whole === undefined) return null;
  return { whole, changes: changes === undefined ? [] : (await read(changes)).map(parseFileChange) };
};

/** What the one manifest has and the other has not, by the pages that they do not share; null where these are many. */
const differencesOf = async (then: Manifest, now: Manifest): Promise<readonly FileChange[] | null> => {
  const [before, after] = [pagesOf(then, blobSet), pagesOf(now, blobSet)];
  const [gone, come] = [pagesOnlyIn(before, after), pagesOnlyIn(after, before)];
  if (gone.length + come.length > Math.max(FEW_PAGES, after.length)) return null;
  const filesOf = async (pages: readonly PageRef[]): Promise<ReadonlySet<string>> =>
    new Set((await Array.fromAsync(streamPages(pages, now.read))).flat().filter(isIndexedBlob).map(fileLine));
  const [old, fresh] = [await filesOf(gone), await filesOf(come)];
  const changes = [
    ...[...old.difference(fresh)].map((line): FileChange => [line, false]),
    ...[...fresh.difference(old)].map((line): FileChange => [line, true]),
  ];
  return changes.sort(([a], [b]) => blobSet.compare(a, b));
};

/** All files, from what was just written of them: of a manifest that is new they are its changes, where these were kept. */
async function* listedNow({ base, now, changed, pulse }: FileListParts): AsyncGenerator<readonly string[]> {
  if (base === null && changed !== null) {
    yield changed.map(fileChangeOf).flatMap(([line, listed]) => (listed ? [line] : []));
    return;
  }
  for await (const page of streamPages(pagesOf(now, blobSet), now.read)) {
    yield page.filter(isIndexedBlob).map(fileLine);
    await pulse.check();
  }
}

/** As bytes from the first: a list of 100,000 files as lines, as one text and as bytes at once takes 80 MB, while the index's own parts are made beside it (measured). */
const written = async (
  write: WritePage,
  blocks: AsyncIterable<readonly string[]> | Iterable<readonly string[]>,
): Promise<PageRef> => {
  const encoder = new TextEncoder();
  const pieces: Uint8Array[] = [];
  let count = 0;
  for await (const lines of blocks) {
    if (lines.length > 0) pieces.push(encoder.encode(pageText(lines)));
    count += lines.length;
  }
  const bytes = joined(pieces);
  const name = await pageName(bytes);
  const stands = count === 0 ? { writer: '', stored: 0 } : await write(name, bytes);
  return { name, lines: count, files: 0, chunks: 0, bytes: 0, firstKey: '', ...stands };
};

/** Takes the pieces. */
const joined = (pieces: Uint8Array[]): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
};
