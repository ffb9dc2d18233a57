import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createOpenAiEmbedder,
  measureDimensions,
  type OpenAiEmbedderOptions,
} from '../../../../adapters/openai/embedder.ts';
import { planRequests } from '../../../../adapters/openai/plan-requests.ts';
import {
  EmbedderRefusedError,
  EmbedderThrottledError,
  EmbedderUnavailableError,
} from '../../../../core/domain/errors.ts';
import { type EmbeddingsServer, problem, startEmbeddingsServer } from '../../../support/embeddings-server.ts';

const key = 'sk-very-secret-0123456789';
let server: EmbeddingsServer;
let waits: number[];
beforeEach(async () => {
  server = await startEmbeddingsServer({ key });
  waits = [];
});
afterEach(() => server[Symbol.asyncDispose]());

/** A clock that only waiting moves, and the longest of each random wait. */
const settings = (changed: Partial<OpenAiEmbedderOptions> = {}): OpenAiEmbedderOptions => {
  let now = 0;
  return {
    service: { url: server.url, model: 'code-embed', key },
    measured: 64,
    textsPerRequest: 32,
    now: () => now,
    random: () => 1,
    wait: async (milliseconds) => {
      waits.push(milliseconds);
      now += milliseconds;
    },
    ...changed,
  };
};
const embedder = (changed: Partial<OpenAiEmbedderOptions> = {}) => createOpenAiEmbedder(settings(changed));
const failure = async (work: Promise<unknown>): Promise<Error & { cause?: unknown }> =>
  work.then(
    () => Promise.reject(new Error('it went well')),
    (error: Error) => error,
  );
/** All that an error says, to its last cause. */
const allOf = (error: unknown): string =>
  error instanceof Error ? `${error.name} ${error.message} ${error.stack} ${allOf(error.cause)}` : String(error);

describe('a service with OpenAI’s embeddings API', () => {
  it('is asked with model, texts and key, and its vectors are brought into order and to length 1', async () => {
    const vectors = await embedder().embed(['parse config', 'open socket'], 'document');
    const again = await embedder().embed(['open socket'], 'query');
    expect(vectors).toHaveLength(2);
    for (const vector of vectors) expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
    expect(again).toEqual([vectors[1]]);
    expect(server.calls[0]).toEqual({
      path: '/v1/embeddings',
      authorization: `Bearer ${key}`,
      body: { model: 'code-embed', input: ['parse config', 'open socket'], encoding_format: 'float' },
    });
  });

  it.each(['/', '/embeddings'])('may be named with %s at the end', async (end) => {
    await embedder({ service: { url: server.url + end, model: 'code-embed', key } }).embed(['x'], 'query');
    expect(server.calls[0]?.path).toBe('/v1/embeddings');
  });

  it('is asked for no more texts at once than it takes, and the answer is in order', async () => {
    const texts = Array.from({ length: 70 }, (_, i) => `word${i}`);
    const vectors = await embedder().embed(texts, 'document');
    expect(server.calls.map(({ body }) => body.input.length)).toEqual([32, 32, 6]);
    expect(vectors[69]).toEqual((await embedder().embed(['word69'], 'document'))[0]);
  });

  it('is not asked for nothing', async () => {
    expect(await embedder().embed([], 'document')).toEqual([]);
    expect(server.calls).toEqual([]);
  });

  it('gets what the model wants before a text, by what it is for', async () => {
    const prefixed = embedder({ prefixes: { document: 'passage: ', query: 'query: ' } });
    await prefixed.embed(['a'], 'document');
    await prefixed.embed(['b'], 'query');
    expect(server.calls.map(({ body }) => body.input)).toEqual([['passage: a'], ['query: b']]);
  });

  it('is named by model, dimensions and what its documents begin with, so that a change of them makes a new index', () => {
    const ids = [
      embedder().id,
      embedder({ measured: 32 }).id,
      embedder({ service: { url: server.url, model: 'other' } }).id,
      embedder({ prefixes: { document: 'passage: ', query: '' } }).id,
    ];
    expect(ids[0]).toBe('openai:code-embed:64');
    expect(new Set(ids).size).toBe(4);
    expect(embedder({ prefixes: { document: '', query: 'query: ' } }).id).toBe(ids[0]);
    expect(embedder({ service: { url: 'https://elsewhere.example/v1', model: 'code-embed' } }).id).toBe(ids[0]);
  });

  it('says how many dimensions it has, or gives those that it is asked for', async () => {
    expect(await measureDimensions(settings())).toBe(64);
    expect(await measureDimensions(settings({ dimensions: 16 }))).toBe(16);
    expect(server.calls.map(({ body }) => body.dimensions)).toEqual([undefined, 16]);
    const [vector] = await embedder({ dimensions: 16, measured: 16 }).embed(['x'], 'query');
    expect(vector).toHaveLength(16);
  });
});

describe('texts that are too long', () => {
  beforeEach(async () => {
    await server[Symbol.asyncDispose]();
    server = await startEmbeddingsServer({ key, mostCharacters: 400 });
  });

  it('lose their end, and the others do not', async () => {
    const long = 'token '.repeat(200);
    const [short, cut] = await embedder().embed(['a short text', long], 'document');
    expect(short).toEqual((await embedder().embed(['a short text'], 'query'))[0]);
    expect(cut).toEqual((await embedder().embed([long.slice(0, 300)], 'query'))[0]);
  });

  it('are asked for in two halves where it is all of them', async () => {
    server.instead.push((_, response) => problem(response, 413, 'payload'));
    await embedder().embed(['a', 'b', 'c'], 'document');
    expect(server.calls.map(({ body }) => body.input)).toEqual([['a', 'b', 'c'], ['a', 'b'], ['c']]);
  });

  it('are cut between characters, and no further than to 64', async () => {
    for (let i = 0; i < 20; i++)
      server.instead.push((_, response) => problem(response, 400, 'input length exceeds the context length'));
    const error = await failure(embedder().embed(['😀'.repeat(101)], 'document'));
    expect(error.name).toBe('TextRefusedError');
    expect(server.calls.map(({ body }) => body.input[0]?.length)).toEqual([202, 101, 51]);
    for (const { body } of server.calls) expect(body.input[0]?.isWellFormed()).toBe(true);
  });

  it('are reckoned before they are sent', () => {
    const texts = ['a'.repeat(30), 'b'.repeat(30), 'c'.repeat(3000), 'd'];
    expect(planRequests(texts, { texts: 10, tokens: 20 }).map((request) => request.length)).toEqual([2, 1, 1]);
    expect(planRequests(texts, { texts: 1, tokens: 2000 })).toHaveLength(4);
    expect(planRequests([], { texts: 1, tokens: 1 })).toEqual([]);
  });
});

describe('a service that is busy', () => {
  const busy = (status: number, headers = {}) => {
    server.instead.push((_, response) => problem(response, status, 'later', 'x', headers));
  };

  it('is waited for as long as it says', async () => {
    busy(429, { 'retry-after': '7' });
    busy(503, { 'retry-after': '3' });
    expect(await embedder().embed(['x'], 'document')).toHaveLength(1);
    expect(waits).toEqual([7000, 3000]);
  });

  it('is waited for by all calls when it has asked for fewer', async () => {
    busy(429, { 'retry-after': '30' });
    const one = embedder();
    await one.embed(['x'], 'document');
    expect(waits).toEqual([30_000]);
    busy(429, { 'retry-after': '90' });
    await failure(one.embed(['x'], 'document'));
    const asked = server.calls.length;
    expect(await failure(one.embed(['y'], 'query'))).toBeInstanceOf(EmbedderThrottledError);
    expect(server.calls).toHaveLength(asked);
  });

  it('is waited for longer each time where it does not say', async () => {
    for (let i = 0; i < 5; i++) busy(429);
    expect(await failure(embedder().embed(['x'], 'document'))).toBeInstanceOf(EmbedderThrottledError);
    expect(waits).toEqual([1000, 2000, 4000, 8000]);
    expect(server.calls).toHaveLength(5);
  });

  it('is given up where it wants a pause that is too long, and the workflow tries again', async () => {
    busy(429, { 'retry-after': '3600' });
    expect(await failure(embedder().embed(['x'], 'document'))).toBeInstanceOf(EmbedderThrottledError);
    expect(waits).toEqual([]);
  });

  it('is not waited for long by a search', async () => {
    busy(429, { 'retry-after': '7' });
    expect(await failure(embedder().embed(['x'], 'query'))).toBeInstanceOf(EmbedderThrottledError);
    expect(waits).toEqual([]);
  });

  it.each([408, 500, 502, 503])(
    'with %d is tried again, and told apart from one that is asked too often',
    async (status) => {
      for (let i = 0; i < 5; i++) busy(status);
      const error = await failure(embedder().embed(['x'], 'document'));
      expect(error).toBeInstanceOf(EmbedderUnavailableError);
      expect(error.message).toContain(String(status));
      expect(server.calls).toHaveLength(5);
    },
  );

  it('that says nothing is given up', async () => {
    for (let i = 0; i < 5; i++) server.instead.push(() => true);
    const error = await failure(embedder({ timeoutMilliseconds: 30 }).embed(['x'], 'document'));
    expect(error).toBeInstanceOf(EmbedderUnavailableError);
    expect(error.message).toMatch(/did not answer within 0\.03 s/);
  });

  it('that is not there may come', async () => {
    await server[Symbol.asyncDispose]();
    const error = await failure(embedder().embed(['x'], 'document'));
    expect(error).toBeInstanceOf(EmbedderUnavailableError);
    expect(error.message).toMatch(/ECONNREFUSED/);
  });
});

describe('an answer', () => {
  it.each([
    ['torn in its body', '{"data":[{"index":0,"embedding":[1,'],
    ['of something else', '<html>'],
    ['of no numbers', '{"data":[{"index":0,"embedding":["a"]}]}'],
    ['with too few vectors', '{"data":[]}'],
    [
      'with two vectors of one text',
      JSON.stringify({ data: [0, 0].map((index) => ({ index, embedding: Array(64).fill(1) })) }),
    ],
  ])('%s is asked for again, and then is an error', async (_, body) => {
    const texts = body.includes('[1,1') ? ['x', 'y'] : ['x'];
    server.instead.push((_, response) => void response.end(body) === undefined);
    expect(await embedder().embed(texts, 'document')).toHaveLength(texts.length);
    for (let i = 0; i < 5; i++) server.instead.push((_, response) => void response.end(body) === undefined);
    expect(await failure(embedder().embed(texts, 'document'))).toBeInstanceOf(EmbedderUnavailableError);
  });

  it('cut off by the end of the connection is asked for again', async () => {
    server.instead.push((_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"data"', () => response.destroy());
      return true;
    });
    expect(await embedder().embed(['x'], 'document')).toHaveLength(1);
    expect(server.calls).toHaveLength(2);
  });

  it('with vectors of another length than the index has ends the sync at once', async () => {
    const error = await failure(embedder({ measured: 32 }).embed(['x'], 'document'));
    expect(error).toBeInstanceOf(EmbedderRefusedError);
    expect(error.message).toMatch(/64 dimensions, not with 32/);
    expect(server.calls).toHaveLength(1);
    expect(
      (
        await failure(
          measureDimensions({ ...settings(), dimensions: undefined, service: { url: server.url, model: 'gone', key } }),
        )
      ).message,
    ).toMatch(/model gone/);
  });
});

describe('what only an operator can change', () => {
  const refusal = async (changed: Partial<OpenAiEmbedderOptions>): Promise<Error> => {
    const error = await failure(embedder(changed).embed(['x'], 'document'));
    expect(error).toBeInstanceOf(EmbedderRefusedError);
    expect(waits).toEqual([]);
    return error;
  };

  it('is a wrong key, which is never said, nor what the service repeats of it', async () => {
    const wrong = 'sk-wrong-987654321';
    const error = await refusal({ service: { url: server.url, model: 'code-embed', key: wrong } });
    expect(error.message).toMatch(/refuses the key \(401\)/);
    expect(allOf(error)).not.toContain(wrong);
    server.instead.push((_, response) => problem(response, 418, `who are you, ${key}?`));
    expect(allOf(await refusal({}))).not.toContain(key);
  });

  it('is a key that is not set', async () => {
    const error = await refusal({ service: { url: server.url, model: 'code-embed' } });
    expect(error.message).toMatch(/asks for a key \(401\): set EMBEDDINGS_KEY/);
  });

  it('is a model that is not there', async () => {
    const error = await refusal({ service: { url: server.url, model: 'bge-m3', key } });
    expect(error.message).toMatch(/does not have the model bge-m3/);
  });

  it.each([
    [
      400,
      'Model does not support matryoshka representation, changing output dimensions will lead to poor results',
      { dimensions: 16 },
      /cannot give 16 dimensions/,
    ],
    [400, 'this model does not support embeddings', {}, /cannot embed with the model code-embed/],
    [402, 'pay', {}, /no credit/],
    [405, 'method', {}, /answered 405/],
  ])('is %d, %s', async (status, words, changed, said) => {
    server.instead.push((_, response) => problem(response, status, words));
    expect((await refusal(changed)).message).toMatch(said);
  });

  it('is an account without credit, which some services tell as too many requests', async () => {
    server.instead.push((_, response) =>
      problem(response, 429, 'You exceeded your current quota', 'insufficient_quota'),
    );
    expect((await refusal({})).message).toMatch(/no credit/);
  });

  it('is a redirect, which is not followed with the key', async () => {
    await using inside = await startEmbeddingsServer();
    server.instead.push((_, response) => {
      response.writeHead(307, { location: `${inside.url}/embeddings` }).end();
      return true;
    });
    expect((await refusal({})).message).toMatch(/redirect \(307\)/);
    expect(inside.calls).toEqual([]);
  });

  it('is not a text that the service does not like: that is a fault of its file', async () => {
    server.instead.push((_, response) => problem(response, 400, 'the input is not allowed'));
    const error = await failure(embedder().embed(['x'], 'document'));
    expect(error.name).toBe('TextRefusedError');
  });
});
