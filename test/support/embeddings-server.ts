import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createHashEmbedder } from '../../adapters/embedding/hash-embedder.ts';

export interface EmbeddingsCall {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: { readonly model: string; readonly input: string[]; readonly dimensions?: number };
}

/** Answers in the server's stead, or returns false to let it. */
type Instead = (call: EmbeddingsCall, response: ServerResponse) => boolean | undefined;

/** A server of the form of OpenAI's embeddings API, over real sockets: `POST /v1/embeddings` with a key, one model, and vectors that mean something. */
export interface EmbeddingsServer extends AsyncDisposable {
  /** With its version: what clients are given. */
  readonly url: string;
  readonly calls: EmbeddingsCall[];
  /** What each call in turn is answered with; then, and where it returns false, as usual. */
  readonly instead: Instead[];
}

export const problem = (
  response: ServerResponse,
  status: number,
  message: string,
  code = 'error',
  headers = {},
): true => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ error: { message, type: 'invalid_request_error', code } }));
  return true;
};

export const startEmbeddingsServer = async (
  options: {
    readonly key?: string;
    readonly model?: string;
    readonly dimensions?: number;
    readonly mostCharacters?: number;
    readonly port?: number;
  } = {},
): Promise<EmbeddingsServer> => {
  const { key, model = 'code-embed', dimensions = 64, mostCharacters = Number.POSITIVE_INFINITY, port = 0 } = options;
  const calls: EmbeddingsCall[] = [];
  const instead: Instead[] = [];
  const answer = async ({ path, authorization, body }: EmbeddingsCall, response: ServerResponse): Promise<unknown> => {
    if (path !== '/v1/embeddings') return problem(response, 404, 'no such path');
    if (key !== undefined && authorization !== `Bearer ${key}`)
      return problem(response, 401, `Incorrect API key provided: ${authorization?.slice(7)}`, 'invalid_api_key');
    if (body.model !== model) return problem(response, 404, `model "${body.model}" not found`, 'model_not_found');
    if (body.input.some(({ length }) => length > mostCharacters))
      return problem(response, 400, `This model's maximum context length is ${mostCharacters / 4} tokens`);
    const embedder = createHashEmbedder({ dimensions: body.dimensions ?? dimensions });
    const vectors = await embedder.embed(body.input, 'document');
    // Not of length 1, and not in order: the index says which is whose.
    const data = vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: Array.from(vector, (x) => x * 3),
    }));
    response.writeHead(200, { 'content-type': 'application/json' });
    return response.end(
      JSON.stringify({ object: 'list', model, data: data.toReversed(), usage: { prompt_tokens: 1, total_tokens: 1 } }),
    );
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = JSON.parse(await text(request));
    const call = { path: request.url ?? '', authorization: request.headers.authorization, body };
    calls.push(call);
    if (instead.shift()?.(call, response) !== true) await answer(call, response);
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    calls,
    instead,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
};
