import { beforeAll, describe, expect, it } from 'vitest';
import { useRepoSync } from '../support/use-repo-sync.ts';
import { useWorld } from '../support/use-world.ts';

/** The commands that set something, and what is typed wrong: no sync is looked at. */

const world = useWorld();
const cli = useRepoSync(world);
const { run, json } = cli;
beforeAll(async () => {
  await world.registered('demo', { 'a.ts': 'export const a = 1;\n' });
  await world.api.synced('demo');
});

describe('settings', () => {
  it('shows, sets and takes away a schedule', async () => {
    expect((await run(['schedule', 'demo', '0 3 * * *'])).out).toContain('at 0 3 * * * (UTC)');
    expect(await json(['schedule', 'demo'])).toEqual({ repository_id: 'demo', schedule: '0 3 * * *' });
    expect(await run(['schedule', 'demo', '0 4 * * *', '--off'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('not both'),
    });
    expect((await run(['schedule', 'demo', '--off'])).out).toContain('does not sync by itself');
    const wrong = await run(['schedule', 'demo', 'daily']);
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('schedule: must be a cron expression')]);
  });

  it('names a credential, and refuses one that may not be used', async () => {
    expect((await run(['credentials', 'demo'])).out).toContain('without a credential');
    expect(await run(['credentials', 'demo', 'not-there'])).toMatchObject({ code: 2 });
    expect(await run(['credentials', 'demo', 'not-there', '--none'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('not both'),
    });
    expect((await run(['credentials', 'demo', '--none'])).code).toBe(0);
  });

  it('lists webhooks, and makes new secrets', async () => {
    expect(await json(['webhooks', 'list', 'demo', '--status', 'failed'])).toEqual({ deliveries: [], next: null });
    expect((await run(['webhooks', 'list', 'demo'])).out).toMatch(/^DELIVERY/);
    expect((await run(['webhooks', 'secret', 'demo', 'push'])).out.trim().length).toBeGreaterThan(20);
    const nobody = 'msg-00000000-0000-0000-0000-000000000000';
    expect((await run(['webhooks', 'redeliver', 'demo', nobody])).code).toBe(4);
  });

  it('takes a branch out of the index, and a repository away', async () => {
    expect(await json(['branches', 'demo', '--remove', 'main'])).toMatchObject({ removed: true });
    expect(await run(['remove', 'demo'])).toMatchObject({ code: 2, err: expect.stringContaining('--yes') });
    expect((await run(['remove', 'demo', '--yes'])).code).toBe(0);
    expect((await run(['status', 'demo'])).code).toBe(4);
  });
});

describe('what goes wrong has its exit code, and says what to do', () => {
  it.each([
    [['sinc'], 2, 'Did you mean sync?'],
    [['jobs'], 2, 'missing required argument'],
    [['jobs', 'x', '--limit', '0'], 2, 'whole number from 1 to 1000'],
    [['files', 'x', '--skipped', '--failed'], 2, 'cannot be used with'],
    [['webhooks', 'secret', 'x', 'other'], 2, 'Allowed choices are webhook, push'],
    [['status', 'NOT-AN-ID'], 2, 'path.repo_id'],
    [['status', 'nobody'], 4, 'Repository not found'],
    [['job', 'sync-6f1c2f0e-8d0b-4a5e-9c6f-2b7d1e3a4c5d'], 4, 'Job not found'],
    [['status', '..'], 2, 'repo_id must not be empty, . or ..'],
    [['branches', 'x', '--remove', '..'], 2, 'name must not be empty, . or ..'],
    [['watch', 'sync-'], 4, 'Repository not found'],
    [['status', '--url', 'ftp://x'], 2, 'no address of a service'],
    [['status', '--profile', 'BAD NAME'], 2, 'must be 1 to 40'],
    [['status', '--profile', 'unknown'], 2, 'repo-sync login <url> --profile unknown'],
  ] as const)('%j ends with %i', async (args, code, message) => {
    const ran = await run(args);
    expect(ran.code).toBe(code);
    expect(ran.err).toContain(message);
    expect(ran.out).toBe('');
  });

  it('without a token, with one that is not good, and where nothing answers', async () => {
    expect(await run(['status'], { env: { HOME: cli.home } })).toMatchObject({
      code: 2,
      err: expect.stringContaining('login'),
    });
    const env = { HOME: cli.home, REPO_SYNC_URL: world.server.url, REPO_SYNC_TOKEN: 'nonsense' };
    expect(await run(['status'], { env })).toMatchObject({ code: 6, err: expect.stringContaining('repo-sync login') });
    expect((await run(['status'], { env: { ...env, REPO_SYNC_URL: 'http://127.0.0.1:2' } })).code).toBe(5);
  }, 60_000);

  it('shows no control characters that a service answers', async () => {
    const { err } = await run(['status', '--profile', '\u001b[31mred']);
    expect(err).not.toContain('\u001b');
  });

  it.each([[[]], [['--help']], [['help', 'sync']], [['webhooks', '--help']], [['--version']]])(
    '%j helps',
    async (args) => {
      const { code, out, err } = await run(args);
      expect(out + err).toMatch(/Usage: repo-sync|^0\.1\.0/);
      expect(code).toBe(args.length === 0 ? 2 : 0);
    },
  );

  it('has help with an example for every command', async () => {
    const { out } = await run(['--help']);
    const names = [...out.matchAll(/^ {2}([a-z]+) .*$/gm)].map(([, name]) => name ?? '');
    expect(names.length).toBeGreaterThan(18);
    for (const name of names.filter((each) => !['help', 'complete', 'serve', 'webhooks'].includes(each)))
      expect((await run([name, '--help'])).out, name).toContain(`$ repo-sync ${name}`);
  });
});
