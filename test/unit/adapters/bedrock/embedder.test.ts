import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBedrockEmbedder } from '../../../../adapters/bedrock/embedder.ts';
import {
  EmbedderRefusedError,
  EmbedderThrottledError,
  EmbedderUnavailableError,
} from '../../../../core/domain/errors.ts';
import { answerJsonError, type HttpStub, openHttpStub, stubClientOptions } from '../../../support/aws-http-stub.ts';

const cohere = 'eu.cohere.embed-v4:0';
const titan = 'amazon.titan-embed-text-v2:0';

let stub: HttpStub;
let client: BedrockRuntimeClient;
beforeEach(async () => {
  stub = await openHttpStub({ http2: true });
  client = new BedrockRuntimeClient(stubClientOptions(stub));
});
afterEach(async () => {
  client.destroy();
  await stub[Symbol.asyncDispose]();
});

const embedder = (model = cohere, dimensions = 2) => createBedrockEmbedder({ client, model, dimensions });
const bodies = () => stub.requests.map(({ body }) => JSON.parse(body.toString()));
/** Each text is a number, and its vector points there. */
const answerCohere = () => {
  stub.handler = ({ body }, response) => {
    const { texts } = JSON.parse(body.toString()) as { texts: string[] };
    response.end(JSON.stringify({ embeddings: { float: texts.map((text) => [Number(text), 4]) } }));
  };
};
const answerTitan = () => {
  stub.handler = async ({ body }, response) => {
    const { inputText } = JSON.parse(body.toString()) as { inputText: string };
    // Later texts answer first: the order must not depend on it.
    await new Promise((resolve) => setTimeout(resolve, 10 - Number(inputText)));
    response.end(JSON.stringify({ embedding: [Number(inputText), 4] }));
  };
};

describe('Cohere Embed v4', () => {
  it('is called with the texts and what they are for', async () => {
    answerCohere();
    const vectors = await embedder().embed(['3', '0'], 'document');
    await embedder().embed(['3'], 'query');
    expect(vectors.map((vector) => Array.from(vector, (value) => value.toFixed(3)))).toEqual([
      ['0.600', '0.800'],
      ['0.000', '1.000'],
    ]);
    expect(stub.requests[0]?.path).toBe(`/model/${cohere}/invoke`);
    expect(bodies()).toEqual([
      {
        texts: ['3', '0'],
        input_type: 'search_document',
        embedding_types: ['float'],
        output_dimension: 2,
        truncate: 'RIGHT',
      },
      expect.objectContaining({ texts: ['3'], input_type: 'search_query' }),
    ]);
  });

  it('takes 96 texts a call, and the answer is in order', async () => {
    answerCohere();
    const texts = Array.from({ length: 200 }, (_, i) => String(i));
    const vectors = await embedder().embed(texts, 'document');
    expect(bodies().map(({ texts }) => texts.length)).toEqual([96, 96, 8]);
    expect(vectors.map(([x = 0, y = 1]) => Math.round((4 * x) / y))).toEqual(texts.map(Number));
  });

  it('may answer with vectors of the one type without its name', async () => {
    stub.handler = (_, response) => void response.end(JSON.stringify({ embeddings: [[3, 4]] }));
    const [vector] = await embedder().embed(['x'], 'query');
    expect(vector?.[0]).toBeCloseTo(0.6);
  });
});

describe('Titan Text Embeddings V2', () => {
  it('takes one text a call, and the answer is in order', async () => {
    answerTitan();
    const vectors = await embedder(titan).embed(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'], 'document');
    expect(bodies()).toHaveLength(10);
    expect(bodies()[0]).toEqual({ inputText: '0', dimensions: 2, normalize: true });
    expect(vectors.map(([x = 0, y = 1]) => Math.round((4 * x) / y))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

describe('any model', () => {
  it('is not called for nothing', async () => {
    expect(await embedder().embed([], 'document')).toEqual([]);
    expect(stub.requests).toEqual([]);
  });

  it('is named by its id and its dimensions', () => {
    expect(embedder().id).toBe('bedrock:eu.cohere.embed-v4:0:2');
    expect(embedder(titan, 512).id).not.toBe(embedder(titan, 256).id);
    expect(embedder(titan, 512).dimensions).toBe(512);
  });

  it('keeps a vector of no length as it is', async () => {
    stub.handler = (_, response) => void response.end(JSON.stringify({ embeddings: [[0, 0]] }));
    expect(await embedder().embed(['x'], 'document')).toEqual([Float32Array.of(0, 0)]);
  });

  it.each([
    ['too few vectors', { embeddings: [] }],
    ['vectors of another size', { embeddings: [[1, 2, 3]] }],
    ['something else', { text: 'hello' }],
  ])('that answers with %s is an error', async (_, body) => {
    stub.handler = (_, response) => void response.end(JSON.stringify(body));
    await expect(embedder().embed(['x'], 'document')).rejects.toThrow();
  });

  it.each(['cohere.embed-english-v3', 'amazon.titan-embed-text-v1', 'xcohere.embed-v4:0', ''])(
    'that is not known is refused at once: %j',
    (model) => {
      expect(() => embedder(model)).toThrow(RangeError);
    },
  );
});

describe('a failure', () => {
  const failure = async (answer: HttpStub['handler']): Promise<unknown> => {
    stub.handler = answer;
    return embedder()
      .embed(['x'], 'document')
      .catch((error: unknown) => error);
  };

  it.each([
    ['ThrottlingException', 429],
    ['ThrottlingException', 400],
    ['TooManyRequestsException', 429],
  ])('to be met by calling less is told apart: %s, %d', async (type, status) => {
    const error = await failure((_, response) => answerJsonError(response, status, type));
    expect(error).toBeInstanceOf(EmbedderThrottledError);
    expect((error as Error).cause).toMatchObject({ name: type });
  });

  it.each([
    ['InternalServerException', 500],
    ['ServiceUnavailableException', 503],
    ['ModelTimeoutException', 408],
    ['ModelErrorException', 424],
    ['ModelNotReadyException', 429],
  ])('that may pass is told apart: %s, %d', async (type, status) => {
    expect(await failure((_, response) => answerJsonError(response, status, type))).toBeInstanceOf(
      EmbedderUnavailableError,
    );
  });

  it('to reach Bedrock at all may pass', async () => {
    expect(await failure((_, response) => void response.destroy())).toBeInstanceOf(EmbedderUnavailableError);
    await stub[Symbol.asyncDispose]();
    expect(await failure(() => undefined)).toBeInstanceOf(EmbedderUnavailableError);
  });

  it('to answer in time may pass', async () => {
    client = new BedrockRuntimeClient({ ...stubClientOptions(stub), requestHandler: { requestTimeout: 50 } });
    expect(await failure(() => undefined)).toBeInstanceOf(EmbedderUnavailableError);
  });

  it.each([
    ['AccessDeniedException', 403, 'User: arn:aws:sts::123456789012:assumed-role/x is not authorized', /subscribed/],
    ['ResourceNotFoundException', 404, 'Could not resolve the foundation model', /region/],
    ['ValidationException', 400, 'Invocation of model ID x with on-demand throughput isn’t supported.', /profile/],
  ])('that only an operator can end says just this, and no account or role: %s', async (name, status, told, said) => {
    const error = (await failure((_, response) => answerJsonError(response, status, name, told))) as Error;
    expect(error).toBeInstanceOf(EmbedderRefusedError);
    expect(error.message).toMatch(/^the embedding model eu\.cohere\.embed-v4:0 cannot be used: /);
    expect(error.message).toMatch(said);
    expect(error.message).not.toContain('123456789012');
    expect(error.cause).toMatchObject({ name, message: told });
    expect(stub.requests).toHaveLength(1);
  });

  it('that is a mistake of ours keeps its name', async () => {
    const error = await failure((_, response) => answerJsonError(response, 400, 'ValidationException'));
    expect(error).toMatchObject({ name: 'ValidationException' });
  });
});
