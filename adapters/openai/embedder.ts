import { createHash } from 'node:crypto';
import { EmbedderRefusedError } from '../../core/domain/errors.ts';
import type { Embedder } from '../../core/ports/embedder.ts';
import { unitLength } from '../system/unit-length.ts';
import { createEmbeddingsClient, type EmbeddingsClientOptions } from './embeddings-client.ts';
import { planRequests } from './plan-requests.ts';

/**
 * Tokens of one request. Text Embeddings Inference takes 16,384 by default, hosted services more; a model on a processor answers so
 * many within the time that it is given.
 */
const MOST_TOKENS = 16_000;

export interface OpenAiEmbedderOptions extends EmbeddingsClientOptions {
  /** What the vectors have: as it was measured, or as it is asked for. */
  readonly measured: number;
  /** Texts of one request at most. */
  readonly textsPerRequest: number;
  /** What some models want before each text, by what it is for: `search_document: `, `query: `. */
  readonly prefixes?: { readonly document: string; readonly query: string } | undefined;
}

/**
 * Embeds by any service that speaks OpenAI's embeddings API. The id names the model, what its documents begin with, and the dimensions, not the address: the same
 * model elsewhere gives the same vectors.
 */
export const createOpenAiEmbedder = (options: OpenAiEmbedderOptions): Embedder => {
  const { service, measured: dimensions, textsPerRequest } = options;
  const prefixes = options.prefixes ?? { document: '', query: '' };
  const vectorsOf = createEmbeddingsClient(options);
  return {
    id: `openai:${service.model}:${dimensions}${mark(prefixes.document)}`,
    dimensions,
    async embed(texts, kind) {
      const vectors: Float32Array[] = [];
      const prefixed = texts.map((text) => prefixes[kind] + text);
      for (const request of planRequests(prefixed, { texts: textsPerRequest, tokens: MOST_TOKENS })) {
        const answered = await vectorsOf(request, kind);
        const other = answered.find((vector) => vector.length !== dimensions);
        if (other !== undefined)
          throw new EmbedderRefusedError(
            `the embedding model ${service.model} answers with ${other.length} dimensions, not with ${dimensions}: start the service again, or set EMBEDDINGS_DIMENSIONS to what it gives`,
          );
        for (const vector of answered) vectors.push(unitLength(vector));
      }
      return vectors;
    },
  };
};

const mark = (prefix: string): string =>
  prefix === '' ? '' : `:${createHash('sha256').update(prefix).digest('hex').slice(0, 8)}`;

/** How many dimensions the vectors have that the service gives to such requests. Throws as {@link createEmbeddingsClient} does. */
export const measureDimensions = async (options: EmbeddingsClientOptions): Promise<number> => {
  const [vector] = await createEmbeddingsClient(options)(['dimensions'], 'query');
  const { length } = vector ?? [];
  const { model } = options.service;
  if (length === 0) throw new EmbedderRefusedError(`the embedding model ${model} answers with empty vectors`);
  if (options.dimensions !== undefined && length !== options.dimensions)
    throw new EmbedderRefusedError(
      `the embedding model ${model} answers with ${length} dimensions, not with the ${options.dimensions} of EMBEDDINGS_DIMENSIONS`,
    );
  return length;
};
