import type { FileEntry, FileList, ListFilesQuery } from '../contract/files.ts';
import type { RepositoryId, UserId } from '../contract/ids.ts';
import { fromBase64, fromBase64Url, toBase64Url } from '../domain/base64.ts';
import { languageOf } from '../domain/languages.ts';
import { pathFromBytes, pathToBytes, toldName } from '../manifest/git-path.ts';
import { parseManifestLine, pathOfLine } from '../manifest/manifest.ts';
import { pathSet } from '../manifest/pages/manifest-sets.ts';
import { linesIn, pagesIn } from '../manifest/pages/read-pages.ts';
import { walkDirectory } from '../manifest/pages/walk-tree.ts';
import { type Manifest, pagesOf } from '../objects/manifests.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type OfContents, withContents } from '../repositories/with-contents.ts';

type Deps = Pick<Runtime, 'repositories' | 'objects' | 'pathRules'>;

export type ListFilesOutcome = OfContents<
  { readonly kind: 'found'; readonly list: FileList } | { readonly kind: 'bad-cursor' }
>;

/** Paths that one page looks at for a pattern: 100 ms at 2 µs each (measured, gitignore patterns). A page may then have few entries, and a next one. */
const PATHS_AT_MOST = 50_000;
const SLASH = 0x2f;
/** Looked at before others have the thread. */
const PATHS_AT_ONCE = 2_000;

/** A page of what is in a directory of a branch, or of its files that a pattern matches, at its indexed commit. */
export const listFiles = (deps: Deps) => {
  const opened = withContents(deps);
  return async (
    id: RepositoryId,
    user: UserId,
    { path = '', path_bytes, glob, branch: asked, limit, cursor }: ListFilesQuery,
  ): Promise<ListFilesOutcome> => {
    const from = cursor === undefined ? undefined : placeOfCursor(cursor);
    if (from === null) return { kind: 'bad-cursor' };
    return opened(id, user, asked, async ({ branch, freshness, contents }) => {
      const named = path_bytes === undefined ? new TextEncoder().encode(path) : fromBase64(path_bytes);
      const directory = directoryOf(named);
      const { manifest } = contents;
      const place = { manifest, directory, from };
      const page =
        glob === undefined ? await children(place, limit) : await matching(place, matcher(deps, glob), limit);
      const { indexed_commit: commit, ...fresh } = freshness;
      const next_cursor = page.next === null ? null : cursorOf(page.next);
      return { kind: 'found' as const, list: { commit, branch, ...fresh, entries: page.entries, next_cursor } };
    });
  };
};

interface Place {
  readonly manifest: Manifest;
  readonly directory: string;
  readonly from: string | undefined;
}

interface Page {
  readonly entries: FileEntry[];
  /** Where the next page begins. */
  readonly next: string | null;
}

const children = async ({ manifest, directory, from }: Place, limit: number): Promise<Page> => {
  const entries: FileEntry[] = [];
  let next: string | null = null;
  for await (const child of walkDirectory(pagesOf(manifest, pathSet), manifest.read, directory, from)) {
    if (entries.length === limit) return { entries, next };
    entries.push(child.kind === 'file' ? fileEntry(child.line) : { ...toldName(child.path), type: 'directory' });
    next = child.next;
  }
  return { entries, next: null };
};

const matcher = ({ pathRules }: Pick<Deps, 'pathRules'>, glob: string): ((path: string) => boolean) => {
  const rule = pathRules.compile([glob], []);
  return (path) => rule(path) === 'ignored';
};

const matching = async (
  { manifest, directory, from }: Place,
  passes: (path: string) => boolean,
  limit: number,
): Promise<Page> => {
  const range = {
    from: from ?? (directory === '' ? '' : withByte(directory, SLASH)),
    to: directory === '' ? undefined : withByte(directory, SLASH + 1),
  };
  const entries: FileEntry[] = [];
  let looked = 0;
  for (const page of pagesIn(pathSet, pagesOf(manifest, pathSet), range))
    for (const line of linesIn(pathSet, await manifest.read(page), range)) {
      if (entries.length === limit || looked === PATHS_AT_MOST) return { entries, next: pathOfLine(line) };
      looked += 1;
      if (looked % PATHS_AT_ONCE === 0) await turn();
      if (passes(pathOfLine(line))) entries.push(fileEntry(line));
    }
  return { entries, next: null };
};

/** Lets whatever else is due have the thread. No waiting for a time, so it needs no clock. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

const fileEntry = (line: string): FileEntry => {
  const { path, oid, size, outcome, reason } = parseManifestLine(line);
  const base = { ...toldName(path), type: 'file', blob: oid, bytes: size, language: languageOf(path) } as const;
  return outcome === 'indexed' ? base : { ...base, not_indexed: outcome === 'failed' ? 'failed' : reason };
};

const withByte = (path: string, byte: number): string => pathFromBytes(Uint8Array.of(...pathToBytes(path), byte));

/** The place's bytes, since a name may be of any. */
const cursorOf = (place: string): string => toBase64Url(pathToBytes(place));

const placeOfCursor = (cursor: string): string | null => {
  const bytes = fromBase64Url(cursor);
  return bytes === null ? null : pathFromBytes(bytes);
};

/** As a manifest has it, without slashes at its end. */
const directoryOf = (name: Uint8Array): string => {
  let { length } = name;
  while (length > 0 && name[length - 1] === SLASH) length -= 1;
  return pathFromBytes(name.subarray(0, length));
};
