import {
  ConflictException,
  CreateIndexCommand,
  DeleteIndexCommand,
  DeleteVectorsCommand,
  GetVectorsCommand,
  NotFoundException,
  type PutInputVector,
  PutVectorsCommand,
  paginateQueryVectors,
  type S3VectorsClient,
} from '@aws-sdk/client-s3vectors';
import { type Generation, type IndexRow, MAX_HITS, type SearchIndex } from '../../core/ports/search-index.ts';
import { beforeRetries, elseStoreBusy } from '../aws-sdk/store-busy.ts';
import { rankCandidates } from './candidate-ranking.ts';
import {
  fromMetadata,
  indexNameOf,
  inPieces,
  nonFilterableKeys,
  planFilters,
  planPuts,
  toRow,
  toVector,
  vectorKeys,
} from './rows.ts';

/** The service's limits (S3 User Guide, "S3 Vectors limitations and restrictions"): a request's items, bytes and hits. */
const maxPutRows = 500;
const maxPutBytes = 20 * 1024 * 1024 - 64 * 1024;
const maxGetKeys = 100;
const maxDeleteKeys = 500;
/** Hits of one page. The word ranking looks at no fewer candidates. */
const pageHits = 100;
/** An index takes 1,000 requests a second; this many at once from one caller leave room for a hundred others. */
const requestsAtOnce = 8;

/**
 * Generations in one S3 vector bucket, an index each. Words re-rank what the vectors found (see candidate-ranking): as many
 * candidates as hits were asked for, 100 at least and MAX_HITS at most, a request for each 100 of them. With `blobs` that is
 * done for each 46 of them. A language is filtered by in the index, before it ranks (index mode ENHANCED).
 * Throws StoreBusyError where the service wants less, or is out of reach, after the SDK's own retries.
 */
export const createS3VectorsSearchIndex = (deps: {
  readonly client: S3VectorsClient;
  readonly bucketName: string;
}): SearchIndex => {
  const { client, bucketName } = deps;
  client.middlewareStack.add((next) => (input) => elseStoreBusy(() => next(input)), beforeRetries);
  const place = (generation: Generation) => ({
    vectorBucketName: bucketName,
    indexName: indexNameOf(generation),
  });

  const createIndex = async (generation: Generation): Promise<void> => {
    try {
      await client.send(
        new CreateIndexCommand({
          ...place(generation),
          dataType: 'float32',
          dimension: generation.dimensions,
          distanceMetric: 'cosine',
          metadataConfiguration: { nonFilterableMetadataKeys: nonFilterableKeys },
        }),
      );
    } catch (error) {
      // Another worker of the same job was faster.
      if (!(error instanceof ConflictException)) throw error;
    }
  };

  const putVectors = async (generation: Generation, vectors: PutInputVector[]): Promise<void> => {
    const put = () => client.send(new PutVectorsCommand({ ...place(generation), vectors }));
    try {
      await put();
    } catch (error) {
      if (!(error instanceof NotFoundException)) throw error;
      await createIndex(generation);
      await put();
    }
  };

  return {
    async put(generation, rows) {
      for (const { vector } of rows) checkDimensions(generation, vector);
      // One after the other: an index takes 2,500 vectors a second, and many workers share it.
      for (const put of planPuts(rows, maxPutRows, maxPutBytes)) await putVectors(generation, put.map(toVector));
    },

    async get(generation, blobs) {
      const pages = await inParallel(inPieces(vectorKeys(blobs), maxGetKeys), async (keys) =>
        unlessAbsent(async () => {
          const { vectors } = await client.send(
            new GetVectorsCommand({ ...place(generation), keys, returnData: true, returnMetadata: true }),
          );
          return (vectors ?? []).map(toRow);
        }, []),
      );
      return pages.flat();
    },

    async delete(generation, blobs) {
      await inParallel(inPieces(vectorKeys(blobs), maxDeleteKeys), async (keys) =>
        unlessAbsent(() => client.send(new DeleteVectorsCommand({ ...place(generation), keys })), undefined),
      );
    },

    async query(generation, query) {
      checkDimensions(generation, query.vector);
      if (query.limit <= 0 || query.blobs?.length === 0) return [];
      const topK = Math.max(pageHits, Math.min(query.limit, MAX_HITS));
      const nearest = await inParallel(planFilters(query), async (filter) =>
        unlessAbsent(async () => {
          const pages = paginateQueryVectors(
            { client },
            {
              ...place(generation),
              topK,
              queryVector: { float32: Array.from(query.vector) },
              ...(filter === undefined ? {} : { filter }),
              returnMetadata: true,
              returnDistance: true,
            },
          );
          const found: { row: Omit<IndexRow, 'vector'>; distance: number; text: string }[] = [];
          for await (const { vectors = [] } of pages)
            for (const { metadata, distance = 1 } of vectors) {
              const row = fromMetadata(metadata);
              found.push({ row, distance, text: row.text });
            }
          return found;
        }, []),
      );
      const candidates = nearest.flat().sort((left, right) => left.distance - right.distance);
      const ranked =
        query.words.trim() === ''
          ? candidates.map((candidate) => ({ candidate, score: 1 - candidate.distance }))
          : rankCandidates(candidates, query.words);
      return ranked.slice(0, query.limit).map(({ candidate: { row }, score }) => {
        const { languages: _, ...hit } = row;
        return { ...hit, score };
      });
    },

    // Writes are strongly consistent, and S3 Vectors tends its indexes itself.
    settle: async () => undefined,

    async drop(generation) {
      await unlessAbsent(() => client.send(new DeleteIndexCommand(place(generation))), undefined);
    },
  };
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
