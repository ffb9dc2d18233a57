import type { Readable, Writable } from 'node:stream';
import { StdioServerTransport, serveStdio as serve } from '@modelcontextprotocol/server/stdio';
import type { Client } from '../client/src/client.ts';
import { createMcpServer } from './mcp-server.ts';

export interface StdioStreams {
  readonly in: Readable;
  /** Gets the protocol, and nothing but it. */
  readonly out: Writable;
  /** Gets what goes wrong beside it, one line each. */
  readonly err: Writable;
  readonly stop: AbortSignal;
}

/** Serves one client over the streams, until it closes its side or `stop` is aborted. */
export const serveStdio = async (client: Client, { in: input, out, err, stop }: StdioStreams): Promise<void> => {
  const handle = serve(() => createMcpServer(client), {
    transport: new StdioServerTransport(input, out),
    onerror: (error) => err.write(`${error.message}\n`),
  });
  await new Promise<void>((resolve) => {
    input.once('close', () => resolve());
    input.once('end', () => resolve());
    if (stop.aborted) resolve();
    stop.addEventListener('abort', () => resolve(), { once: true });
  });
  await handle.close();
};
