import { setTimeout as sleep } from 'node:timers/promises';
import { answerJsonError, openHttpStub } from '../unit/aws-http-stub.ts';

export interface BedrockStub extends AsyncDisposable {
  readonly endpoint: string;
  /** Texts that were embedded so far. */
  readonly embedded: readonly string[];
  /** So many requests that come next are throttled. */
  throttle(requests: number): void;
  /** Comes before each answer. */
  before: (texts: readonly string[]) => Promise<void>;
}

/**
 * Cohere Embed v4 as Bedrock serves it, over HTTP/2: texts that share words are near each other, and that is all that its
 * vectors mean.
 */
export const openBedrockStub = async (): Promise<BedrockStub> => {
  const http = await openHttpStub({ http2: true });
  const embedded: string[] = [];
  let throttled = 0;
  const stub: BedrockStub = {
    endpoint: http.endpoint,
    embedded,
    throttle: (requests) => {
      throttled = requests;
    },
    before: async () => undefined,
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  };
  http.handler = async ({ body }, response) => {
    // Kept by the stub for tests that look at them: here there are too many.
    http.requests.length = 0;
    if (throttled > 0) {
      throttled -= 1;
      return answerJsonError(response, 429, 'ThrottlingException', 'Too many tokens, please wait before trying again.');
    }
    const { texts, output_dimension } = JSON.parse(body.toString()) as { texts: string[]; output_dimension: number };
    await stub.before(texts);
    embedded.push(...texts);
    const float = texts.map((text) => vectorOf(text, output_dimension));
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ embeddings: { float } }));
  };
  return stub;
};

/** A gate before the embedding: what comes waits until it is opened. */
export const holdEmbedding = (stub: BedrockStub): { readonly reached: Promise<void>; open(): void } => {
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  stub.before = async () => {
    reach();
    await opened;
  };
  return {
    reached: Promise.race([reached, sleep(60_000).then(() => Promise.reject(new Error('nothing was embedded')))]),
    open() {
      stub.before = async () => undefined;
      open();
    },
  };
};

const vectorOf = (text: string, dimensions: number): number[] => {
  const vector = new Array<number>(dimensions).fill(0);
  vector[0] = 0.001;
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    let hash = 2166136261;
    for (let at = 0; at < word.length; at += 1) hash = Math.imul(hash ^ word.charCodeAt(at), 16777619);
    const place = (hash >>> 0) % dimensions;
    vector[place] = (vector[place] ?? 0) + 1;
  }
  return vector;
};
