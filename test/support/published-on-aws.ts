import { createHash } from 'node:crypto';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { S3VectorsClient } from '@aws-sdk/client-s3vectors';
import { marshall } from '@aws-sdk/util-dynamodb';
import { createDynamoClient } from '../../adapters/dynamodb/client.ts';
import { repositoryItem } from '../../adapters/dynamodb/repository-items.ts';
import { createDynamoRepositoryStore } from '../../adapters/dynamodb/repository-store.ts';
import { createHashEmbedder } from '../../adapters/embedding/hash-embedder.ts';
import { createPathRules } from '../../adapters/path-rules/path-rules.ts';
import { createS3ObjectStore } from '../../adapters/s3/object-store.ts';
import { createS3VectorsSearchIndex } from '../../adapters/s3-vectors/search-index.ts';
import { systemClock } from '../../adapters/system/clock.ts';
import { JobId, type RepositoryId, type UserId } from '../../core/contract/ids.ts';
import type { BranchPointer, GenerationRecord } from '../../core/contract/records.ts';
import type { TableNames } from '../../core/contract/tables.ts';
import type { JobRef } from '../../core/contract/workflow-state.ts';
import { comparePaths } from '../../core/manifest/git-path.ts';
import type { ManifestEntry } from '../../core/manifest/manifest.ts';
import { putLine, removeLine } from '../../core/manifest/manifest-patch.ts';
import { rootText } from '../../core/manifest/pages/manifest-root.ts';
import { standardBounds } from '../../core/manifest/pages/page-cutter.ts';
import { FILES, openManifest } from '../../core/objects/manifests.ts';
import { jobKeys, manifestKey } from '../../core/objects/object-keys.ts';
import { type IndexRow, ROW_VERSION } from '../../core/ports/search-index.ts';
import { search } from '../../core/search/search.ts';
import { describedBy } from '../../core/sync/generation-of.ts';
import { createPageWriter } from '../../core/sync/page-writer.ts';
import type { Pulse } from '../../core/sync/pulse.ts';
import { writeManifest } from '../../core/sync/write-manifest.ts';
import { stubClientOptions } from './aws-http-stub.ts';
import type { S3Stub } from './aws-s3-stub.ts';
import type { S3VectorsStub } from './aws-s3-vectors-stub.ts';
import { countCalls } from './counted-calls.ts';
import type { TestDynamoDb } from './dynamodb.ts';
import { indexedEntry } from './manifest-entries.ts';
import { pointerFor, repositoryRecord } from './records.ts';

/** The services that a search asks, each a stub or a database of this machine. */
export interface Services {
  readonly s3: S3Stub;
  readonly vectors: S3VectorsStub;
  readonly dynamodb: TestDynamoDb;
  readonly tables: TableNames;
}

const DIMENSIONS = 16;
const embedder = createHashEmbedder({ dimensions: DIMENSIONS });
const FILES_AT_ONCE = 2_000;
const pulse = { check: async () => undefined } as Pulse;

/** Text of a file: two words of many files, and one of it alone. */
const textOf = (n: number): string => `function retry${n % 7}_${n}() { lock(); queue(${n % 13}) }`;
const entryOf = (n: number): ManifestEntry => ({
  ...indexedEntry(`src/part-${n % 97}/file-${n}.ts`),
  oid: createHash('sha1').update(textOf(n)).digest('hex'),
});
const numbers = (from: number, count: number): readonly number[] => Array.from({ length: count }, (_, n) => from + n);

const objectsOf = ({ s3 }: Services) => createS3ObjectStore({ client: s3.client, bucket: 'bucket' });
const indexOf = (services: Services) =>
  createS3VectorsSearchIndex({
    client: services.vectors.client,
    bucketName: 'vectors',
    objects: objectsOf(services),
  });

/** One repository of so many files, of a chunk each, as its syncs publish it through the adapters of AWS. */
export const publishOnAws = async (services: Services, id: RepositoryId, files: number) => {
  const [objects, index] = [objectsOf(services), indexOf(services)];
  const repositories = createDynamoRepositoryStore({ client: services.dynamodb.client, tables: services.tables });
  const jobOf = (fence: number): JobRef => ({
    repository_id: id,
    job_id: JobId.parse(`sync-00000000-0000-4000-8000-${String(fence).padStart(12, '0')}`),
    fence,
  });
  const made: GenerationRecord = {
    embedder_id: embedder.id,
    dimensions: DIMENSIONS,
    chunker_version: 'c',
    row_version: ROW_VERSION,
    made_by: jobOf(1).job_id,
    words: '',
  };
  await index.create(describedBy(id, 1, made));
  let pointer: BranchPointer | null = null;
  let fence = 0;

  const putRows = async (job: JobRef, words: string, put: readonly number[]): Promise<void> => {
    for (let at = 0; at < put.length; at += FILES_AT_ONCE) {
      const some = put.slice(at, at + FILES_AT_ONCE);
      const vectors = await embedder.embed(some.map(textOf), 'document');
      const rows = some.map(
        (n, i): IndexRow => ({
          blob: entryOf(n).oid,
          ordinal: 0,
          startLine: 1,
          endLine: 1,
          text: textOf(n),
          languages: ['typescript'],
          vector: vectors[i] as Float32Array,
        }),
      );
      await index.put({ ...describedBy(id, 1, { ...made, words }), writer: job.job_id }, rows);
    }
  };

  const publish = async (put: readonly number[], removed: readonly number[] = []): Promise<void> => {
    fence += 1;
    const job = jobOf(fence);
    const words = (await repositories.get(id))?.generations[1]?.words ?? '';
    await putRows(job, words, put);
    const settlement = { dropped: async () => 0, unheld: async () => new Set<string>() };
    const settled = await index.settle({ ...describedBy(id, 1, { ...made, words }), writer: job.job_id }, settlement);
    const patch_key = jobKeys(job).patch(0);
    const lines = [
      ...put.map((n) => [entryOf(n).path, putLine(entryOf(n))] as const),
      ...removed.map((n) => [entryOf(n).path, removeLine(entryOf(n).path)] as const),
    ];
    lines.sort(([a], [b]) => comparePaths(a, b));
    await objects.putLines(
      patch_key,
      lines.map(([, line]) => line),
    );
    const base = pointer === null ? null : await openManifest(objects, id, pointer.manifest_key);
    const key = manifestKey(job, 0);
    const settings = { pageBounds: standardBounds } as Parameters<typeof writeManifest>[0]['settings'];
    const { sums, stored } = await writeManifest(
      { objects, settings },
      {
        job,
        branch: { name: 'main', commit: '', patch_key, base: pointer, rules: '', attributes: '' },
        base,
        key,
        runs: jobKeys(job).runs(0),
        write: createPageWriter({ objects }, job, base === null ? [] : [base]),
        results: new Map(),
        packed: new Map(),
        others: base === null ? [] : [base],
        totals: { indexed: 0, failed: 0, skipped_by_reason: {}, chunks_embedded: 0, chunks_reused: 0 },
        pulse,
        note: async () => undefined,
      },
    );
    pointer = pointerFor(key, { ...sums, manifest_bytes: stored, generation: 1 });
    const newest = put.slice(0, 3).map((n) => entryOf(n).oid);
    const record = repositoryRecord({
      repository_id: id,
      default_branch: 'main',
      branches: { main: pointer },
      generations: { 1: { ...made, words: settled ?? words, newest } },
    });
    const Item = marshall(repositoryItem(record), { removeUndefinedValues: true });
    await services.dynamodb.client.send(new PutItemCommand({ TableName: services.tables.repositories, Item }));
  };
  await publish(numbers(0, files));
  return {
    /** A sync that changes five files and removes three. */
    changeEight: (round: number) => publish(numbers(files + round * 8, 5), numbers(round * 3, 3)),
    /** Takes the list of files out of the newest root, as it was before there were lists. */
    dropList: async () => {
      const key = (pointer as BranchPointer).manifest_key;
      const { root } = await openManifest(objects, id, key);
      await objects.putText(key, rootText(new Map([...root].filter(([name]) => name !== FILES))));
    },
    fileOf: (n: number) => ({ path: entryOf(n).path, word: `retry${n % 7}_${n}` }),
  };
};

/** A function of its own that searches: clients, adapters and caches that nothing has used yet, its calls counted. */
export const openSearcher = ({ s3, vectors, dynamodb, tables }: Services, id: RepositoryId) => {
  const counted = countCalls();
  const clients = {
    s3: new S3Client({ ...stubClientOptions(s3.http), forcePathStyle: true }),
    s3vectors: new S3VectorsClient(stubClientOptions(vectors.http)),
    dynamodb: createDynamoClient({ endpoint: dynamodb.endpoint }),
  };
  for (const [name, client] of Object.entries(clients)) counted.watch(name, client);
  const objects = createS3ObjectStore({ client: clients.s3, bucket: 'bucket' });
  const find = search({
    objects,
    index: createS3VectorsSearchIndex({ client: clients.s3vectors, bucketName: 'vectors', objects }),
    repositories: createDynamoRepositoryStore({ client: clients.dynamodb, tables }),
    embedder: {
      ...embedder,
      embed: (texts, kind) => counted.pass('bedrock InvokeModel', '', () => embedder.embed(texts, kind)),
    },
    pathRules: createPathRules(),
    clock: systemClock,
    metrics: { emit: () => undefined },
  });
  return {
    search: async (q: string, more: { readonly path?: string; readonly language?: string } = {}) => {
      let paths: readonly string[] = [];
      const { calls, rounds } = await counted.during(async () => {
        const outcome = await find(id, 'ann' as UserId, { q, limit: 10, ...more });
        if (outcome.kind !== 'found') throw new Error(`not found: ${outcome.kind}`);
        paths = outcome.answer.results.map(({ path }) => path);
      });
      return { paths, calls, rounds };
    },
    [Symbol.dispose]: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
};
