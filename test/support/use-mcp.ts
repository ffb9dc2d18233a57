import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import {
  type CallToolResult,
  Client,
  type Progress,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterEach } from 'vitest';
import type { UsedWorld } from './use-world.ts';

const root = resolve(import.meta.dirname, '../..');

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onprogress?: (progress: Progress) => void;
}

export interface McpCaller {
  readonly client: Client;
  /** Calls a tool; the text of its answer with it. */
  call(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<Called>;
}

export interface Called {
  readonly isError: boolean;
  readonly text: string;
  readonly structured: Record<string, unknown> | undefined;
  readonly result: CallToolResult;
}

/** What a connected client calls tools by. */
export const callerOf = (client: Client): McpCaller => ({
  client,
  call: async (name, args = {}, options = {}) => {
    const result = await client.callTool({ name, arguments: args }, options);
    const text = result.content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
    return {
      isError: result.isError === true,
      text,
      structured: result.structuredContent as Record<string, unknown> | undefined,
      result,
    };
  },
});

/** `modern`: the protocol of 2026-07-28; `legacy`: those of 2025, by which most agents speak. */
export type Era = 'modern' | 'legacy';

export const newClient = (era: Era): Client =>
  new Client({ name: 'test', version: '1.0.0' }, era === 'modern' ? { versionNegotiation: { mode: 'auto' } } : {});

/** Agents that speak to `/mcp` of the world of a file's tests. They go with each test. */
export const useMcpOverHttp = (world: Pick<UsedWorld, 'server'>) => {
  const clients: Client[] = [];
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
  });
  return {
    connect: async (era: Era = 'modern', token: string = world.server.token): Promise<McpCaller> => {
      const client = newClient(era);
      clients.push(client);
      await client.connect(
        new StreamableHTTPClientTransport(new URL('/mcp', world.server.url), {
          requestInit: { headers: { authorization: `Bearer ${token}` } },
        }),
      );
      return callerOf(client);
    },
  };
};

/** What README.md and docs/mcp.md tell Claude Code to start: added in this folder, started in another. */
const documentedServer = (): string => {
  const [first, other] = ['README.md', 'docs/mcp.md'].map(
    (page) => /claude mcp add .*? -- ([^`\n]+)/.exec(readFileSync(resolve(root, page), 'utf8'))?.[1],
  );
  if (first === undefined || first !== other) throw new Error(`they tell different commands: ${first} and ${other}`);
  return first.replaceAll('$PWD', root);
};

/** Agents that speak to `repo-sync mcp`, a process of its own, over the world of a file's tests. They go with each test. */
export const useMcpOverStdio = (world: Pick<UsedWorld, 'server'>) => {
  const clients: Client[] = [];
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
  });
  return {
    connect: async (era: Era = 'modern', env: Readonly<Record<string, string>> = {}): Promise<McpCaller> => {
      const client = newClient(era);
      clients.push(client);
      const transport = new StdioClientTransport({
        command: 'bash',
        args: ['-c', `exec ${documentedServer()}`],
        cwd: tmpdir(),
        env: {
          PATH: process.env.PATH ?? '',
          HOME: '/nonexistent',
          NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? '',
          REPO_SYNC_URL: world.server.url,
          REPO_SYNC_TOKEN: world.server.token,
          ...env,
        },
        stderr: 'pipe',
      });
      await client.connect(transport);
      return callerOf(client);
    },
  };
};
