import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { APIGatewayProxyResult } from 'aws-lambda';
import type { FunctionName } from '../../core/contract/environment.ts';
import { MCP_PATH, mcpRoutes } from '../../core/contract/mcp-routes.ts';
import { routes } from '../../core/contract/routes.ts';
import type { Logger } from '../../core/ports/logger.ts';
import { noTracing, type Tracing } from '../../core/ports/tracing.ts';
import type { CallContext, LambdaFunction } from '../load-function.ts';
import { type Console, serveConsole } from './console.ts';
import { gatewayProblem as problem, type Reply, type StreamedReply } from './gateway-problem.ts';
import { createHostCheck, type HostCheck } from './host-check.ts';
import { createRouteMatcher } from './match-route.ts';
import { proxyEvent } from './proxy-event.ts';
import { refuseConnection } from './refuse-connection.ts';
import { type Authorize, type Principal, rememberPrincipals } from './remember-principals.ts';
import { headFault, targetOf } from './request-head.ts';
import { sendParts } from './send-parts.ts';

export interface GatewayOptions {
  readonly host: string;
  readonly port: number;
  /** Names, beside its own addresses, that it is called by. */
  readonly hostNames?: readonly string[] | undefined;
  readonly load: (name: FunctionName) => Promise<LambdaFunction>;
  readonly logger: Logger;
  /** How often a stream of events that has none says that it is still there; 15 s without. */
  readonly heartbeatMilliseconds?: number;
  /** What answers beside the API; nothing without. */
  readonly console?: Console | undefined;
  /** The page of metrics; without, there is none. */
  readonly metrics?: MetricsPage | undefined;
  /** Each call is a span; nothing is traced without. */
  readonly tracing?: Tracing | undefined;
}

type MetricsPage = () => Promise<{ readonly contentType: string; readonly text: string }>;

export interface Gateway {
  /** Where it listens, such as http://127.0.0.1:3000. */
  readonly url: string;
  /** Stops listening, lets running requests end, then closes. */
  close(): Promise<void>;
}

/** 1 MiB: the largest body the contract allows is far below; API Gateway's own limit is 10 MB. */
const MAX_BODY_BYTES = 1024 * 1024;

/** A push of 2,048 commits, which GitHub lists, has more than that. A function on AWS takes 6 MB; hosts send 25 MB at most. */
const MAX_PUSH_BYTES = 6 * 1024 * 1024;

const maxBytesOf = (operation: FunctionName): number =>
  operation === 'github-hook' || operation === 'gitlab-hook' ? MAX_PUSH_BYTES : MAX_BODY_BYTES;

/** Proxies and clients give up a connection that is silent for a minute or so. */
const HEARTBEAT_MILLISECONDS = 15_000;

/** A connection that rests. Longer than proxies keep one, a minute: who uses it again while this side ends it loses a request. */
const KEEP_ALIVE_MILLISECONDS = 75_000;

const nameIt = 'use its address, or have its operator add the name to ALLOWED_HOSTS';

/** Agents use `/mcp`; beside the API it is where AWS has it too. */
const shortMcpRoutes = mcpRoutes
  .filter(({ path }) => path === MCP_PATH)
  .map((route) => ({ ...route, path: route.path.replace(/^\/api/, '') }));

const match = createRouteMatcher([...routes, ...mcpRoutes, ...shortMcpRoutes]);

/** The address cannot be listened on. The message says what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

const listenFailure = (cause: NodeJS.ErrnoException, { host, port }: { host: string; port: number }): Error => {
  switch (cause.code) {
    case 'EADDRINUSE':
      return new ListenError(
        `port ${port} of ${host} is in use: stop the program that uses it, or choose another port with PORT (0: any free one)`,
        { cause },
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    // A machine without a name server, or one that does not answer.
    case 'EAI_AGAIN':
      return new ListenError(`${host} is not an address of this machine: choose another with HOST`, { cause });
    case 'EACCES':
      return new ListenError(`port ${port} needs more rights than this user has: choose another with PORT`, { cause });
    default:
      return cause;
  }
};

/** The HTTP front door of one machine: what API Gateway and its authorizer are on AWS, for the same functions. */
export const startGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const functions: Functions = {
    load: loadOnce(options.load),
    authorize: rememberPrincipals((authorization) => authorize(functions.load, authorization)),
    isCalledBy: createHostCheck([options.host, ...(options.hostNames ?? [])]),
    console: options.console,
    metrics: options.metrics,
    tracing: options.tracing ?? noTracing,
  };
  const closing = new AbortController();
  /** Known once it listens; a server that closes has no address any more. */
  const own = { url: '' };
  const server = createServer(async (request, response) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const streaming = AbortSignal.any([gone.signal, closing.signal]);
    try {
      const reply = await serve(functions, request, { streaming, url: own.url });
      if (isWhole(reply)) send(response, reply);
      else await sendParts(response, reply, options.heartbeatMilliseconds ?? HEARTBEAT_MILLISECONDS);
    } catch (error) {
      const facts = { path: request.url, error: String(error) };
      // A caller who goes away in the middle of a body is no fault of the service.
      if (gone.signal.aborted && !request.complete) options.logger.info('request not sent to its end', facts);
      else options.logger.error('request failed in the gateway', facts);
      // In the middle of a stream nothing can be said any more: the caller sees that it has ended, and asks again.
      if (response.headersSent) response.destroy();
      else send(response, problem(500, 'Internal error', 'the request could not be served'));
    }
  });
  server.on('clientError', refuseConnection);
  // API Gateway's integration timeout is 29 s; slow senders are cut off before that.
  server.requestTimeout = 30_000;
  server.keepAliveTimeout = KEEP_ALIVE_MILLISECONDS;
  await new Promise<void>((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException): void => reject(listenFailure(error, options));
    server.once('error', refuse);
    server.listen(options.port, options.host, () => {
      server.off('error', refuse);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  own.url = `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`;
  return {
    url: own.url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        closing.abort();
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 3_000).unref();
      }),
  };
};

interface Functions {
  readonly load: GatewayOptions['load'];
  readonly authorize: Authorize;
  readonly isCalledBy: HostCheck;
  readonly console: Console | undefined;
  readonly metrics: MetricsPage | undefined;
  readonly tracing: Tracing;
}

/** Each function is loaded once; one that could not be is loaded again. */
const loadOnce = (load: GatewayOptions['load']): GatewayOptions['load'] => {
  const loaded = new Map<FunctionName, Promise<LambdaFunction>>();
  return (name) => {
    const known = loaded.get(name);
    if (known !== undefined) return known;
    const loading = load(name);
    loaded.set(name, loading);
    loading.catch(() => loaded.delete(name));
    return loading;
  };
};

const serve = async (
  functions: Functions,
  request: IncomingMessage,
  context: CallContext,
): Promise<Reply | StreamedReply> => {
  const fault = headFault(request);
  if (fault !== null) return problem(400, 'Bad request', fault);
  const { host } = request.headers;
  if (!functions.isCalledBy(host))
    return problem(421, 'Misdirected request', `this service is not called ${host?.slice(0, 200)}: ${nameIt}`);
  const target = request.url ?? '/';
  const url = targetOf(target);
  const found = url === null ? ({ kind: 'no-route' } as const) : match(request.method ?? 'GET', url.pathname);
  if (url === null || found.kind === 'no-route') {
    if (functions.metrics !== undefined && request.method === 'GET' && url?.pathname === '/metrics') {
      const { contentType, text } = await functions.metrics();
      return { status: 200, headers: { 'content-type': contentType, 'cache-control': 'no-store' }, body: text };
    }
    const page = url === null ? null : await serveConsole(functions.console, request, url.pathname, readBody);
    return page ?? problem(404, 'Not found', `no such call: ${target.split('?')[0]}`);
  }
  if (found.kind === 'method-not-allowed') {
    const allow = found.allowed.join(', ');
    return problem(405, 'Method not allowed', `${url.pathname} takes ${allow}`, { allow });
  }
  const { traceparent } = request.headers;
  return functions.tracing.span(
    `${found.route.method} ${found.route.path}`,
    { 'http.request.method': found.route.method, 'http.route': found.route.path },
    async (tell) => {
      const reply = await answerCall(functions, request, context, url, found);
      tell({ 'http.response.status_code': reply.status });
      return reply;
    },
    { isRequest: true, parent: typeof traceparent === 'string' ? traceparent : undefined },
  );
};

/** A call of the API, from its token to its answer. */
const answerCall = async (
  functions: Functions,
  request: IncomingMessage,
  context: CallContext,
  url: URL,
  { route, params }: Extract<ReturnType<typeof match>, { readonly kind: 'route' }>,
): Promise<Reply | StreamedReply> => {
  const principal = route.auth === 'none' ? null : await functions.authorize(request.headers.authorization ?? '');
  if (route.auth !== 'none' && principal === null)
    return problem(401, 'Unauthorized', 'a valid bearer token is needed', { 'www-authenticate': 'Bearer' });
  const most = maxBytesOf(route.operation);
  const body = await readBody(request, most);
  if (body === null)
    return problem(413, 'Content too large', `the body may have ${most} bytes`, { connection: 'close' });
  const handler = await functions.load(route.operation);
  const result = await handler(proxyEvent(request, { route, params, url, body, principal }), context);
  const { statusCode, headers, body: answer } = result as APIGatewayProxyResult;
  return { status: statusCode, headers: headers as Record<string, string>, body: answer };
};

const isWhole = (reply: Reply | StreamedReply): reply is Reply => typeof reply.body === 'string';

/** Asks the authorizer function as API Gateway does. What it answers holds for every method, so none is named. */
const authorize = async (load: GatewayOptions['load'], authorizationToken: string): Promise<Principal | null> => {
  const authorizer = await load('authorizer');
  const event = {
    type: 'TOKEN',
    authorizationToken,
    methodArn: 'arn:aws:execute-api:local:local:local/local/*',
  };
  try {
    const { principalId, context = {} } = (await authorizer(event)) as Principal;
    return { principalId, context };
  } catch (error) {
    if (error instanceof Error && error.message === 'Unauthorized') return null;
    throw error;
  }
};

/** The body as text; null when it is too large. */
const readBody = async (request: IncomingMessage, most = MAX_BODY_BYTES): Promise<string | null> => {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > most) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
};

const send = (response: ServerResponse, { status, headers, body }: Reply): void => {
  // A 304's length would be that of the answer it stands for.
  const bodiless = status === 204 || status === 304;
  response.writeHead(status, { ...headers, ...(bodiless ? {} : { 'content-length': Buffer.byteLength(body) }) });
  response.end(body);
};
