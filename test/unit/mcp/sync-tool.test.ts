import { expect, it } from 'vitest';
import { type Client, ProblemError } from '../../../client/src/client.ts';
import { addSyncTools } from '../../../mcp/tools/sync.ts';
import type { ToolDeps } from '../../../mcp/tools/tool.ts';

type Handler = (
  input: object,
  context: object,
) => Promise<{ readonly isError?: true; readonly content: readonly object[] }>;

it('waits for one plan after another, each with what is left of its time', async () => {
  const refused = () => new ProblemError(409, { detail: 'Sync already in progress', job_id: 'sync-1' }, null);
  const answers = [refused(), refused(), new ProblemError(403, { detail: 'may not' }, null)];
  const tools = new Map<string, Handler>();
  const server = { registerTool: (name: string, _: object, handler: Handler) => tools.set(name, handler) };
  const client = {
    sync: async () => {
      throw answers.shift();
    },
    call: async () => ({ options: { dry_run: true } }),
    ended: async () => ({}),
  };
  addSyncTools({
    server: server as unknown as ToolDeps['server'],
    client: client as unknown as Client,
    longestWaitSeconds: 600,
    tellsProgress: false,
  });
  const context = { mcpReq: { signal: new AbortController().signal } };
  const answer = await tools.get('sync_repository')?.({ repository: 'demo', wait_seconds: 45 }, context);
  expect(answer).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('may not') }] });
  expect(answers).toEqual([]);
});
