import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { S3VectorsClient } from '@aws-sdk/client-s3vectors';
import { answerJsonError, type HttpStub, openHttpStub, type StubRequest, stubClientOptions } from './aws-http-stub.ts';
import { vectorFilter } from './vector-filter.ts';

interface StubVector {
  readonly key: string;
  readonly data: { readonly float32: number[] };
  readonly metadata: Readonly<Record<string, unknown>>;
}

interface StubIndex {
  readonly definition: Readonly<Record<string, unknown>>;
  readonly vectors: Map<string, StubVector>;
}

/**
 * A vector bucket in memory, with the limits and pages of the real one (S3 User Guide, "S3 Vectors limitations and restrictions"
 * and "Querying vectors"). How many hits a page holds is not documented; 100 is what an answer held before there were pages.
 */
export interface S3VectorsStub extends AsyncDisposable {
  readonly http: HttpStub;
  readonly client: S3VectorsClient;
  readonly indexes: Map<string, StubIndex>;
  /** Answers instead of the bucket when it says so. */
  intercept: (request: StubRequest, response: ServerResponse) => boolean;
}

export const openS3VectorsStub = async (): Promise<S3VectorsStub> => {
  const http = await openHttpStub();
  const client = new S3VectorsClient(stubClientOptions(http));
  const stub: S3VectorsStub = {
    http,
    client,
    indexes: new Map(),
    intercept: () => false,
    async [Symbol.asyncDispose]() {
      client.destroy();
      await http[Symbol.asyncDispose]();
    },
  };
  http.handler = (request, response) => {
    if (stub.intercept(request, response)) return;
    try {
      const answer = respond(stub, request);
      if (answer === null) answerJsonError(response, 404, 'NotFoundException');
      else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    } catch (error) {
      const { name, message } = error as Error;
      answerJsonError(response, name === 'ConflictException' ? 409 : 400, name, message);
    }
  };
  return stub;
};

const refuse = (message: string, name = 'ValidationException'): never => {
  throw Object.assign(new Error(message), { name });
};
const limit = (ok: boolean, message: string): void => {
  if (!ok) refuse(message);
};
const bytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

// biome-ignore lint/suspicious/noExplicitAny: the wire's own JSON, checked by what is read of it
type Json = any;

/** The answer, or null when there is no such index. */
const respond = ({ indexes }: S3VectorsStub, { path, body }: StubRequest): object | null => {
  limit(body.length <= 20 * 1024 * 1024, 'a request of more than 20 MiB');
  const input: Json = JSON.parse(body.toString());
  limit(input.vectorBucketName === 'vectors', 'another bucket');
  if (path === '/ListIndexes') return listIndexes(indexes, input);
  limit(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(input.indexName), 'not an index name');
  if (path === '/CreateIndex') return createIndex(indexes, input);
  const index = indexes.get(input.indexName);
  if (index === undefined) return null;
  switch (path) {
    case '/GetIndex':
      return { index: { ...described(input.indexName), dataType: 'float32', ...index.definition } };
    case '/PutVectors':
      return putVectors(index, input.vectors);
    case '/GetVectors':
      limit(input.keys.length >= 1 && input.keys.length <= 100, 'more than 100 keys');
      return {
        vectors: input.keys.flatMap((key: string) => {
          const { data, metadata } = index.vectors.get(key) ?? {};
          return data === undefined
            ? []
            : [{ key, ...(input.returnData && { data }), ...(input.returnMetadata && { metadata }) }];
        }),
      };
    case '/DeleteVectors':
      limit(input.keys.length >= 1 && input.keys.length <= 500, 'more than 500 keys');
      for (const key of input.keys) index.vectors.delete(key);
      return {};
    case '/QueryVectors':
      return queryVectors(index, input);
    case '/DeleteIndex':
      indexes.delete(input.indexName);
      return {};
    default:
      return refuse(`no such operation: ${path}`);
  }
};

const arnOf = (indexName: string): string => `arn:aws:s3vectors:eu-central-1:1:bucket/vectors/index/${indexName}`;
const described = (indexName: string) => ({
  indexName,
  vectorBucketName: 'vectors',
  creationTime: 0,
  indexArn: arnOf(indexName),
});

const pageIndexes = 2;
const listIndexes = (indexes: S3VectorsStub['indexes'], { nextToken = '0' }: Json): object => {
  const from = Number(nextToken);
  const names = [...indexes.keys()].slice(from, from + pageIndexes);
  const more = from + pageIndexes < indexes.size;
  return {
    indexes: names.map(described),
    ...(more ? { nextToken: String(from + pageIndexes) } : {}),
  };
};

const createIndex = (indexes: S3VectorsStub['indexes'], { indexName, ...definition }: Json): object => {
  if (indexes.has(indexName)) refuse('exists', 'ConflictException');
  const hidden: string[] = definition.metadataConfiguration.nonFilterableMetadataKeys;
  limit(hidden.length <= 10, 'more than 10 keys');
  limit(
    hidden.every((key) => key.length >= 1 && key.length <= 63),
    'a key of more than 63 characters',
  );
  indexes.set(indexName, { definition, vectors: new Map() });
  return { indexArn: arnOf(indexName) };
};

const putVectors = ({ definition, vectors }: StubIndex, added: Json[]): object => {
  limit(added.length >= 1 && added.length <= 500, 'more than 500 vectors');
  const hidden: string[] = (definition as Json).metadataConfiguration.nonFilterableMetadataKeys;
  limit(new Set(added.map(({ key }) => key)).size === added.length, 'a key twice');
  for (const vector of added) {
    limit(vector.data.float32.length === definition.dimension, 'another dimension');
    const filterable = Object.entries(vector.metadata).filter(([name]) => !hidden.includes(name));
    limit(bytes(Object.fromEntries(filterable)) <= 2048, 'more than 2 KB of filterable metadata');
    limit(bytes(vector.metadata) <= 40 * 1024, 'more than 40 KB of metadata');
  }
  for (const vector of added) vectors.set(vector.key, vector);
  return {};
};

const pageHits = 100;

const queryVectors = ({ definition, vectors }: StubIndex, input: Json): object => {
  limit(input.topK >= 1 && input.topK <= 10_000, 'top-K over 10,000');
  if (input.filter !== undefined) limit(bytes(input.filter) <= 2048, 'a filter of more than 2 KB');
  const { nextToken, topK, queryVector, filter } = input;
  // A token is of one query: with other parameters it is refused.
  const query = createHash('sha256')
    .update(JSON.stringify([topK, queryVector, filter]))
    .digest('hex');
  const [from = '0', of = query] = nextToken === undefined ? [] : nextToken.split(':');
  limit(of === query, 'a token of another query');
  const hidden: string[] = (definition as Json).metadataConfiguration.nonFilterableMetadataKeys;
  const wanted = filterOf(filter, hidden);
  const found = [...vectors.values()]
    .filter(({ metadata }) => wanted(metadata))
    .map(({ key, data, metadata }) => ({
      key,
      metadata,
      distance: 1 - cosine(data.float32, input.queryVector.float32),
    }))
    .sort((left, right) => left.distance - right.distance)
    .slice(0, topK);
  const end = Number(from) + pageHits;
  return {
    distanceMetric: 'cosine',
    ...(end < found.length && { nextToken: `${end}:${query}` }),
    vectors: found.slice(Number(from), end).map(({ key, metadata, distance }) => ({
      key,
      ...(input.returnMetadata && { metadata }),
      ...(input.returnDistance && { distance }),
    })),
  };
};

const filterOf = (filter: unknown, hidden: readonly string[]) => {
  try {
    return vectorFilter(filter, hidden);
  } catch (error) {
    return refuse((error as Error).message);
  }
};

const cosine = (left: readonly number[], right: readonly number[]): number =>
  left.reduce((sum, value, i) => sum + value * (right[i] ?? 0), 0) / (Math.hypot(...left) * Math.hypot(...right));
