import type { FileAnswer, ReadFileQuery } from '../contract/files.ts';
import type { RepositoryId, UserId } from '../contract/ids.ts';
import { languageOf } from '../domain/languages.ts';
import { toldName } from '../manifest/git-path.ts';
import { type ManifestEntry, parseManifestLine } from '../manifest/manifest.ts';
import { pathSet } from '../manifest/pages/manifest-sets.ts';
import { lookUp } from '../manifest/pages/read-pages.ts';
import { walkDirectory } from '../manifest/pages/walk-tree.ts';
import type { BlobText, BranchContents } from '../objects/contents.ts';
import { pagesOf } from '../objects/manifests.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type OfContents, withContents } from '../repositories/with-contents.ts';

type Deps = Pick<Runtime, 'repositories' | 'objects'>;

export type ReadFileOutcome = OfContents<
  | { readonly kind: 'found'; readonly file: FileAnswer }
  /** The caller has this blob. */
  | { readonly kind: 'unchanged'; readonly blob: string }
  | { readonly kind: 'absent' | 'directory'; readonly branch: string; readonly commit: string }
  /** It is at the commit, but what it holds is not in the index. */
  | {
      readonly kind: 'left-out';
      readonly branch: string;
      readonly outcome: 'skipped' | 'failed';
      readonly reason: string;
    }
  /** It was indexed before contents were kept. */
  | { readonly kind: 'not-kept'; readonly branch: string }
  | { readonly kind: 'beyond-end'; readonly lines: number }
>;

/** A file's text, or some of its lines, at the branch's indexed commit. */
export const readFile = (deps: Deps) => {
  const opened = withContents(deps);
  return (
    id: RepositoryId,
    user: UserId,
    path: string,
    { branch: asked, start = 1, end }: ReadFileQuery,
    isKnown: (blob: string) => boolean,
  ): Promise<ReadFileOutcome> =>
    opened(id, user, asked, async ({ branch, freshness, contents }) => {
      const { indexed_commit: commit, ...fresh } = freshness;
      const entry = await entryAt(contents, path);
      if (entry === null)
        return {
          kind: (await isDirectory(contents, path)) ? ('directory' as const) : ('absent' as const),
          branch,
          commit,
        };
      if (isKnown(entry.oid)) return { kind: 'unchanged', blob: entry.oid };
      const content = await contentOf(contents, entry);
      if (content === 'left-out')
        return {
          kind: content,
          branch,
          outcome: entry.outcome === 'failed' ? 'failed' : 'skipped',
          reason: entry.reason,
        };
      if (content === null) return { kind: 'not-kept', branch };
      if (start > Math.max(1, content.lines)) return { kind: 'beyond-end', lines: content.lines };
      const last = Math.min(end ?? content.lines, content.lines);
      const file: FileAnswer = {
        ...toldName(path),
        branch,
        commit,
        blob: entry.oid,
        language: languageOf(path),
        bytes: content.bytes,
        lines: content.lines,
        start,
        end: last,
        text: linesBetween(content.text, start, last),
        ...fresh,
      };
      return { kind: 'found', file };
    });
};

const entryAt = async ({ manifest }: BranchContents, path: string): Promise<ManifestEntry | null> => {
  const [line] = await lookUp(pathSet, pagesOf(manifest, pathSet), [path], manifest.read);
  return line == null ? null : parseManifestLine(line);
};

const isDirectory = async ({ manifest }: BranchContents, path: string): Promise<boolean> => {
  for await (const _ of walkDirectory(pagesOf(manifest, pathSet), manifest.read, path)) return true;
  return false;
};

/** Null: it was not kept. A file without a byte needs no keeping. */
const contentOf = async (
  contents: BranchContents,
  { oid, outcome, reason, size }: ManifestEntry,
): Promise<BlobText | 'left-out' | null> => {
  if (outcome === 'indexed') return contents.read(oid);
  return reason === 'empty' && size === 0 ? { text: '', bytes: 0, lines: 0 } : 'left-out';
};

/** From the one line to the other, both with what ends them. */
const linesBetween = (text: string, start: number, end: number): string => {
  const from = afterLines(text, 0, start - 1);
  return text.slice(from, afterLines(text, from, end - start + 1));
};

/** Where so many more lines have ended. */
const afterLines = (text: string, from: number, lines: number): number => {
  let at = from;
  for (let n = 0; n < lines; n++) {
    const newline = text.indexOf('\n', at);
    if (newline < 0) return text.length;
    at = newline + 1;
  }
  return at;
};
