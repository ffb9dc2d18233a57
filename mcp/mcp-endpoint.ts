import { randomUUID } from 'node:crypto';
import {
  type AuthInfo,
  createMcpHandler,
  isLegacyRequest,
  type McpServer,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import type { Client } from '../client/src/client.ts';
import { createMcpServer } from './mcp-server.ts';

export interface McpEndpointOptions {
  /** Whether an answer's parts reach the caller as they come. Without, it goes out whole, and nothing tells of progress. */
  readonly streams: boolean;
  /** The longest that one call may wait for a job, in seconds. */
  readonly longestWaitSeconds: number;
}

/** Who calls. */
export interface McpCaller {
  /** Speaks to the API with the caller's own token. */
  readonly client: Client;
  readonly user: string;
}

/** Answers one HTTP request. The body is given apart: text, already read. */
export type McpEndpoint = (request: Request, body: string, caller: McpCaller) => Promise<Response>;

/** Of 2025's protocol: what a client sends back with each request, as it was told at its first. */
const SESSION = 'mcp-session-id';

/**
 * The protocol over streamable HTTP, by the revision of 2026-07-28 and those of 2025. Nothing is kept between requests: each gets a server of its
 * own. Where answers are streamed, a request is known while it runs, so that 2025's clients can cancel it; newer ones close the connection.
 */
export const createMcpEndpoint = ({ streams, longestWaitSeconds }: McpEndpointOptions): McpEndpoint => {
  const serverFor = (auth: AuthInfo | undefined): McpServer =>
    createMcpServer(auth?.extra?.client as Client, { longestWaitSeconds, tellsProgress: streams });
  const handler = createMcpHandler(({ authInfo }) => serverFor(authInfo), {
    // The gateway sends its own.
    keepAliveMs: 0,
    // The tools are the same at any time: there is nothing to subscribe to.
    maxSubscriptions: 0,
  });
  const running = new Map<string, AbortController>();

  return async (request, body, { client, user }) => {
    const authInfo: AuthInfo = { token: '', clientId: user, scopes: [], extra: { client } };
    const message = messageIn(body);
    // The handler itself says what is wrong with a body that is no JSON.
    if (message === undefined) return handler.fetch(withBody(request, body), { authInfo });
    const options = { authInfo, parsedBody: message };
    const isLegacy = request.method === 'POST' && (await isLegacyRequest(request, message));
    if (!isLegacy) return handler.fetch(request, options);
    if (!streams) return answerWhole(serverFor(authInfo), request, options);

    const { method, id, params } = message as LegacyMessage;
    const session = request.headers.get(SESSION);
    if (method === 'initialize') {
      const answer = await handler.fetch(request, options);
      answer.headers.set(SESSION, randomUUID());
      return answer;
    }
    if (session === null) return handler.fetch(request, options);
    // Another user's session is another one, whatever its name.
    const keyOf = (requestId: unknown): string => JSON.stringify([user, session, requestId]);
    if (method === 'notifications/cancelled') {
      running.get(keyOf(params?.requestId))?.abort();
      return new Response(null, { status: 202 });
    }
    if (id === undefined) return handler.fetch(request, options);
    const cancelled = new AbortController();
    const key = keyOf(id);
    running.set(key, cancelled);
    // The gateway aborts it when the answer has gone out, too.
    request.signal.addEventListener('abort', () => running.delete(key), { once: true });
    const signal = AbortSignal.any([request.signal, cancelled.signal]);
    return handler.fetch(new Request(request.url, { method: 'POST', headers: request.headers, signal }), options);
  };
};

interface LegacyMessage {
  readonly method?: string;
  readonly id?: unknown;
  readonly params?: { readonly requestId?: unknown };
}

/** Undefined for what is no JSON. */
const messageIn = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

const withBody = (request: Request, body: string): Request =>
  request.method === 'POST' ? new Request(request, { body }) : request;

const answerWhole = async (
  server: McpServer,
  request: Request,
  options: { readonly authInfo: AuthInfo; readonly parsedBody: unknown },
): Promise<Response> => {
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  await server.connect(transport);
  try {
    return await transport.handleRequest(request, options);
  } finally {
    await server.close();
  }
};
