import type { Progress } from '@modelcontextprotocol/client';
import { describe, expect, it } from 'vitest';
import { holdEmbedding } from '../support/faults.ts';
import { useMcpOverHttp } from '../support/use-mcp.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const mcp = useMcpOverHttp(world);

describe.each(['modern', 'legacy'] as const)('an agent at /mcp (%s)', (era) => {
  it('brings a repository in step, told of its progress, and finds code in it', async () => {
    const id = `demo-${era}`;
    const git = await world.registered(id, { 'src/retry.ts': 'export const retryWithBackoff = () => "numbat";\n' });
    const { client, call } = await mcp.connect(era);
    expect(client.getProtocolEra()).toBe(era);
    const told: Progress[] = [];
    const synced = await call('sync_repository', { repository: id }, { onprogress: (each) => told.push(each) });
    expect(synced).toMatchObject({ isError: false, structured: { status: 'completed', joined: false } });
    expect(told.length).toBeGreaterThan(0);
    expect(told.at(-1)).toMatchObject({ total: 100, message: 'completed' });
    const numbers = told.map(({ progress }) => progress);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    const found = await call('search_code', { repository: id, query: 'retry with backoff' });
    expect(found.text).toContain(`commit ${await git.head()}`);
    expect(found.text).toContain('1. src/retry.ts:1-1 (typescript');
  });

  it('that gives up waiting leaves the job, or has it cancelled, as it asked', async () => {
    const id = `given-up-${era}`;
    await world.registered(id, { 'a.ts': 'export const a = 1;\n' });
    const { call } = await mcp.connect(era);
    for (const [cancel_with_call, status] of [
      [false, 'completed'],
      [true, 'cancelled'],
    ] as const) {
      const gate = holdEmbedding(world.faults);
      const stop = new AbortController();
      const args = { repository: id, full_reindex: true, cancel_with_call };
      const waiting = call('sync_repository', args, { signal: stop.signal, onprogress: () => undefined });
      await gate.reached;
      stop.abort();
      await expect(waiting).rejects.toThrow();
      const { active_job_id } = await world.api.repository(id);
      if (!cancel_with_call) gate.open();
      const job = await world.api.ended(active_job_id ?? '');
      gate.open();
      expect(job.status).toBe(status);
    }
  });
});
