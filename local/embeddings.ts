import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { createHashEmbedder } from '../adapters/embedding/hash-embedder.ts';
import { createOpenAiEmbedder, measureDimensions } from '../adapters/openai/embedder.ts';
import type { EmbeddingsService } from '../adapters/openai/embeddings-request.ts';
import { jsonOrNull } from '../adapters/system/json-or-null.ts';
import { EmbedderThrottledError, EmbedderUnavailableError } from '../core/domain/errors.ts';
import type { Embedder } from '../core/ports/embedder.ts';
import type { Logger } from '../core/ports/logger.ts';
import { writePrivately } from './token-issuer.ts';

/** A service that embeds in the place of the embedder that is a part of this one. It crosses to workers by structured clone. */
export interface Embeddings extends EmbeddingsService {
  /** Asked of the service; without, vectors are as long as the model has them. */
  readonly dimensions?: number | undefined;
  readonly textsPerRequest: number;
  readonly prefixes: { readonly document: string; readonly query: string };
  /** Null: not known. */
  readonly usdPerMillionTokens: number | null;
}

/** The same, once it is known how long its vectors are. */
export interface MeasuredEmbeddings extends Embeddings {
  readonly measured: number;
}

export const embedderOf = (embeddings: MeasuredEmbeddings | null): Embedder =>
  embeddings === null ? createHashEmbedder() : createOpenAiEmbedder({ ...embeddings, service: embeddings });

const Measured = z.object({ url: z.string(), model: z.string(), asked: z.int().nullable(), measured: z.int().min(1) });

/**
 * Asks the service once, so that a wrong key, model or address is reported before anything is indexed. A service that does not answer now is taken for what it
 * was at an earlier start, if it answered then. Throws what the embedder throws.
 */
export const measureEmbeddings = async (
  embeddings: Embeddings,
  dataDir: string,
  logger: Logger,
): Promise<MeasuredEmbeddings> => {
  const file = join(dataDir, 'embeddings.json');
  const { url, model, dimensions } = embeddings;
  const asked = dimensions ?? null;
  try {
    const measured = await measureDimensions({ service: embeddings, dimensions });
    await writePrivately(file, JSON.stringify({ url, model, asked, measured } satisfies z.infer<typeof Measured>));
    return { ...embeddings, measured };
  } catch (error) {
    if (!(error instanceof EmbedderUnavailableError || error instanceof EmbedderThrottledError)) throw error;
    const before = Measured.safeParse(jsonOrNull(await readFile(file, 'utf8').catch(() => '')));
    const isSame =
      before.success && before.data.url === url && before.data.model === model && before.data.asked === asked;
    if (!isSame) throw error;
    logger.warn('embedding service does not answer', { cause: error.message, dimensions: before.data.measured });
    return { ...embeddings, measured: before.data.measured };
  }
};
