import { blobSet, isIndexedBlob, linesOfBlob } from '../manifest/pages/manifest-sets.ts';
import { readRanges } from '../manifest/pages/read-pages.ts';
import { type Manifest, pagesOf } from '../objects/manifests.ts';
import type { Pulse } from './pulse.ts';

/** Blobs that are asked for at once: between two of these a job shows that it lives. */
const BLOBS_AT_ONCE = 5_000;

/** What a manifest's set of blobs says of each of these, for those that it has: reads only the pages that may hold them. */
export async function* linesOfBlobs(
  manifest: Manifest,
  oids: Iterable<string>,
  pulse: Pulse,
): AsyncGenerator<{ readonly oid: string; readonly lines: readonly string[] }> {
  const sorted = [...oids].sort();
  for (let from = 0; from < sorted.length; from += BLOBS_AT_ONCE) {
    const some = sorted.slice(from, from + BLOBS_AT_ONCE);
    let at = 0;
    for await (const lines of readRanges(blobSet, pagesOf(manifest, blobSet), some.map(linesOfBlob), manifest.read)) {
      const oid = some[at++] as string;
      if (lines.length > 0) yield { oid, lines };
    }
    await pulse.check();
  }
}

/** Takes out of `blobs` those that the manifest has in the index. */
export const withoutHeld = async (manifest: Manifest, blobs: Map<string, unknown>, pulse: Pulse): Promise<void> => {
  for await (const { oid, lines } of linesOfBlobs(manifest, blobs.keys(), pulse))
    if (lines.some(isIndexedBlob)) blobs.delete(oid);
};
