import { execFileSync, spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerWith, type HttpFault, underFault } from './http-faults.ts';

export interface SmartHttpServerOptions {
  /** Directory that the repositories are below; `<url>/a/.git` is `<root>/a/.git`. */
  readonly root: string;
  /** Partial clone, and objects by id. True by default. */
  readonly filters?: boolean;
  /** 0 makes it an old server: it gives out branch heads only, unless `filters`. 2 by default. */
  readonly protocolVersion?: 0 | 2;
  /** Milliseconds before each answer. */
  readonly delayMs?: number;
  /** How many requests are answered with 503 first. */
  readonly failFirst?: number;
  readonly auth?: { readonly username: string; readonly password: string };
  /** What to do instead of answering as asked; null: nothing. Called for each request. */
  readonly fault?: ((request: Pick<SmartHttpRequest, 'method' | 'url'>) => HttpFault | null) | undefined;
  /** PEM texts: the server is an https one. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

export interface SmartHttpRequest {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  /** Of the answer's body. */
  readonly bytes: number;
}

export interface SmartHttpServer {
  /** `http://127.0.0.1:<port>`, without a trailing slash. */
  readonly url: string;
  /** Every request so far, in the order they came in. `status` is 0 until it is answered. */
  readonly requests: readonly SmartHttpRequest[];
  close(): Promise<void>;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

const backend = join(execFileSync('git', ['--exec-path']).toString().trim(), 'git-http-backend');

/** Serves repositories with git's own CGI: real smart HTTP, on a free port of 127.0.0.1. */
export const startSmartHttpServer = async (options: SmartHttpServerOptions): Promise<SmartHttpServer> => {
  const requests: Mutable<SmartHttpRequest>[] = [];
  const children = new Set<ReturnType<typeof spawn>>();
  let toFail = options.failFirst ?? 0;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const entry = { method: request.method ?? '', url: request.url ?? '', status: 0, bytes: 0 };
    requests.push(entry);
    response.once('close', () => {
      entry.status = response.statusCode;
    });
    if (options.delayMs !== undefined) await sleep(options.delayMs);
    if (toFail > 0) {
      toFail -= 1;
      response.writeHead(503).end();
      return;
    }
    if (!isAuthorized(request, options)) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="git"' }).end();
      return;
    }
    const fault = options.fault?.(entry) ?? null;
    if (fault !== null && answerWith(fault, response, entry.method === 'GET' ? 'advertisement' : 'result')) return;
    const child = spawn(backend, { env: cgiEnvironment(request, options), stdio: ['pipe', 'pipe', 'ignore'] });
    children.add(child);
    child.once('close', () => children.delete(child));
    response.once('close', () => child.kill());
    // Either side may go away at any time: that is what some tests are about.
    child.stdin.on('error', () => {});
    request.pipe(child.stdin);
    await forward(child.stdout, response, fault, (bytes) => {
      entry.bytes += bytes;
    });
  };

  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response).catch(() => response.destroy());
  };
  const server = options.tls === undefined ? createServer(listener) : createTlsServer({ ...options.tls }, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async close() {
      for (const child of children) child.kill();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const isAuthorized = (request: IncomingMessage, { auth }: SmartHttpServerOptions): boolean =>
  auth === undefined ||
  request.headers.authorization === `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`;

const cgiEnvironment = (request: IncomingMessage, options: SmartHttpServerOptions): Record<string, string> => {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const allowed = String(options.filters ?? true);
  const environment: Record<string, string> = {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: options.root,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_CONFIG_COUNT: '3',
    GIT_CONFIG_KEY_0: 'uploadpack.allowFilter',
    GIT_CONFIG_VALUE_0: allowed,
    GIT_CONFIG_KEY_1: 'uploadpack.allowAnySHA1InWant',
    GIT_CONFIG_VALUE_1: allowed,
    GIT_CONFIG_KEY_2: 'core.hooksPath',
    GIT_CONFIG_VALUE_2: devNull,
    GIT_PROJECT_ROOT: options.root,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: decodeURIComponent(url.pathname),
    QUERY_STRING: url.search.slice(1),
    REQUEST_METHOD: request.method ?? 'GET',
    CONTENT_TYPE: request.headers['content-type'] ?? '',
    REMOTE_ADDR: '127.0.0.1',
  };
  const optional = {
    CONTENT_LENGTH: request.headers['content-length'],
    HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
    GIT_PROTOCOL: options.protocolVersion === 0 ? undefined : request.headers['git-protocol'],
  };
  for (const [name, value] of Object.entries(optional)) if (typeof value === 'string') environment[name] = value;
  return environment;
};

/** A CGI answer: header lines, an empty line, the body. */
const forward = async (
  output: Readable,
  response: ServerResponse,
  fault: HttpFault | null,
  count: (bytes: number) => void,
): Promise<void> => {
  let head = Buffer.alloc(0);
  for await (const chunk of output.iterator({ destroyOnReturn: false })) {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end === -1) continue;
    writeHead(head.toString('latin1', 0, end), response);
    output.unshift(head.subarray(end + 4));
    break;
  }
  const body = fault === null ? output : underFault(output, fault, response);
  await pipeline(Readable.from(counted(body as AsyncIterable<Buffer>, count)), response);
};

async function* counted(body: AsyncIterable<Buffer>, count: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of body) {
    count(chunk.length);
    yield chunk;
  }
}

const writeHead = (head: string, response: ServerResponse): void => {
  for (const line of head.split('\r\n')) {
    const [name = '', value = ''] = line.split(/:\s*/, 2);
    if (name === 'Status') response.statusCode = Number.parseInt(value, 10);
    else response.setHeader(name, value);
  }
};
