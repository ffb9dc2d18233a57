import type { DiffedBranch } from '../contract/job-files.ts';
import { BlobResult, type JobRef } from '../contract/workflow-state.ts';
import { ObjectMissingError } from '../domain/errors.ts';
import { addUnder } from '../domain/own.ts';
import { type ManifestEntry, manifestLine, parseManifestLine, pathOfLine } from '../manifest/manifest.ts';
import { parsePatchLine } from '../manifest/manifest-patch.ts';
import { editPages } from '../manifest/pages/edit-pages.ts';
import { rootText } from '../manifest/pages/manifest-root.ts';
import { blobKeyOf, blobLine, blobSet, contentSet, pathSet } from '../manifest/pages/manifest-sets.ts';
import { mapAhead } from '../manifest/pages/map-ahead.ts';
import { pageText } from '../manifest/pages/page-text.ts';
import {
  PAGES_AT_ONCE,
  type PageChange,
  type PageRef,
  type Sums,
  sumOf,
  type WritePage,
} from '../manifest/pages/paged-set.ts';
import { FILES, type Manifest, NOT_STORED, PACKS, pagesOf } from '../objects/manifests.ts';
import { jobKeys } from '../objects/object-keys.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type ChangeSorter, createChangeSorter } from './in-order.ts';
import { keptManifests } from './kept-manifests.ts';
import type { Pulse } from './pulse.ts';
import { type Packed, writeContents } from './write-contents.ts';
import { MOST_CHANGES, writeFileList } from './write-file-list.ts';

type Deps = Pick<Runtime, 'objects' | 'settings'>;
export type Results = ReadonlyMap<string, BlobResult>;

/** What became of the files whose content was read. */
export interface Totals {
  indexed: number;
  failed: number;
  readonly skipped_by_reason: Record<string, number>;
  chunks_embedded: number;
  chunks_reused: number;
}

/** All results of a job, by oid: in proportion to the change. */
export const readResults = async (deps: Pick<Deps, 'objects'>, job: JobRef, pulse: Pulse): Promise<Results> => {
  const results = new Map<string, BlobResult>();
  for await (const key of deps.objects.list(jobKeys(job).results)) {
    for await (const lines of deps.objects.getLines(key))
      for (const line of lines) {
        const result = BlobResult.parse(JSON.parse(line));
        results.set(result.oid, result);
      }
    await pulse.check();
  }
  return results;
};

export interface ManifestParts {
  readonly job: JobRef;
  readonly branch: DiffedBranch;
  /** The committed manifest that the patch is for. */
  readonly base: Manifest | null;
  /** Where the root is written. */
  readonly key: string;
  /** Begins the keys of what is written on the way: see in-order.ts. */
  readonly runs: string;
  /** Where pages are written: see page-writer.ts. */
  readonly write: WritePage;
  readonly results: Results;
  /** Where the texts are that the job has read. */
  readonly packed: Packed;
  /** Manifests of the generation: what a path of the branch has come to hold may be a blob of theirs. */
  readonly others: readonly Manifest[];
  readonly totals: Totals;
  readonly pulse: Pulse;
  /** Told, block by block, of the paths that this job changed and that are still there, as they now stand. */
  readonly note: (entries: readonly ManifestEntry[]) => Promise<void>;
}

interface FileChange extends PageChange {
  readonly entry: ManifestEntry | null;
}

/**
 * Applies a patch to the committed manifest's sets, each pending entry with its result, and writes the pages that it changes and then the
 * root. A missing result is an error: a manifest that claims less or more than was done is never written.
 */
export const writeManifest = async (
  deps: Deps,
  parts: ManifestParts,
): Promise<{ readonly manifest: Manifest; readonly sums: Sums; readonly stored: number }> => {
  const { job, base, key, write, pulse } = parts;
  const read = base?.read ?? nothingToRead;
  const blobs = createChangeSorter({
    objects: deps.objects,
    kind: blobSet,
    runKey: (run) => `${parts.runs}${run}.zst`,
    pulse,
  });
  const gone = new Set<string>();
  const here = new Set<string>();
  const note = (before: string | null, { entry }: FileChange): void => {
    const old = before === null ? null : parseManifestLine(before);
    // The old line first: the new one may have its key.
    if (old !== null && blobLine(old) !== null) blobs.add({ key: blobKeyOf(old), line: null });
    const line = entry === null ? null : blobLine(entry);
    if (entry !== null && line !== null) blobs.add({ key: blobKeyOf(entry), line });
    if (old?.outcome === 'indexed') gone.add(old.oid);
    if (entry?.outcome === 'indexed') here.add(entry.oid);
  };
  const shared = { read, write, bounds: deps.settings.pageBounds };
  const of = (kind: typeof pathSet) => (base === null ? [] : pagesOf(base, kind));
  const known = Promise.withResolvers<void>();
  const writing = editPages({
    ...shared,
    kind: pathSet,
    base: of(pathSet),
    changes: changesOf(deps, parts, blobs),
    note,
    noted: known.resolve,
  });
  // The last pages of the one set are written while the other is made.
  writing.catch(() => undefined);
  await Promise.race([known.promise, writing]);
  await pulse.check();
  const changed: PageChange[] = [];
  const changes = noted(blobs.sorted(), changed);
  const [paths, byBlob] = await Promise.all([
    writing,
    editPages({ ...shared, kind: blobSet, base: of(blobSet), changes }),
  ]);
  const files = new Map([
    [pathSet.name, await stored(paths, shared)],
    [blobSet.name, await stored(byBlob, shared)],
  ]);
  await pulse.check();
  const now = { root: files, read: keptManifests(deps.objects, job.repository_id).read };
  const { packed, others } = parts;
  const contents = await writeContents({ ...shared, base, now, gone, here, packed, others, pulse });
  const list = await writeFileList({
    ...shared,
    base,
    now,
    changed: changed.length > MOST_CHANGES ? null : changed,
    others,
    pulse,
  });
  const root = new Map([...files, [contentSet.name, contents.pages], [PACKS, contents.packs]]);
  if (list !== null) root.set(FILES, list);
  await pulse.check();
  const { files: indexed, chunks, bytes } = sumOf(paths);
  return {
    manifest: { root, read: now.read },
    sums: { files: indexed, chunks, bytes },
    stored: await deps.objects.putText(key, rootText(root)),
  };
};

const nothingToRead = (): never => {
  throw new Error('a set without pages has none to read');
};

/** As they go by, to be used once more: those that are worth keeping, and a block more. */
async function* noted(
  blocks: AsyncIterable<readonly PageChange[]>,
  seen: PageChange[],
): AsyncGenerator<readonly PageChange[]> {
  for await (const block of blocks) {
    if (seen.length <= MOST_CHANGES) for (const change of block) seen.push(change);
    yield block;
  }
}

async function* changesOf(
  deps: Deps,
  parts: ManifestParts,
  blobs: Pick<ChangeSorter, 'makeRoom'>,
): AsyncGenerator<readonly FileChange[]> {
  const { pulse, note } = parts;
  for await (const completed of completedEntries(deps, parts)) {
    await note(completed.flatMap(({ entry }) => entry ?? []));
    yield completed.map(({ path, entry }) => ({
      key: path,
      line: entry === null ? null : manifestLine(entry),
      entry,
    }));
    await blobs.makeRoom();
    await pulse.check();
  }
}

/** Pages of a manifest of the earlier form were in memory only. */
const stored = async (
  pages: readonly PageRef[],
  { read, write }: Pick<Manifest, 'read'> & { readonly write: WritePage },
): Promise<readonly PageRef[]> =>
  Array.fromAsync(
    mapAhead(pages, PAGES_AT_ONCE, async (page) =>
      page.writer === NOT_STORED ? { ...page, ...(await write(page.name, pageText(await read(page)))) } : page,
    ),
  );

/** What became, or would become, of each path that a patch changes and that is still there. Counts into `totals`. */
export async function* completedEntries(
  deps: Pick<Deps, 'objects'>,
  { branch, results, totals }: Pick<ManifestParts, 'branch' | 'results' | 'totals'>,
): AsyncGenerator<readonly { readonly path: string; readonly entry: ManifestEntry | null }[]> {
  for await (const lines of deps.objects.getLines(branch.patch_key))
    yield lines.map((patch) => {
      const put = parsePatchLine(patch);
      return { path: pathOfLine(patch), entry: put?.outcome === 'pending' ? complete(put, results, totals) : put };
    });
}

const complete = (pending: ManifestEntry, results: Results, totals: Totals): ManifestEntry => {
  const result = results.get(pending.oid);
  if (result === undefined) throw new ObjectMissingError(`no result for blob ${pending.oid} of ${pending.path}`);
  if (result.outcome === 'indexed') totals.indexed += 1;
  else if (result.outcome === 'failed') totals.failed += 1;
  else addUnder(totals.skipped_by_reason, result.reason, 1);
  const { size, outcome, reason, chunks } = result;
  return { ...pending, size, outcome, reason, chunks };
};
