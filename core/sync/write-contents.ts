import { PackedBatch } from '../contract/job-files.ts';
import type { JobRef } from '../contract/workflow-state.ts';
import { editPages } from '../manifest/pages/edit-pages.ts';
import { contentLine, contentSet, isIndexedBlob, packOfLine } from '../manifest/pages/manifest-sets.ts';
import type { PageBounds } from '../manifest/pages/page-cutter.ts';
import type { PageChange, PageRef, WritePage } from '../manifest/pages/paged-set.ts';
import { lookUp } from '../manifest/pages/read-pages.ts';
import { type Manifest, packsOf, pagesOf } from '../objects/manifests.ts';
import { jobKeys } from '../objects/object-keys.ts';
import type { Runtime } from '../ports/runtime.ts';
import { linesOfBlobs } from './held-blobs.ts';
import { inOrder } from './in-order.ts';
import type { Pulse } from './pulse.ts';

/** What a job has put into packs: for each blob its pack. */
export type Packed = ReadonlyMap<string, PageRef>;

/** In proportion to the change. */
export const readPacked = async (deps: Pick<Runtime, 'objects'>, job: JobRef): Promise<Packed> => {
  const packs: PackedBatch[] = [];
  for await (const lines of deps.objects.getLines(jobKeys(job).packed))
    for (const line of lines) packs.push(PackedBatch.parse(JSON.parse(line)));
  return packedIn(job, packs);
};

export const packedIn = (job: JobRef, packs: readonly PackedBatch[]): Packed => {
  const packed = new Map<string, PageRef>();
  for (const { name, stored, length, oids } of packs) {
    const pack = { name, stored, writer: job.job_id, lines: oids.length, bytes: length, ...NOTHING_HELD };
    for (const oid of oids) packed.set(oid, pack);
  }
  return packed;
};

const NOTHING_HELD = { files: 0, chunks: 0, firstKey: '' };

export interface ContentParts {
  /** The manifest as it was. */
  readonly base: Manifest | null;
  /** Its files as they are now. */
  readonly now: Manifest;
  /** The blobs of the files that changed: those that are gone from a path, and those that are at a path now. */
  readonly gone: ReadonlySet<string>;
  readonly here: ReadonlySet<string>;
  readonly packed: Packed;
  /** Manifests of the generation, of which one may have what the base has not. */
  readonly others: readonly Manifest[];
  readonly write: WritePage;
  readonly bounds: PageBounds;
  readonly pulse: Pulse;
}

/** Where the texts of the blobs are now: the set's pages, and the packs that they name. Costs what has changed. */
export const writeContents = async (
  parts: ContentParts,
): Promise<{ readonly pages: readonly PageRef[]; readonly packs: readonly PageRef[] }> => {
  const { base, now, gone, here, write, bounds, pulse } = parts;
  const lost = new Set(gone).difference(here);
  for await (const { oid, lines } of linesOfBlobs(now, lost, pulse)) if (lines.some(isIndexedBlob)) lost.delete(oid);
  const found = await packsOfBlobs(parts);
  const changes: PageChange[] = [...lost].map((oid) => ({ key: oid, line: null }));
  for (const [oid, { name }] of found) changes.push({ key: oid, line: contentLine(oid, name) });
  const packs = new Map(base === null ? [] : packsOf(base).map((pack) => [pack.name, pack]));
  for (const pack of found.values()) packs.set(pack.name, { ...pack, files: packs.get(pack.name)?.files ?? 0 });
  const count = (line: string | null, by: number): void => {
    const pack = line === null ? undefined : packs.get(packOfLine(line));
    if (pack !== undefined) packs.set(pack.name, { ...pack, files: pack.files + by });
  };
  const pages = await editPages({
    kind: contentSet,
    base: base === null ? [] : pagesOf(base, contentSet),
    changes: inOrder(contentSet, changes, pulse),
    read: base === null ? nothingToRead : base.read,
    write,
    bounds,
    note: (before, { line }) => {
      count(before, -1);
      count(line, 1);
    },
  });
  return { pages, packs: [...packs.values()].filter(({ files }) => files > 0) };
};

const nothingToRead = (): never => {
  throw new Error('a set without pages has none to read');
};

/** Where the texts are of the blobs that the base does not have, or that this job has read anew. A blob whose text was never kept is not among them. */
const packsOfBlobs = async ({
  base,
  now,
  here,
  packed,
  others,
  pulse,
}: ContentParts): Promise<ReadonlyMap<string, PageRef>> => {
  const found = new Map<string, PageRef>();
  let wanted: string[] = [];
  // Of files that have not changed.
  const more = [...packed.keys()].filter((oid) => !here.has(oid));
  for await (const { oid, lines } of linesOfBlobs(now, more, pulse))
    if (lines.some(isIndexedBlob)) found.set(oid, packed.get(oid) as PageRef);
  for (const oid of here) {
    const pack = packed.get(oid);
    if (pack === undefined) wanted.push(oid);
    else found.set(oid, pack);
  }
  wanted.sort();
  for (const manifest of base === null ? others : [base, ...others.filter((other) => other !== base)]) {
    if (wanted.length === 0) break;
    const packs = new Map(packsOf(manifest).map((pack) => [pack.name, pack]));
    const lines = await lookUp(contentSet, pagesOf(manifest, contentSet), wanted, manifest.read);
    wanted = wanted.filter((oid, n) => {
      const line = lines[n];
      const pack = line == null ? undefined : packs.get(packOfLine(line));
      // What the base has stays as it is.
      if (pack !== undefined && manifest !== base) found.set(oid, { ...pack, ...NOTHING_HELD });
      return pack === undefined;
    });
  }
  return found;
};
