import { createS3VectorsSearchIndex } from '../../../../adapters/s3-vectors/search-index.ts';
import type { Generation, IndexRow, Settlement } from '../../../../core/ports/search-index.ts';
import { MemoryObjectStore } from '../../../faults/memory/memory-objects.ts';
import { openS3VectorsStub } from '../../../support/aws-s3-vectors-stub.ts';
import { oidOf } from '../../../support/manifest-entries.ts';

export const generation: Generation = { repositoryId: 'repo-1', number: 1, dimensions: 2, identity: 'sync-1' };
export const row = (blob: number, ordinal = 0, angle = 0, text = `text ${blob}`): IndexRow => ({
  blob: oidOf(blob),
  ordinal,
  startLine: ordinal * 10 + 1,
  endLine: ordinal * 10 + 10,
  text,
  languages: [],
  vector: Float32Array.of(Math.cos(angle), Math.sin(angle)),
});
export const nothingGone: Settlement = { dropped: async () => 0, unheld: async () => new Set() };
export const east = Float32Array.of(1, 0);

/** An index with the one generation, at a stub of S3 Vectors that has been asked for nothing yet. */
export const openVectorIndex = async () => {
  const s3 = await openS3VectorsStub();
  const index = createS3VectorsSearchIndex({
    client: s3.client,
    bucketName: 'vectors',
    objects: new MemoryObjectStore(),
  });
  await index.create(generation);
  s3.http.requests.length = 0;
  return {
    s3,
    index,
    /** Puts rows as a job does, and gives what the generation's words are then. */
    settled: async (rows: readonly IndexRow[]): Promise<string | undefined> => {
      const written = { ...generation, words: '', writer: 'sync-1' };
      await index.put(written, rows);
      return index.settle(written, nothingGone);
    },
    /** What was asked since the generation was made. */
    paths: () => s3.http.requests.map(({ path }) => path.slice(1)),
  };
};
export type VectorIndex = Awaited<ReturnType<typeof openVectorIndex>>;
