import type { RepositoryId, UserId } from '../contract/ids.ts';
import type { RepositoryRecord } from '../contract/records.ts';
import type { SnapshotBlob, SnapshotPageQuery, SnapshotPart } from '../contract/snapshot.ts';
import { GenerationNotFoundError, IndexDamagedError, ObjectDamagedError } from '../domain/errors.ts';
import { syncingJob } from '../domain/syncing-job.ts';
import { blobSet, pathSet } from '../manifest/pages/manifest-sets.ts';
import type { BranchContents } from '../objects/contents.ts';
import { pagesOf } from '../objects/manifests.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { IndexRow } from '../ports/search-index.ts';
import { withAccess } from '../repositories/with-access.ts';
import { type OfContents, withContents } from '../repositories/with-contents.ts';
import { generationOf } from '../sync/generation-of.ts';
import { indexedBlobs } from '../sync/rules/indexed-blobs.ts';
import { precisionOf, vectorText } from '../sync/rules/vector-text.ts';

type Deps = Pick<Runtime, 'repositories' | 'objects' | 'index'>;

export type SnapshotPageOutcome = OfContents<
  | { readonly kind: 'found'; readonly part: SnapshotPart }
  /** The branch's manifest does not have the page, or not any more. */
  | { readonly kind: 'absent'; readonly branch: string; readonly commit: string }
  | { readonly kind: 'not-kept'; readonly branch: string }
>;

/** A function's answer may have 6 MB: the last row that fits below this may bring as much as a chunk's text and vector. */
const MOST_CHARACTERS = 3_000_000;
/** Blobs whose rows are read together. */
const BLOBS_AT_ONCE = 64;

/** A page's lines, and of a page of blobs their texts and rows: as much as one answer may have, from a place on. */
export const readSnapshotPage = (deps: Deps) => {
  const opened = withContents(deps);
  return async (
    id: RepositoryId,
    user: UserId,
    page: string,
    { branch: asked, from = '0.0' }: SnapshotPageQuery,
  ): Promise<SnapshotPageOutcome> => {
    const access = await withAccess(deps, id, user, 'read');
    if (access.kind !== 'allowed') return access;
    const { repository } = access;
    try {
      return await opened<SnapshotPageOutcome>(id, user, asked, async ({ branch, pointer, contents }) => {
        const { manifest } = contents;
        const files = pagesOf(manifest, pathSet).find(({ name }) => name === page);
        const blobs = pagesOf(manifest, blobSet).find(({ name }) => name === page);
        if (files !== undefined)
          return { kind: 'found', part: { ...whole(page, await manifest.read(files)), next: null } };
        if (blobs === undefined) return { kind: 'absent', branch, commit: pointer.commit };
        const place = { repository, generation: pointer.generation, contents };
        const part = await partOf(deps, place, whole(page, await manifest.read(blobs)), from);
        return part === null ? { kind: 'not-kept', branch } : { kind: 'found', part };
      });
    } catch (error) {
      if (!(error instanceof GenerationNotFoundError || error instanceof IndexDamagedError)) throw error;
      return { kind: 'contents-lost', branch: asked ?? '', jobId: syncingJob(repository) };
    }
  };
};

interface Place {
  readonly repository: RepositoryRecord;
  readonly generation: number;
  readonly contents: BranchContents;
}

const whole = (page: string, lines: readonly string[]) => ({
  page,
  lines: [...lines],
  blobs: [] as SnapshotBlob[],
  precision: 'half' as const,
});

/** Null: a text of it was not kept. */
const partOf = async (
  deps: Deps,
  { repository, generation, contents }: Place,
  part: ReturnType<typeof whole>,
  from: string,
): Promise<SnapshotPart | null> => {
  const [fromLine = 0, fromRow = 0] = from.split('.').map(Number);
  const wanted = indexedBlobs(part.lines).filter(({ line }) => line >= fromLine);
  const taken: { readonly oid: string; readonly text: string | null; readonly rows: readonly IndexRow[] }[] = [];
  let room = MOST_CHARACTERS;
  let next: string | null = null;
  for (let at = 0; at < wanted.length && next === null; at += BLOBS_AT_ONCE) {
    const some = wanted.slice(at, at + BLOBS_AT_ONCE);
    const rows = await rowsOf(deps, repository, generation, some);
    for (const { line, oid } of some) {
      const all = rows.get(oid) ?? [];
      const first = line === fromLine ? fromRow : 0;
      const content = first > 0 ? null : await contents.read(oid);
      if (first === 0 && content === null) return null;
      const text = content?.text ?? null;
      if (taken.length > 0 && room < lengthOf(text)) {
        next = `${line}.0`;
        break;
      }
      room -= lengthOf(text);
      // One at least, so that a text is never answered twice.
      let end = first;
      while (end < all.length && (room > 0 || end === first)) {
        room -= rowLength(all[end] as IndexRow);
        end += 1;
      }
      taken.push({ oid, text, rows: all.slice(first, end) });
      if (end < all.length) {
        next = `${line}.${end}`;
        break;
      }
    }
  }
  const precision = precisionOf(taken.flatMap(({ rows }) => rows.map(({ vector }) => vector)));
  return {
    ...part,
    lines: from === '0.0' ? part.lines : [],
    precision,
    blobs: taken.map(({ oid, text, rows }) => ({
      blob: oid,
      text,
      rows: rows.map(({ ordinal, startLine, endLine, languages, text: chunk, vector }) => ({
        ordinal,
        start_line: startLine,
        end_line: endLine,
        languages: [...languages],
        text: chunk,
        vector: vectorText(vector, precision),
      })),
    })),
    next,
  };
};

/** All rows of each blob, by ordinal. Throws ObjectDamagedError where some are missing: they are swept when the branch has moved, and lost otherwise. */
const rowsOf = async (
  deps: Deps,
  repository: RepositoryRecord,
  generation: number,
  blobs: readonly { readonly oid: string; readonly chunks: number }[],
): Promise<ReadonlyMap<string, readonly IndexRow[]>> => {
  const found = new Map<string, IndexRow[]>(blobs.map(({ oid }) => [oid, []]));
  const some = blobs.filter(({ chunks }) => chunks > 0);
  if (some.length > 0)
    for (const row of await deps.index.get(generationOf(repository, generation), some)) found.get(row.blob)?.push(row);
  for (const { oid, chunks } of blobs) {
    const rows = (found.get(oid) ?? []).filter(({ ordinal }) => ordinal < chunks).sort((a, b) => a.ordinal - b.ordinal);
    if (rows.length !== chunks)
      throw new ObjectDamagedError(`the index has ${rows.length} of ${chunks} rows of ${oid}`);
    found.set(oid, rows);
  }
  return found;
};

const lengthOf = (text: string | null): number => (text === null ? 0 : text.length * 1.1);
const rowLength = ({ text, vector }: IndexRow): number => text.length * 1.1 + vector.length * 5.4 + 200;
