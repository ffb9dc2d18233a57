import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';

/** A request as it came over the wire. */
export interface StubRequest {
  readonly method: string;
  /** Path without the query, decoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export type StubHandler = (request: StubRequest, response: ServerResponse) => void | Promise<void>;

/** A service on loopback: what the SDK's client sends reaches `handler`, which may be changed between requests. */
export interface HttpStub extends AsyncDisposable {
  readonly endpoint: string;
  readonly requests: StubRequest[];
  handler: StubHandler;
}

/** `http2`: for clients that speak nothing else (Bedrock's). */
export const openHttpStub = async ({ http2 = false } = {}): Promise<HttpStub> => {
  const receive = async (incoming: IncomingMessage, response: ServerResponse) => {
    const pieces: Buffer[] = [];
    for await (const piece of incoming) pieces.push(piece as Buffer);
    const url = new URL(incoming.url ?? '/', 'http://stub');
    const request: StubRequest = {
      method: incoming.method ?? '',
      path: decodeURIComponent(url.pathname),
      query: url.searchParams,
      headers: incoming.headers,
      body: Buffer.concat(pieces),
    };
    stub.requests.push(request);
    try {
      await stub.handler(request, response);
    } catch (error) {
      response.destroy(error as Error);
    }
  };
  const server = http2 ? createHttp2Server(receive as never) : createServer(receive);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stub: HttpStub = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    handler: (_, response) => void response.writeHead(500).end(),
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return stub;
};

/** What every client of a stub is made with: no account, no waiting between tries. */
export const stubClientOptions = (stub: HttpStub, maxAttempts = 1) => ({
  endpoint: stub.endpoint,
  region: 'eu-central-1',
  credentials: { accessKeyId: 'stub', secretAccessKey: 'stub' },
  maxAttempts,
});

/** An error in the form of the AWS JSON protocols. */
export const answerJsonError = (response: ServerResponse, status: number, type: string, message = 'as told'): void => {
  response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type });
  response.end(JSON.stringify({ __type: type, message }));
};
