import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildOpenApi } from '../../core/contract/openapi/openapi.ts';
import { dayOf } from '../../core/domain/quota.ts';
import { loadFunction } from '../../local/load-function.ts';
import { createApiContract } from '../support/api-contract.ts';
import { createGitRepository, type GitRepository } from '../support/git-repository.ts';
import { startWorld, type World } from '../support/world.ts';

/** A thousand tokens a day, and three repositories. */
const quotas = { repositories: 3, tokensPerDay: 1000 };
const contract = createApiContract(buildOpenApi());
let world: World;
let git: GitRepository;
beforeAll(async () => {
  world = await startWorld(undefined, { quotas });
  git = await createGitRepository({ 'a.ts': `export const a = "${'aphid '.repeat(100)}";\n` });
});
afterAll(async () => {
  await world.close();
  await git.cleanup();
});

const used = (user: string) => world.server.runtime.tokenQuota.used(user, dayOf(new Date()));

it('of repositories: one more is refused until one is removed', async () => {
  const dora = await world.as('dora');
  for (const id of ['d-1', 'd-2', 'd-3']) await dora.register(id, git.path);
  const body = { repository_id: 'd-4', source: { url: git.path } };
  const refused = await dora.call('POST', '/api/repositories', body);
  expect(refused).toMatchObject({ status: 429, body: { title: 'Quota exceeded', quota: 'repositories', limit: 3 } });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  const type = refused.headers.get('content-type');
  expect(contract.answerFaults('create-repository', 429, type, JSON.stringify(refused.body))).toEqual([]);
  expect((await dora.call('GET', '/api/repositories/d-4')).status).toBe(404);
  // Another's count is another's.
  expect((await world.api.call('POST', '/api/repositories', body)).status).toBe(201);
  expect((await dora.call('DELETE', '/api/repositories/d-1')).status).toBe(204);
  await dora.register('d-5', git.path);
});

describe('of embedded tokens a day', () => {
  it('what is embedded is counted for the owner, whoever asks, and what is reused is not', async () => {
    await world.api.register('first', git.path);
    await world.api.call('PUT', '/api/repositories/first/grants/bob', { role: 'write' });
    const bob = await world.as('bob');
    expect((await bob.synced('first')).status).toBe('completed');
    const once = await used('ann');
    // 600 characters and some, three of them a token.
    expect(once).toBeGreaterThan(200);
    expect(once).toBeLessThan(230);
    expect(await used('bob')).toBe(0);
    await git.rename('a.ts', 'b.ts');
    await git.commit();
    expect((await bob.synced('first')).status).toBe('completed');
    expect(await used('ann')).toBe(once);
  });

  it('a batch without room ends its job, whose old index stays', async () => {
    await git.write({ 'c.ts': `export const c = "${'cicada '.repeat(400)}";\n` });
    await git.commit();
    const job = await world.api.synced('first');
    expect(job).toMatchObject({ status: 'failed', error: { code: 'QuotaExceededError' } });
    expect(job.error?.message).toContain('1000 embedded tokens a day');
    expect(await world.api.found('first', 'cicada')).not.toContain('c.ts');
    expect((await world.api.found('first', 'aphid'))[0]).toBe('b.ts');
    // It took nothing: what is smaller still has room.
    await git.remove('c.ts');
    await git.write({ 'd.ts': 'export const d = "dragonfly";\n' });
    await git.commit();
    expect((await world.api.synced('first')).status).toBe('completed');
  });

  it('a day that is used up refuses a sync at once, until the next one begins', async () => {
    const day = dayOf(new Date());
    await world.server.runtime.tokenQuota.take('ann', day, 1000 - (await used('ann')), 1000);
    const refused = await world.api.sync('first');
    expect(refused).toMatchObject({ status: 429, body: { quota: 'embedded_tokens_per_day', limit: 1000 } });
    const seconds = Number(refused.headers.get('retry-after'));
    expect(dayOf(new Date(Date.now() + seconds * 1000))).not.toBe(day);
    expect(seconds).toBeLessThanOrEqual(86_400);
    const type = refused.headers.get('content-type');
    expect(contract.answerFaults('start-sync', 429, type, JSON.stringify(refused.body))).toEqual([]);
    expect((await world.api.found('first', 'dragonfly'))[0]).toBe('d.ts');
  });

  it('a schedule starts nothing on such a day, and the repository says why', async () => {
    const schedule = '0 3 * * *';
    await world.api.call('PATCH', '/api/repositories/first', { schedule });
    const scheduled = { repository_id: 'first', schedule, set_at: '2026-01-01T00:00:00.000Z' };
    expect(await (await loadFunction('scheduled-sync'))(scheduled)).toEqual({ kind: 'refused' });
    const { schedule_state, health_reasons } = await world.api.repository('first');
    expect(schedule_state?.last_run).toMatchObject({ outcome: 'not_started', error: { code: 'QuotaExceededError' } });
    expect(health_reasons).toContain('schedule_not_started');
  });
});
