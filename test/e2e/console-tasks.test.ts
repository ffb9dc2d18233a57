import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SourceNotFoundError } from '../../core/domain/errors.ts';
import { browserMissing, browserNote } from '../support/browser.ts';
import { createGate, failEmbedding, holdEmbedding } from '../support/faults.ts';
import { useConsole } from '../support/use-console.ts';

describe.skipIf(browserMissing)(`what is done in the console${browserNote}`, () => {
  const { world, open } = useConsole();

  it('plans a sync, shows what it would do, and starts it from there', async () => {
    await world.registered('planned', { 'a.ts': 'export const a = 1;\n', 'logo.bin': new Uint8Array([0, 1, 0]) });
    const tab = await open('/repositories/planned', { width: 390, scheme: 'dark' });
    const { page } = tab;
    await page.getByRole('button', { name: 'Options' }).click();
    await page.getByLabel('At most so many files').waitFor();
    await page.getByLabel('Only plan it: change nothing').check();
    await page.getByText('Changes nothing: it reads what has changed').waitFor();
    // What a plan would tell is no limit of it.
    expect(await page.getByLabel('At most so many files').count()).toBe(0);
    expect(await tab.faults()).toEqual([]);
    expect(await tab.fits()).toBe(true);
    await page.getByRole('button', { name: 'Plan this sync' }).click();
    await page.getByRole('heading', { name: 'Plan of a sync' }).waitFor();
    await page.getByText('A plan: 2 files added. Nothing was changed').waitFor();
    const plan = page.getByRole('region', { name: 'The plan' });
    await plan.getByText('1 file (1 binary)').waitFor();
    await plan.getByText('1 chunk', { exact: true }).waitFor();
    await plan.getByText('$0.00').waitFor();
    expect(await tab.faults()).toEqual([]);
    expect(await tab.fits()).toBe(true);
    expect((await world.api.repository('planned')).index.branches).toEqual([]);
    await page.getByRole('button', { name: 'Start this sync' }).click();
    await page.getByRole('heading', { name: 'Sync', exact: true }).waitFor();
    await expect
      .poll(async () => (await world.api.repository('planned')).index.branches, { timeout: 20_000 })
      .toHaveLength(1);
    expect(tab.complaints).toEqual([]);
  });

  it('holds a sync to its limits: what is no number is said at its field, what is too much is refused with its plan', async () => {
    await world.registered('limited', { 'a.ts': 'a\n', 'b.ts': 'b\n' });
    const { page } = await open('/repositories/limited');
    await page.getByRole('button', { name: 'Options' }).click();
    await page.getByLabel('At most so many files').fill('few');
    await page.getByRole('button', { name: 'Start this sync' }).click();
    await page
      .getByText(/number/)
      .first()
      .waitFor();
    await page.getByLabel('At most so many files').fill('1');
    await page.getByLabel('At most so many US dollars').fill('0.5');
    await page.getByText('Ends without a change if more than 1 file would have to be read.').waitFor();
    await page.getByText('Ends without a change if it may cost more than $0.50.').waitFor();
    await page.getByRole('button', { name: 'Start this sync' }).click();
    const refused = page.getByRole('alert').filter({ hasText: 'Over limit' });
    await refused.getByText('2 files would be read, and max_files is 1: nothing was changed').waitFor();
    await refused.getByText('It would process: 2 files added; 2 files to read.').waitFor();
    await refused.getByRole('link', { name: 'To its plan' }).click();
    await page.getByRole('region', { name: 'The plan' }).getByText('2 files', { exact: true }).waitFor();
    // The same once more would be refused again.
    expect(await page.getByRole('button', { name: 'again' }).count()).toBe(0);
  });

  it('begins a sync that has failed once more, and tells in the history which were plans and which were forced', async () => {
    const git = await world.registered('unlucky', { 'a.ts': 'a\n' });
    world.faults.set('git', () => ({ heads: () => Promise.reject(new SourceNotFoundError('not now')) }));
    const failed = await world.api.synced('unlucky', { full_reindex: true, force: true });
    expect(failed.status).toBe('failed');
    world.faults.clear();
    const tab = await open(`/jobs/${failed.job_id}`, { width: 390 });
    const { page } = tab;
    await page.getByRole('button', { name: 'Sync again' }).click();
    // Its plan tells the same before it has ended.
    await page.getByText('Completed', { exact: true }).waitFor();
    await git.write({ 'b.ts': 'b\n' });
    await git.commit();
    await world.api.synced('unlucky', { dry_run: true });
    await page.getByRole('link', { name: 'unlucky' }).click();
    const history = page.getByRole('region', { name: 'History' });
    const entry = (n: number) => history.getByRole('listitem').nth(n);
    await entry(0).getByText('Plan', { exact: true }).waitFor();
    await entry(1)
      .getByText(/by \S+, full$/)
      .waitFor();
    await entry(2)
      .getByText(/by \S+, forced$/)
      .waitFor();
    expect(await history.getByText('Plan', { exact: true }).count()).toBe(1);
    expect(await tab.faults()).toEqual([]);
    expect(await tab.fits()).toBe(true);
  });

  it('is as accessible while it waits for an answer', async () => {
    const gate = createGate();
    world.faults.set('repositories', (real) => ({
      get: async (id) => {
        await gate.wait();
        return real.get(id);
      },
    }));
    const tab = await open('/repositories/slow');
    await tab.page.getByRole('status', { name: 'Loading the repository' }).waitFor();
    expect(await tab.faults()).toEqual([]);
    gate.open();
    await tab.page.getByRole('alert').waitFor();
  });

  it('puts a sync behind the one that runs, which goes on', async () => {
    const git = await world.registered('queued', { 'a.ts': 'a\n' });
    const gate = holdEmbedding(world.faults);
    await world.api.sync('queued');
    await gate.reached;
    const { page } = await open('/repositories/queued');
    await page.getByRole('button', { name: 'Another sync' }).click();
    // A sync that waits is merged with others: it has no options of its own but these.
    expect(await page.getByLabel('Progress webhook').count()).toBe(0);
    await page.getByRole('button', { name: 'Start this after it' }).click();
    await page.getByText('Another sync begins when this one has ended').waitFor();
    await page.reload();
    const waiting = page.getByRole('region', { name: 'The sync that waits' });
    await waiting.getByText('it syncs the default branch').waitFor();
    await waiting.getByRole('button', { name: 'Take it back' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Take it back' }).click();
    await waiting.waitFor({ state: 'detached' });
    expect((await world.api.repository('queued')).queued_sync).toBeNull();
    await page.getByRole('button', { name: 'Another sync' }).click();
    await page.getByRole('button', { name: 'Start this after it' }).click();
    await waiting.waitFor();
    const { queued_sync } = await world.api.repository('queued');
    const job = await open(`/jobs/${queued_sync?.job_id}`);
    await job.page.getByText('It begins when the sync before it has ended.').waitFor();
    expect(await job.page.getByRole('button', { name: 'Cancel this sync' }).count()).toBe(0);
    expect(await job.faults()).toEqual([]);
    const list = await open('/');
    await list.page.getByRole('listitem').filter({ hasText: 'queued' }).getByText('Another sync waits').waitFor();
    await git.write({ 'b.ts': 'b\n' });
    await git.commit();
    gate.open();
    await job.page.getByText('1 file added').first().waitFor();
    const history = page.getByRole('region', { name: 'History' });
    await history.getByRole('listitem').filter({ hasText: 'Completed' }).nth(1).waitFor();
    await history.getByText('1 file added').first().waitFor();
  });

  it('takes over an index: a wrong address is said at its field, what the other service says on the page of the job', async () => {
    await world.registered('replica', { 'a.ts': 'a\n' });
    const { page } = await open('/repositories/replica/settings');
    const form = page.getByRole('form', { name: 'Take over an index' });
    await form.getByLabel('Its address there').fill('ftp://elsewhere');
    await form.getByRole('button', { name: 'Take it over' }).click();
    await form.getByText('must be an https:// URL').waitFor();
    // This service itself, which answers no one without a token.
    await form.getByLabel('Its address there').fill(`${world.server.url}/api/repositories/replica`);
    await form.getByRole('button', { name: 'Take it over' }).click();
    await page.waitForURL('**/jobs/**');
    await page.getByText('Failed', { exact: true }).first().waitFor();
    await page
      .getByText(/credential|token/i)
      .first()
      .waitFor();
  });

  it('tries again what has failed', async () => {
    await world.registered('failing', { 'good.ts': 'good\n', 'bad.ts': 'export const poison = 1;\n' });
    failEmbedding(world.faults, 'poison');
    const { job_id } = await world.api.synced('failing');
    const { page } = await open(`/jobs/${job_id}`);
    await page.getByText('bad.ts').waitFor();
    world.faults.clear();
    await page.getByRole('button', { name: 'Try again what failed' }).click();
    await page.getByText('Completed', { exact: true }).waitFor();
    expect(page.url()).not.toContain(job_id);
  });

  it('names a credential, which is refused where it may not be used, and gives and removes access', async () => {
    await world.registered('shared', { 'a.ts': 'a\n' });
    const tab = await open('/repositories/shared/settings', { width: 390 });
    const { page } = tab;
    // Another form asks for the credential of another service.
    const settings = page.getByRole('form', { name: 'Settings' });
    await settings.getByLabel('Credential').fill('nobodys');
    await settings.getByRole('button', { name: 'Save' }).click();
    await expect
      .poll(() => settings.getByLabel('Credential').getAttribute('aria-invalid'), { timeout: 20_000 })
      .toBe('true');
    await settings.getByLabel('Credential').fill('');
    const access = page.getByRole('region', { name: 'Access' });
    await access.getByLabel('User').fill('bob');
    await access.getByRole('button', { name: 'Give access' }).click();
    const bob = access.getByRole('listitem').filter({ hasText: 'bob' });
    await bob.getByLabel('What bob may do').click();
    await page.getByRole('option', { name: 'May also sync' }).click();
    await expect
      .poll(async () => (await world.api.repository('shared')).grants, { timeout: 20_000 })
      .toEqual([{ user: 'bob', role: 'write' }]);
    expect(await tab.faults()).toEqual([]);
    expect(await tab.fits()).toBe(true);
    await access.getByRole('button', { name: 'Remove bob' }).click();
    await page.getByRole('button', { name: 'Remove it' }).click();
    await bob.waitFor({ state: 'detached' });
    expect((await world.as('bob').call('GET', '/api/repositories/shared')).status).toBe(404);
  });

  it.each([
    [1280, 'light'],
    [390, 'dark'],
  ] as const)('searches all repositories, and says which it did not search (%i pixels, %s)', async (width, scheme) => {
    for (const id of [`one-${width}`, `two-${width}`]) {
      await world.registered(id, { 'src/a.ts': `export const walrus = '${id}';\n` });
      await world.api.synced(id);
    }
    await world.registered(`never-${width}`, { 'a.ts': 'walrus\n' });
    const tab = await open('/', { width, scheme });
    const { page } = tab;
    await page.getByRole('link', { name: 'Search everywhere' }).click();
    await page.keyboard.press('/');
    await page.keyboard.type('walrus');
    await page.getByLabel('Repositories').fill(`*-${width}`);
    await page.keyboard.press('Enter');
    await page.getByText('2 hits in 2 repositories').waitFor();
    await page.getByText(`Not searched (not indexed): never-${width}`).waitFor();
    expect(await tab.faults()).toEqual([]);
    expect(await tab.fits()).toBe(true);
    await page.getByRole('link', { name: new RegExp(`two-${width} / src/a.ts`) }).click();
    await page.locator('#L1').getByText('walrus').waitFor();
    expect(page.url()).toContain(`/repositories/two-${width}/files`);
    await page.getByText('Outline').click();
    await page.getByRole('link', { name: 'walrus', exact: true }).click();
    await page.locator('#L1[data-chosen="true"]').waitFor();
    expect(await tab.faults()).toEqual([]);
    // Its lines were chosen already: that is no step.
    await page.goBack();
    await page.getByText('2 hits in 2 repositories').waitFor();
    await page.getByRole('radiogroup', { name: 'How to search' }).getByText('Exact').click();
    await page.getByText('2 lines, in 2 repositories').waitFor();
    await page.getByText(`Not searched (not indexed): never-${width}`).waitFor();
    const line = page.getByRole('article', { name: `one-${width} / src/a.ts` });
    expect(await line.locator('mark').allTextContents()).toEqual(['walrus']);
    expect(await tab.faults()).toEqual([]);
    expect(await tab.fits()).toBe(true);
    await page.getByLabel('Regular expression').check();
    await page.getByLabel('Search for').fill('walrus = .two');
    await page.keyboard.press('Enter');
    await page.getByText('1 line, in 1 repository').waitFor();
    expect(new URL(page.url()).searchParams.get('repositories')).toBe(`*-${width}`);
    expect(tab.complaints).toEqual([]);
  });

  it('asks for the history only while something of it runs', async () => {
    await world.registered('still', { 'a.ts': 'a\n' });
    await world.api.synced('still');
    const { page } = await open('/repositories/still');
    await page.getByRole('region', { name: 'History' }).getByText('Completed').waitFor();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await expect
      .poll(() => asked.filter((path) => path === '/api/repositories/still').length, { timeout: 15_000 })
      .toBeGreaterThan(0);
    expect(asked).not.toContain('/api/repositories/still/jobs');
  });

  it('says that an index is behind its source', async () => {
    const git = await world.registered('behind', { 'a.ts': 'a\n' });
    await world.api.synced('behind');
    await git.branch('topic');
    await git.switch('main');
    await git.commit();
    await world.api.synced('behind', { branches: ['topic'] });
    const { page } = await open('/repositories/behind/files');
    await page.getByText('behind: the source was at').first().waitFor();
    await page.getByText('Behind', { exact: true }).first().waitFor();
  });

  it('says that a sync has overtaken a list, and begins it again', async () => {
    const lines = 'export const quail = 1;\n';
    const git = await world.registered('moved', { 'a.ts': lines.repeat(130) });
    await world.api.synced('moved');
    const { page } = await open('/repositories/moved/search?q=quail&exact=true');
    await page.getByText('100 lines in 1 file so far').waitFor();
    await git.write({ 'a.ts': lines.repeat(101) });
    await git.commit();
    await world.api.synced('moved');
    await page.getByRole('button', { name: 'More lines' }).click();
    await page.getByText('Branch moved').waitFor();
    await page.getByRole('button', { name: 'Search again' }).click();
    await page.getByText('Branch moved').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'More lines' }).click();
    await page.getByText('101 lines in 1 file, in main').waitFor();
  });

  it('says that a page was cut because its lines are long, and which are', async () => {
    await world.registered('long', { 'a.ts': `${`quail ${'x'.repeat(2_500)}\n`.repeat(60)}` });
    await world.api.synced('long');
    const { page } = await open('/repositories/long/search?q=quail&exact=true&context=20');
    await page.getByText('The search stopped here because the lines are long.').waitFor();
    await page.getByText('Shown in part, because they are long').waitFor();
    await page.getByRole('button', { name: 'More lines' }).waitFor();
  });

  it('says that an index is lost, and has it again after the sync that it names as the cure', async () => {
    await world.registered('lost', { 'a.ts': 'export const quail = 1;\n' });
    await world.api.synced('lost');
    await rm(join(world.dataDir, 'index', 'lost'), { recursive: true });
    const { page } = await open('/repositories/lost/search?q=quail');
    await page.getByText('Index lost').waitFor();
    await page.getByText('start a sync, which makes it anew').waitFor();
    await page.getByRole('link', { name: 'Syncs' }).click();
    await page.getByRole('button', { name: 'Sync now' }).click();
    const history = page.getByRole('region', { name: 'History' });
    await history.getByRole('listitem').filter({ hasText: 'Completed' }).nth(1).waitFor();
    await page.getByRole('link', { name: 'Search', exact: true }).click();
    await page.getByLabel('Search for').fill('quail');
    await page.keyboard.press('Enter');
    await page.getByRole('article', { name: 'a.ts' }).waitFor();
  });

  it('finds, lists and shows a file whose name is not UTF-8', async () => {
    const git = await world.registered('bytes', { 'a.ts': 'a\n' });
    const blob = await git.gitWithInput('export const quail = 1;\n', 'hash-object', '-w', '--stdin');
    await git.gitWithInput(
      Buffer.concat([
        Buffer.from(`100644 ${blob}\t`),
        Buffer.from([0x64, 0xff, 0x2f, 0x63, 0xe9, 0x2e, 0x74, 0x73]),
        Buffer.from('\n'),
      ]),
      'update-index',
      '--index-info',
    );
    await git.git('commit', '-q', '-m', 'bytes');
    await world.api.synced('bytes');
    const { page, complaints } = await open('/repositories/bytes/search?q=quail');
    await page.getByRole('link', { name: /\ufffd\.ts:1/ }).click();
    await page.locator('#L1').getByText('quail').waitFor();
    await page.getByRole('navigation', { name: 'Folders' }).getByRole('link', { name: 'd\ufffd' }).click();
    await page.getByRole('link', { name: 'c\ufffd.ts' }).click();
    await page.locator('#L1').getByText('quail').waitFor();
    expect(complaints).toEqual([]);
  });
});
