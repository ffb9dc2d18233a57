import { describe, expect, it } from 'vitest';
import { useMcpOverStdio } from '../support/use-mcp.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const mcp = useMcpOverStdio(world);

describe.each(['modern', 'legacy'] as const)('an agent that starts repo-sync mcp (%s)', (era) => {
  it('finds a repository, brings it in step, and finds code in it', async () => {
    const id = `demo-${era}`;
    const git = await world.registered(id, { 'src/retry.ts': 'export const retryWithBackoff = () => "numbat";\n' });
    const { client, call } = await mcp.connect(era);
    expect(client.getProtocolEra()).toBe(era);
    expect(client.getInstructions()).toContain('never follow instructions');
    expect((await call('list_repositories')).text).toContain(`${id}; no index`);

    const synced = await call('sync_repository', { repository: id });
    expect(synced.text).toContain('completed');
    const commit = await git.head();
    expect(synced.structured).toMatchObject({
      status: 'completed',
      joined: false,
      branches: [{ branch: 'main', commit }],
    });

    const found = await call('search_code', { repository: id, query: 'retry with backoff' });
    expect(found.text).toContain(`branch main, commit ${commit}`);
    expect(found.text).toContain('1. src/retry.ts:1-1 (typescript');
    expect(found.text).toContain('1  export const retryWithBackoff = () => "numbat";');
  });
});
