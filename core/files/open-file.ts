import type { Freshness } from '../contract/api.ts';
import type { RepositoryId, UserId } from '../contract/ids.ts';
import { type ManifestEntry, parseManifestLine } from '../manifest/manifest.ts';
import { pathSet } from '../manifest/pages/manifest-sets.ts';
import { lookUp } from '../manifest/pages/read-pages.ts';
import { walkDirectory } from '../manifest/pages/walk-tree.ts';
import type { BlobText, BranchContents } from '../objects/contents.ts';
import { pagesOf } from '../objects/manifests.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type OfContents, withContents } from '../repositories/with-contents.ts';

/** Why there is no text to work with. */
export type FileRefusal = OfContents<
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
>;

export interface OpenFile {
  readonly branch: string;
  readonly commit: string;
  readonly fresh: Omit<Freshness, 'indexed_commit'>;
  readonly entry: ManifestEntry;
  readonly content: BlobText;
}

/** Reads a file of a branch, at its indexed commit, for those who may. */
export const createFileReader = (deps: Pick<Runtime, 'repositories' | 'objects'>) => {
  const opened = withContents(deps);
  return <T>(
    id: RepositoryId,
    user: UserId,
    path: string,
    asked: string | undefined,
    isKnown: (blob: string) => boolean,
    use: (file: OpenFile) => Promise<T>,
  ): Promise<FileRefusal | T> =>
    opened<FileRefusal | T>(id, user, asked, async ({ branch, freshness, contents }) => {
      const { indexed_commit: commit, ...fresh } = freshness;
      const entry = await entryAt(contents, path);
      if (entry === null) return { kind: (await isDirectory(contents, path)) ? 'directory' : 'absent', branch, commit };
      if (isKnown(entry.oid)) return { kind: 'unchanged', blob: entry.oid };
      const content = await contentOf(contents, entry);
      if (content === null) return { kind: 'not-kept', branch };
      if (content === 'left-out') {
        const outcome = entry.outcome === 'failed' ? 'failed' : 'skipped';
        return { kind: content, branch, outcome, reason: entry.reason };
      }
      return use({ branch, commit, fresh, entry, content });
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
