import {
  ConflictException,
  CreateIndexCommand,
  DeleteIndexCommand,
  DeleteVectorsCommand,
  GetIndexCommand,
  GetVectorsCommand,
  type Index,
  NotFoundException,
  PutVectorsCommand,
  paginateQueryVectors,
  type S3VectorsClient,
} from '@aws-sdk/client-s3vectors';
import { GenerationNotFoundError } from '../../core/domain/errors.ts';
import type { ObjectStore } from '../../core/ports/object-store.ts';
import {
  type Generation,
  type GenerationName,
  type IndexQuery,
  type IndexRow,
  MAX_HITS,
  type SearchIndex,
} from '../../core/ports/search-index.ts';
import { fuseRankings, keyOfRow, type Relevant } from '../../core/search/rules/score-fusion.ts';
import { createObjectWords } from '../../core/search/words/object-words.ts';
import { beforeRetries, elseStoreBusy } from '../aws-sdk/store-busy.ts';
import {
  fromMetadata,
  identityKeysOf,
  indexNameOf,
  inPieces,
  nonFilterableKeys,
  planFilters,
  planPuts,
  toRow,
  toVector,
  vectorKey,
  vectorKeys,
} from './rows.ts';

/** The service's limits (S3 User Guide, "S3 Vectors limitations and restrictions"): a request's items, bytes and hits. */
const maxPutRows = 500;
const maxPutBytes = 20 * 1024 * 1024 - 64 * 1024;
const maxGetKeys = 100;
const maxDeleteKeys = 500;
/** An index takes 1,000 requests a second; this many at once from one caller leave room for a hundred others. */
const requestsAtOnce = 8;

type FoundRow = Omit<IndexRow, 'vector'>;
type FoundVector = FoundRow & Relevant;

/**
 * Generations in one S3 vector bucket, an index each, and the words of their rows in the object store. A query asks for as many rows by vectors as hits were asked for, a
 * request for each 100 of them (with `blobs` for each 46 of these), and for as many by words; what only words have found is got by its key. A language is filtered
 * by in the index, before it ranks (index mode ENHANCED).
 * Throws StoreBusyError where the service wants less, or is out of reach, after the SDK's own retries.
 */
export const createS3VectorsSearchIndex = (deps: {
  readonly client: S3VectorsClient;
  readonly bucketName: string;
  /** Where the words are. Of functions that neither put nor query nothing is asked of it. */
  readonly objects: Pick<ObjectStore, 'putText' | 'getText' | 'list'>;
}): SearchIndex => {
  const { client, bucketName } = deps;
  const words = createObjectWords(deps.objects);
  client.middlewareStack.add((next) => (input) => elseStoreBusy(() => next(input)), beforeRetries);
  const place = (generation: GenerationName) => ({
    vectorBucketName: bucketName,
    indexName: indexNameOf(generation),
  });

  const createIndex = async (generation: Generation): Promise<void> => {
    const nonFilterableMetadataKeys = [...nonFilterableKeys, ...identityKeysOf(generation)];
    await client.send(
      new CreateIndexCommand({
        ...place(generation),
        dataType: 'float32',
        dimension: generation.dimensions,
        distanceMetric: 'cosine',
        metadataConfiguration: { nonFilterableMetadataKeys },
      }),
    );
  };

  const dropIndex = async (generation: GenerationName): Promise<void> => {
    await unlessAbsent(() => client.send(new DeleteIndexCommand(place(generation))), undefined);
  };

  const describe = async (generation: Generation): Promise<Index | null> =>
    unlessAbsent(async () => (await client.send(new GetIndexCommand(place(generation)))).index ?? null, null);

  /** What has an index as its place; its absence under its own name. */
  const inIndex = async <T>(generation: Generation, act: () => Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof NotFoundException)) throw error;
      const message = `the index ${indexNameOf(generation)} is not there any more: the next sync makes a new one`;
      throw new GenerationNotFoundError(message, { cause: error });
    }
  };

  /** The nearest rows by their vectors, nearest first. */
  const nearest = async (generation: Generation, query: IndexQuery): Promise<readonly FoundVector[]> => {
    const found = await inParallel(planFilters(query), async (filter) =>
      inIndex(generation, async () => {
        const pages = paginateQueryVectors(
          { client },
          {
            ...place(generation),
            topK: query.limit,
            queryVector: { float32: Array.from(query.vector) },
            ...(filter === undefined ? {} : { filter }),
            returnMetadata: true,
            returnDistance: true,
          },
        );
        const hits: FoundVector[] = [];
        for await (const { vectors = [] } of pages)
          for (const { metadata, distance = 1 } of vectors)
            hits.push({ ...fromMetadata(metadata), relevance: 1 - distance });
        return hits;
      }),
    );
    const hits = found.flat();
    return (found.length === 1 ? hits : hits.sort((a, b) => b.relevance - a.relevance)).slice(0, query.limit);
  };

  /** The rows of those keys that are there. */
  const rowsOf = async (generation: Generation, keys: readonly string[]): Promise<ReadonlyMap<string, FoundRow>> => {
    const pages = await inParallel(inPieces(keys, maxGetKeys), async (some) =>
      inIndex(generation, async () => {
        const get = new GetVectorsCommand({ ...place(generation), keys: [...some], returnMetadata: true });
        return (await client.send(get)).vectors ?? [];
      }),
    );
    return new Map(pages.flat().map(({ key = '', metadata }) => [key, fromMetadata(metadata)]));
  };

  return {
    async create(generation) {
      try {
        await createIndex(generation);
      } catch (error) {
        if (!(error instanceof ConflictException)) throw error;
        const there = await describe(generation);
        if (there !== null && otherIndex(there, generation) === null) return;
        await dropIndex(generation);
        await createIndex(generation);
      }
    },

    async inspect(generation, newest) {
      const index = await describe(generation);
      if (index === null) return { kind: 'absent' };
      const other = otherIndex(index, generation);
      if (other !== null) return { kind: 'damaged', why: other };
      if (newest.length === 0) return { kind: 'whole', rows: null };
      const keys = newest.map((blob) => vectorKey(blob, 0));
      const { vectors = [] } = await inIndex(generation, () =>
        client.send(new GetVectorsCommand({ ...place(generation), keys })),
      );
      if (vectors.length === keys.length) return { kind: 'whole', rows: null };
      const why = `${keys.length - vectors.length} of ${keys.length} vectors put last are not there`;
      return { kind: 'damaged', why };
    },

    async put(generation, rows) {
      for (const { vector } of rows) checkDimensions(generation, vector);
      // One after the other: an index takes 2,500 vectors a second, and many workers share it.
      for (const put of planPuts(rows, maxPutRows, maxPutBytes))
        await inIndex(generation, () =>
          client.send(new PutVectorsCommand({ ...place(generation), vectors: put.map(toVector) })),
        );
      await words.put(generation, rows);
    },

    async get(generation, blobs) {
      const pages = await inParallel(inPieces(vectorKeys(blobs), maxGetKeys), async (keys) =>
        inIndex(generation, async () => {
          const { vectors } = await client.send(
            new GetVectorsCommand({ ...place(generation), keys, returnData: true, returnMetadata: true }),
          );
          return (vectors ?? []).map(toRow);
        }),
      );
      return pages.flat();
    },

    async delete(generation, blobs) {
      await inParallel(inPieces(vectorKeys(blobs), maxDeleteKeys), async (keys) =>
        inIndex(generation, () => client.send(new DeleteVectorsCommand({ ...place(generation), keys }))),
      );
    },

    expect: (generation, asked) => words.readAhead(generation, asked),

    async query(generation, query) {
      checkDimensions(generation, query.vector);
      const limit = Math.min(query.limit, MAX_HITS);
      if (limit <= 0 || query.blobs?.length === 0) return [];
      /** Rows that words name and the index does not have: swept since the last publish. */
      const swept = new Set<string>();
      const [byVector, ...found] = await Promise.all([
        nearest(generation, { ...query, limit }),
        words.find(generation, { ...query, limit }),
      ]);
      for (
        let byWords = found[0] ?? [];
        ;
        byWords = await words.find(generation, { ...query, limit: limit + swept.size })
      ) {
        const known = new Map(byVector.map((hit) => [vectorKey(hit.blob, hit.ordinal), hit]));
        const live = byWords.filter(({ blob, ordinal }) => !swept.has(vectorKey(blob, ordinal))).slice(0, limit);
        const fused = fuseRankings<Relevant>(live, byVector, limit, keyOfRow);
        const unread = fused.map(({ hit }) => vectorKey(hit.blob, hit.ordinal)).filter((key) => !known.has(key));
        for (const [key, row] of await rowsOf(generation, unread)) known.set(key, { ...row, relevance: 0 });
        const missing = unread.filter((key) => !known.has(key));
        for (const key of missing) swept.add(key);
        if (missing.length > 0) continue;
        return fused.flatMap(({ hit: { blob, ordinal }, score }) => {
          const row = known.get(vectorKey(blob, ordinal));
          return row === undefined
            ? []
            : [{ blob, ordinal, startLine: row.startLine, endLine: row.endLine, text: row.text, score }];
        });
      }
    },

    // Writes of vectors are strongly consistent, and S3 Vectors tends its indexes itself.
    settle: (generation, settlement) => words.settle(generation, settlement),

    drop: dropIndex,
  };
};

/** Why an index is not the generation's own; null: it is. */
const otherIndex = ({ dimension, metadataConfiguration }: Index, generation: Generation): string | null => {
  if (dimension !== generation.dimensions) return `it has ${dimension} dimensions, not ${generation.dimensions}`;
  const keys = metadataConfiguration?.nonFilterableMetadataKeys ?? [];
  return identityKeysOf(generation).every((key) => keys.includes(key)) ? null : `it is not ${generation.identity}`;
};

const checkDimensions = ({ dimensions }: Generation, vector: Float32Array): void => {
  if (vector.length !== dimensions)
    throw new RangeError(`a vector of ${vector.length} dimensions, where the generation has ${dimensions}`);
};

/** What `act` answers, or `absent` when the index is not there. */
const unlessAbsent = async <T, A>(act: () => Promise<T>, absent: A): Promise<T | A> => {
  try {
    return await act();
  } catch (error) {
    if (error instanceof NotFoundException) return absent;
    throw error;
  }
};

/** Answers in the items' order, `requestsAtOnce` at a time. */
const inParallel = async <T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> => {
  const answers: R[] = [];
  for (const round of inPieces(items, requestsAtOnce)) answers.push(...(await Promise.all(round.map(act))));
  return answers;
};
