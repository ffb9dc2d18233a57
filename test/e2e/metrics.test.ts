import parse from 'parse-prometheus-text-format';
import { expect, it } from 'vitest';
import { createGitRepository } from '../support/git-repository.ts';
import { makeDataDir, startService } from '../support/service-process.ts';

/** What the page says now: sums and values, and of a time how often it was measured. */
const scrape = async (url: string): Promise<Map<string, number>> => {
  const response = await fetch(`${url}/metrics`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain.*version=/);
  return new Map(
    parse(await response.text()).flatMap(({ name, metrics: [first] }) =>
      first === undefined ? [] : [[name, Number('value' in first ? first.value : first.count)] as const],
    ),
  );
};

it('a service that is asked to tells how its syncs fare, its worker threads’ part too', async () => {
  const data = await makeDataDir();
  const git = await createGitRepository({ 'a.ts': 'export const a = "avocet";\n', 'b.ts': 'export const b = 2;\n' });
  const service = await startService(data.path, { METRICS: 'on' });
  try {
    expect((await scrape(service.url)).get('RepositorySync_SyncsStarted')).toBe(0);
    await service.api.register('shop', git.path);
    const { body } = await service.api.sync<{ job_id: string }>('shop');
    const during = await scrape(service.url);
    expect(during.get('RepositorySync_SyncsStarted')).toBe(1);
    await service.api.ended(body.job_id);
    await service.api.search('shop', { q: 'avocet' });
    // A count follows its transaction, and comes from another thread.
    await expect
      .poll(async () => (await scrape(service.url)).get('RepositorySync_SyncsCompleted'), { timeout: 20_000 })
      .toBe(1);
    const after = await scrape(service.url);
    const told = (name: string) => after.get(`RepositorySync_${name}`);
    expect([told('SyncDuration'), told('FilesProcessed'), told('FullSyncs')]).toEqual([1, 2, 1]);
    expect([told('InitiationMilliseconds'), told('SearchMilliseconds'), told('SyncsFailed')]).toEqual([1, 1, 0]);
    expect(after.get('process_resident_memory_bytes')).toBeGreaterThan(0);
    expect((await fetch(`${service.url}/metrics`, { method: 'POST' })).status).toBe(404);
  } finally {
    await service.kill();
    await git.cleanup();
    await data.remove();
  }
}, 120_000);

it('a service that is not has no such page', async () => {
  const data = await makeDataDir();
  const service = await startService(data.path);
  try {
    const { status, headers } = await fetch(`${service.url}/metrics`);
    expect([status, headers.get('content-type')]).not.toEqual([200, expect.stringContaining('version=')]);
  } finally {
    await service.kill();
    await data.remove();
  }
});
