import { z } from 'zod';
import { EmbedderRefusedError, EmbedderThrottledError, EmbedderUnavailableError } from '../../core/domain/errors.ts';
import { retryAfterSeconds } from '../system/retry-after.ts';

/** A service that speaks OpenAI's embeddings API: a hosted one, Ollama, vLLM, Text Embeddings Inference. */
export interface EmbeddingsService {
  /** Of the API, with its version: `http://127.0.0.1:11434/v1`. A query is kept. */
  readonly url: string;
  readonly model: string;
  /** Sent as a bearer token; never in an error. */
  readonly key?: string | undefined;
}

export interface EmbeddingsRequest {
  readonly texts: readonly string[];
  /** What the service is asked to shorten its vectors to; absent: it gives what the model has. */
  readonly dimensions?: number | undefined;
  /** From the connection to the answer's last byte. */
  readonly timeoutMilliseconds: number;
}

export type EmbeddingsOutcome =
  | { readonly kind: 'vectors'; readonly vectors: readonly (readonly number[])[] }
  /** It may go well later, after `seconds` if the service has said so. */
  | {
      readonly kind: 'busy';
      readonly error: EmbedderThrottledError | EmbedderUnavailableError;
      readonly seconds: number | null;
    }
  /** A text is too long for the model, or all of them are for one request. */
  | { readonly kind: 'too-long'; readonly error: TextRefusedError };

/** The service takes the request for wrong because of its texts: others may do. */
export class TextRefusedError extends Error {
  override readonly name = 'TextRefusedError';
}

/** An answer is read to here: 2,048 vectors of 1,536 numbers are 70 MB at most. */
const MOST_BYTES = 128 * 1024 * 1024;
/** What a service says of an error is kept to here, for the log. */
const MOST_WORDS = 500;

const Answer = z.object({
  data: z.array(z.object({ index: z.int().min(0).optional(), embedding: z.array(z.number()) })),
});
const Failure = z.object({
  error: z.union([z.string(), z.object({ message: z.string().optional(), code: z.unknown(), type: z.unknown() })]),
});

/** Asks once. Throws EmbedderRefusedError for what an operator has to change, TextRefusedError for texts that no shorter request helps. */
export const requestEmbeddings = async (
  service: EmbeddingsService,
  { texts, dimensions, timeoutMilliseconds }: EmbeddingsRequest,
): Promise<EmbeddingsOutcome> => {
  const at = addressOf(service.url);
  const who = `the embedding service at ${at.host}`;
  let status: number;
  let headers: Headers;
  let body: string;
  try {
    const response = await fetch(at, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(service.key === undefined ? {} : { authorization: `Bearer ${service.key}` }),
      },
      body: JSON.stringify({
        model: service.model,
        input: texts,
        encoding_format: 'float',
        ...(dimensions === undefined ? {} : { dimensions }),
      }),
      // Where it leads is not the operator's choice, and the key would go with it.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMilliseconds),
    });
    ({ status, headers } = response);
    body = await textOf(response);
  } catch (error) {
    return { kind: 'busy', error: unreachable(who, error, timeoutMilliseconds), seconds: null };
  }
  if (status >= 200 && status < 300) return readAnswer(who, body, texts.length);
  return failureOf(service, who, { status, headers, words: wordsOf(body, service.key), dimensions });
};

const addressOf = (url: string): URL => {
  const at = new URL(url);
  at.pathname = `${at.pathname.replace(/\/+$/, '').replace(/\/embeddings$/, '')}/embeddings`;
  return at;
};

const textOf = async ({ body }: Response): Promise<string> => {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body ?? []) {
    bytes += part.byteLength;
    if (bytes > MOST_BYTES) throw new Error('the answer is too long');
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
};

const unreachable = (who: string, error: unknown, milliseconds: number): EmbedderUnavailableError => {
  if (error instanceof Error && error.name === 'TimeoutError')
    return new EmbedderUnavailableError(`${who} did not answer within ${milliseconds / 1000} s`, { cause: error });
  const { code } = ((error as Error).cause ?? {}) as { code?: unknown };
  const why = typeof code === 'string' ? ` (${code.slice(0, 50)})` : '';
  return new EmbedderUnavailableError(`${who} could not be reached, or ended before its answer was whole${why}`, {
    cause: error,
  });
};

const readAnswer = (who: string, body: string, count: number): EmbeddingsOutcome => {
  const busy = (what: string): EmbeddingsOutcome => ({
    kind: 'busy',
    error: new EmbedderUnavailableError(`${who} ${what}`),
    seconds: null,
  });
  const read = Answer.safeParse(parsed(body));
  if (!read.success) return busy('answered with something else than embeddings');
  const { data } = read.data;
  if (data.length !== count) return busy(`answered with ${data.length} vectors to ${count} texts`);
  const vectors = new Map(data.map(({ index, embedding }, place) => [index ?? place, embedding]));
  const ordered = Array.from({ length: count }, (_, place) => vectors.get(place));
  if (ordered.some((vector) => vector === undefined)) return busy('answered with two vectors to one text');
  return { kind: 'vectors', vectors: ordered as (readonly number[])[] };
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** Some services repeat the key, or a part of it, in what they say. */
const wordsOf = (body: string, key: string | undefined): { readonly text: string; readonly code: string } => {
  const failure = Failure.safeParse(parsed(body));
  const error = failure.success ? failure.data.error : body;
  const text = typeof error === 'string' ? error : (error.message ?? '');
  const codes = typeof error === 'string' ? [] : [error.code, error.type];
  const hidden = key === undefined ? text : text.replaceAll(key, '[the key]');
  return { text: hidden.slice(0, MOST_WORDS), code: codes.filter((each) => typeof each === 'string').join(' ') };
};

interface Failed {
  readonly status: number;
  readonly headers: Headers;
  readonly words: { readonly text: string; readonly code: string };
  readonly dimensions: number | undefined;
}

const failureOf = ({ model, key }: EmbeddingsService, who: string, failed: Failed): EmbeddingsOutcome => {
  const { status, headers, words, dimensions } = failed;
  const options = { cause: new Error(`${status} ${words.text}`) };
  const refused = (what: string): never => {
    throw new EmbedderRefusedError(`${who} ${what}`, status === 401 || status === 403 ? {} : options);
  };
  if (status >= 300 && status < 400)
    return refused(
      `answers with a redirect (${status}), which is not followed: EMBEDDINGS_URL must be the address itself`,
    );
  if (status === 401 || status === 403)
    return refused(
      key === undefined ? `asks for a key (${status}): set EMBEDDINGS_KEY` : `refuses the key (${status})`,
    );
  if (status === 402 || words.code.includes('insufficient_quota')) return refused(`has no credit left (${status})`);
  if (status === 404)
    return refused(
      `does not have the model ${model}, or is not at this address (404): see EMBEDDINGS_URL, EMBEDDINGS_MODEL`,
    );
  const seconds = retryAfterSeconds(headers.get('retry-after') ?? undefined, new Date());
  if (status === 429) {
    const error = new EmbedderThrottledError(`${who} asks for fewer requests`, options);
    return { kind: 'busy', error, seconds };
  }
  if (status === 408 || status === 409 || status === 425 || status >= 500)
    return { kind: 'busy', error: new EmbedderUnavailableError(`${who} answered ${status}`, options), seconds };
  if (dimensions !== undefined && /dimension|matryoshka/i.test(words.text))
    return refused(`cannot give ${dimensions} dimensions (${status}): leave EMBEDDINGS_DIMENSIONS out, or change it`);
  const about = new TextRefusedError(`${who} answered ${status} to a text`, options);
  if (status === 413 || (status < 500 && /token|length|context|too long|too large|exceed/i.test(words.text)))
    return { kind: 'too-long', error: about };
  if (status === 400 || status === 422) {
    if (/\bmodel\b/i.test(words.text)) return refused(`cannot embed with the model ${model} (${status})`);
    throw about;
  }
  return refused(`answered ${status}`);
};
