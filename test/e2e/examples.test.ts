import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { SearchAnswer } from '../../core/contract/api.ts';
import { createGitRepository } from '../support/git-repository.ts';
import { useService } from '../support/use-service.ts';

const examples = resolve(import.meta.dirname, '../../examples');

const service = useService(() => createGitRepository({ 'src/a.ts': 'export const greeting = "hello capybara";\n' }), {
  WEBHOOK_ALLOW: '127.0.0.1',
});

it('each example is tried here', async () => {
  expect((await readdir(examples)).sort()).toEqual(['README.md', 'sync-and-search.sh', 'webhook-receiver.mjs']);
});

describe('examples/sync-and-search.sh', () => {
  const run = (args: readonly string[], token = service.process.token) =>
    promisify(execFile)(`${examples}/sync-and-search.sh`, [...args], {
      env: { ...process.env, API: `${service.process.url}/api`, TOKEN: token },
    });

  it('registers, syncs and finds', async () => {
    const { stdout, stderr } = await run(['shell', service.git.path, 'hello capybara']);
    const answer: SearchAnswer = JSON.parse(stdout);
    expect(answer.results[0]).toMatchObject({ path: 'src/a.ts' });
    expect(stderr).toMatch(/^sync-\S+ completed 100 %$/m);
  });
  it('syncs again where the repository is registered already, and finds what is new', async () => {
    await service.git.write({ 'src/b.ts': 'export const b = "a quoll & \\"more\\"";\n' });
    await service.git.commit('more');
    const { stdout } = await run(['shell', service.git.path, 'quoll & "more"']);
    expect((JSON.parse(stdout) as SearchAnswer).results[0]).toMatchObject({ path: 'src/b.ts' });
  });
  it('exits with 1 and the cause when the sync fails', async () => {
    await expect(run(['nowhere', `${tmpdir()}/no/such "place"`, 'x'])).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('SourceNotFoundError'),
    });
  });
  it('exits with 1 when the token is not good', async () => {
    await expect(run(['shell', service.git.path, 'x'], 'nonsense')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^not registered: 401 /),
    });
  });
  it('exits with 2 and its usage without arguments', async () => {
    await expect(run([])).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('usage:') });
  });
});

describe('examples/webhook-receiver.mjs', () => {
  it('prints each event of a sync once, and refuses what is not signed with the secret', async () => {
    const registered = await service.api.call<{ secrets: { webhook: string } }>('POST', '/api/repositories', {
      repository_id: 'hooked',
      source: { url: service.git.path },
    });
    const receiver = spawn(process.execPath, [`${examples}/webhook-receiver.mjs`], {
      env: { ...process.env, NODE_V8_COVERAGE: '', PORT: '0', WEBHOOK_SECRET: registered.body.secrets.webhook },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exited = once(receiver, 'exit');
    try {
      const printed = { out: '', error: '' };
      receiver.stdout.on('data', (part) => {
        printed.out += part;
      });
      receiver.stderr.on('data', (part) => {
        printed.error += part;
      });
      const said = async (pattern: RegExp, where: 'out' | 'error' = 'out'): Promise<string> => {
        for (;;) {
          const found = pattern.exec(printed[where]);
          if (found !== null) return found[1] ?? found[0];
          if (receiver.exitCode !== null) throw new Error(`the receiver ended: ${printed.error}`);
          await new Promise((done) => setTimeout(done, 20));
        }
      };
      const url = await said(/^listening on (\S+)$/m);

      const job = await service.api.synced('hooked', { progress_webhook: url });
      await said(new RegExp(`^sync.completed ${job.job_id} 100 %$`, 'm'));
      await said(new RegExp(`^sync.started ${job.job_id} \\d+ %$`, 'm'));

      const log = async () =>
        (
          await service.api.call<{ deliveries: { delivery_id: string; status: string; attempts: object[] }[] }>(
            'GET',
            '/api/repositories/hooked/webhook-deliveries',
          )
        ).body.deliveries;
      const before = printed.out;
      const last = (await log())[0]?.delivery_id ?? '';
      const again = await service.api.call('POST', `/api/repositories/hooked/webhook-deliveries/${last}/redeliver`);
      expect(again.status).toBe(202);
      while ((await log())[0]?.attempts.length !== 2) await new Promise((done) => setTimeout(done, 50));
      expect(printed.out).toBe(before);

      const forged = await fetch(url, { method: 'POST', body: '{"type":"sync.completed"}' });
      expect(forged.status).toBe(401);
      await said(/^refused: /m, 'error');
      expect(printed.out).toBe(before);
    } finally {
      receiver.kill();
      await exited;
    }
  });
});
