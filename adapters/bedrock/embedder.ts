import { type BedrockRuntimeClient, InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime';
import { z } from 'zod';
import { EmbedderRefusedError, EmbedderThrottledError, EmbedderUnavailableError } from '../../core/domain/errors.ts';
import { own } from '../../core/domain/own.ts';
import type { Embedder } from '../../core/ports/embedder.ts';
import { unitLength } from '../system/unit-length.ts';

type Kind = 'document' | 'query';

/** How a family of models is spoken to through InvokeModel. */
interface Protocol {
  readonly textsPerCall: number;
  readonly callsAtOnce: number;
  body(texts: readonly string[], kind: Kind, dimensions: number): Record<string, unknown>;
  vectors(answer: unknown): readonly (readonly number[])[];
}

const Vector = z.array(z.number());
const CohereAnswer = z.object({ embeddings: z.union([z.array(Vector), z.object({ float: z.array(Vector) })]) });
const TitanAnswer = z.object({ embedding: Vector });

/** Bedrock User Guide, "Cohere Embed v4": at most 96 texts a call. `RIGHT` cuts a text's end where it is too long. */
const cohere: Protocol = {
  textsPerCall: 96,
  callsAtOnce: 1,
  body: (texts, kind, dimensions) => ({
    texts,
    input_type: kind === 'document' ? 'search_document' : 'search_query',
    embedding_types: ['float'],
    output_dimension: dimensions,
    truncate: 'RIGHT',
  }),
  vectors: (answer) => {
    const { embeddings } = CohereAnswer.parse(answer);
    return Array.isArray(embeddings) ? embeddings : embeddings.float;
  },
};

/** Bedrock User Guide, "Amazon Titan Text Embeddings": one text a call, so that some calls go at once. */
const titan: Protocol = {
  textsPerCall: 1,
  callsAtOnce: 8,
  body: ([inputText], _kind, dimensions) => ({ inputText, dimensions, normalize: true }),
  vectors: (answer) => [TitanAnswer.parse(answer).embedding],
};

const protocolOf = (model: string): Protocol => {
  // An inference profile's id has its geography in front: `us.`, `eu.`, `global.` …
  if (/(^|\.)cohere\.embed-v4\b/.test(model)) return cohere;
  if (/(^|\.)amazon\.titan-embed-text-v2\b/.test(model)) return titan;
  throw new RangeError(
    `no known way to embed with the model ${model}: give a Cohere Embed v4 or a Titan Text V2 model`,
  );
};

/**
 * Embeds through Amazon Bedrock: Cohere Embed v4 (also by inference profile) or Titan Text Embeddings V2. Retries are the
 * client's: give it `retryMode: 'adaptive'`, and this throws what is left after them. Throws RangeError for another model.
 */
export const createBedrockEmbedder = (deps: {
  readonly client: BedrockRuntimeClient;
  readonly model: string;
  /** Cohere: 256, 512, 1024 or 1536. Titan: 256, 512 or 1024. */
  readonly dimensions: number;
}): Embedder => {
  const { client, model, dimensions } = deps;
  const protocol = protocolOf(model);

  const call = async (texts: readonly string[], kind: Kind): Promise<Float32Array[]> => {
    const answer = await invoke(client, model, protocol.body(texts, kind, dimensions));
    const vectors = protocol.vectors(answer);
    if (vectors.length !== texts.length || vectors.some((vector) => vector.length !== dimensions))
      throw new Error(`${model} did not answer with ${texts.length} vectors of ${dimensions} dimensions`);
    return vectors.map(unitLength);
  };

  return {
    id: `bedrock:${model}:${dimensions}`,
    dimensions,
    async embed(texts, kind) {
      const perRound = protocol.textsPerCall * protocol.callsAtOnce;
      const vectors: Float32Array[] = [];
      for (let start = 0; start < texts.length; start += perRound) {
        const round = texts.slice(start, start + perRound);
        const calls: Promise<Float32Array[]>[] = [];
        for (let at = 0; at < round.length; at += protocol.textsPerCall)
          calls.push(call(round.slice(at, at + protocol.textsPerCall), kind));
        vectors.push(...(await Promise.all(calls)).flat());
      }
      return vectors;
    },
  };
};

const invoke = async (client: BedrockRuntimeClient, modelId: string, body: object): Promise<unknown> => {
  let answer: Uint8Array;
  try {
    const output = await client.send(
      new InvokeModelCommand({
        modelId,
        contentType: 'application/json',
        accept: 'application/json',
        body: JSON.stringify(body),
      }),
    );
    answer = output.body;
  } catch (error) {
    throw translated(error, modelId);
  }
  return JSON.parse(new TextDecoder().decode(answer));
};

/** Names and statuses by the API reference of InvokeModel; a failure without a status never reached the service. */
const translated = (error: unknown, modelId: string): unknown => {
  if (!(error instanceof Error)) return error;
  const refusal = own(refusals, error.name)?.(error.message);
  if (refusal !== undefined)
    return new EmbedderRefusedError(`the embedding model ${modelId} cannot be used: ${refusal}`, { cause: error });
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  if (error.name === 'ModelNotReadyException')
    return new EmbedderUnavailableError('the embedding model is not ready', { cause: error });
  if (status === 429 || error.name === 'ThrottlingException')
    return new EmbedderThrottledError('Bedrock asks for fewer embedding requests', { cause: error });
  if (status === 408 || status === 424 || (status !== undefined && status >= 500))
    return new EmbedderUnavailableError(`Bedrock answered ${error.name}`, { cause: error });
  const code = (error as { code?: string }).code ?? '';
  if (error.name === 'TimeoutError' || networkFaults.has(code) || code.startsWith('ERR_HTTP2_'))
    return new EmbedderUnavailableError('Bedrock could not be reached', { cause: error });
  return error;
};

/**
 * What no retry helps and an operator can. Bedrock's own words name roles and accounts: they are the cause, for the log.
 * docs/deploy.md, "The embedding model".
 */
const refusals: Readonly<Record<string, (message: string) => string | undefined>> = {
  // The first use of a model from AWS Marketplace needs a subscription, which the functions' roles may not make.
  AccessDeniedException: () =>
    'Bedrock denies access to it. The account must be subscribed to it, and the functions must be allowed to call it',
  ResourceNotFoundException: () => 'Bedrock does not have it in this region',
  ValidationException: (message) =>
    /on-demand throughput/.test(message) ? 'in this region it needs an inference profile' : undefined,
};

const networkFaults: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
