import {
  ConflictException,
  CreateIndexCommand,
  GetIndexCommand,
  type GetIndexCommandOutput,
  type Index,
  type ListOutputVector,
  NotFoundException,
  paginateListVectors,
  S3VectorsClient,
} from '@aws-sdk/client-s3vectors';
import { vectorFilter } from '../support/vector-filter.ts';

interface QueryInput {
  readonly vectorBucketName: string;
  readonly indexName: string;
  readonly topK: number;
  readonly queryVector: { readonly float32: readonly number[] };
  readonly filter?: unknown;
}

/**
 * A client of moto's S3 Vectors, with a stand-in for each of the three operations that moto has not, or has otherwise:
 *
 * - QueryVectors, which moto has not: all vectors of the index, compared one by one.
 * - CreateIndex of an index that exists, which moto overwrites with an empty one, and AWS refuses (API reference:
 *   ConflictException).
 * - GetIndex, whose answer lacks the metadata configuration that the index was created with (API reference: Index).
 *
 * test/aws/s3-vectors-search-index.spec.ts tells when either can go.
 */
export const motoVectorsClient = (): S3VectorsClient => {
  const client = new S3VectorsClient({});
  // Not through the stand-ins.
  const moto = new S3VectorsClient({});
  let creating: Promise<unknown> = Promise.resolve();
  const configurations = new Map<string, CreateIndexCommand['input']['metadataConfiguration']>();
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (call) => {
        if (commandName === 'QueryVectorsCommand')
          return { response: {}, output: await query(moto, call.input as never) };
        const { indexName = '', metadataConfiguration } = call.input as CreateIndexCommand['input'];
        if (commandName === 'GetIndexCommand') {
          const { output } = (await next(call)) as { output: GetIndexCommandOutput };
          const index = { ...(output.index as Index), metadataConfiguration: configurations.get(indexName) };
          return { response: {}, output: { ...output, index } };
        }
        if (commandName !== 'CreateIndexCommand') return next(call);
        const created = creating.then(() => createOnce(moto, call.input as never));
        creating = created.catch(() => undefined);
        const output = await created;
        configurations.set(indexName, metadataConfiguration);
        return { response: {}, output };
      },
    { step: 'initialize', priority: 'low' },
  );
  return client;
};

const createOnce = async (moto: S3VectorsClient, input: CreateIndexCommand['input']) => {
  const { vectorBucketName, indexName } = input;
  try {
    await moto.send(new GetIndexCommand({ vectorBucketName, indexName }));
  } catch (error) {
    if (error instanceof NotFoundException) return moto.send(new CreateIndexCommand(input));
    throw error;
  }
  throw new ConflictException({ message: 'exists', $metadata: {} });
};

const query = async (moto: S3VectorsClient, input: QueryInput) => {
  const { vectorBucketName, indexName } = input;
  const list = { vectorBucketName, indexName, returnData: true, returnMetadata: true };
  const vectors: ListOutputVector[] = [];
  for await (const page of paginateListVectors({ client: moto }, list)) vectors.push(...(page.vectors ?? []));
  const { index } = await moto.send(new GetIndexCommand({ vectorBucketName, indexName }));
  const wanted = vectorFilter(input.filter, index?.metadataConfiguration?.nonFilterableMetadataKeys ?? []);
  const found = vectors
    .filter(({ metadata }) => wanted(metadata as Record<string, unknown>))
    .map(({ key, data, metadata }) => ({
      key,
      metadata,
      distance: 1 - cosine(data?.float32 ?? [], input.queryVector.float32),
    }))
    .sort((left, right) => left.distance - right.distance)
    .slice(0, input.topK);
  return { vectors: found, distanceMetric: 'cosine', $metadata: {} };
};

const cosine = (left: readonly number[], right: readonly number[]): number =>
  left.reduce((sum, value, i) => sum + value * (right[i] ?? 0), 0) / (Math.hypot(...left) * Math.hypot(...right));
