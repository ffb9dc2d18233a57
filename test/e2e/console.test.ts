import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { browserMissing, browserNote } from '../support/browser.ts';
import type { ConsolePage } from '../support/console-page.ts';
import { holdEmbedding } from '../support/faults.ts';
import type { GitRepository } from '../support/git-repository.ts';
import { useConsole } from '../support/use-console.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

describe.skipIf(browserMissing)(`the console${browserNote}`, () => {
  const { world, open, visit } = useConsole({ webhookAllow: ['127.0.0.1'] });
  let git: GitRepository;
  let receiver: WebhookReceiver;
  beforeAll(async () => {
    git = await world.registered('demo', {
      'src/lock.ts': 'export const lock = (name: string): string => name;\n',
      'README.md': '# Demo\n\nA lock.\n',
      'logo.bin': new Uint8Array([0, 1, 2, 0]),
    });
    receiver = await startWebhookReceiver();
    world.closing(() => receiver.close());
    await world.api.synced('demo', { progress_webhook: receiver.url('/progress') });
    await receiver.untilType('/progress', 'sync.completed');
  });
  /** A sync that waits before the embedder. */
  const heldSync = async (text: string) => {
    await git.write({ 'src/held.ts': `export const held = '${text}';\n` });
    await git.commit();
    const gate = holdEmbedding(world.faults);
    const { body } = await world.api.sync('demo');
    await gate.reached;
    return { jobId: body.job_id, gate };
  };

  it('takes a link once, in every tab of it, until its user signs out', async () => {
    const link = world.server.consoleLink ?? '';
    const { page, complaints } = await visit(link);
    await page.getByRole('heading', { name: 'Repositories' }).waitFor();
    expect(page.url()).toBe(`${world.server.url}/`);
    await page.reload();
    await page.getByRole('heading', { name: 'Repositories' }).waitFor();
    const other = await visit(`${world.server.url}/repositories/demo`);
    await other.page.getByRole('heading', { name: 'demo', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByText('It works once').waitFor();
    await other.page.getByText('It works once').waitFor();
    expect([...complaints, ...other.complaints]).toEqual([]);
    const again = await visit(link);
    await again.page.getByText('this link has been used').waitFor();
    expect(await again.faults()).toEqual([]);
  });

  it('leads back to the way in when its token is not taken any more', async () => {
    const { page } = await visit(world.server.url);
    await page.getByLabel('Or a token').fill('not.a.token');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('was not taken').waitFor();
    await page.getByLabel('Or a token').fill(world.server.token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Repositories' }).waitFor();
  });

  it('adds a repository: what is wrong is said at its field, then its first sync is followed to its end', async () => {
    const other = await world.makeRepository({ 'a.ts': 'export const a = 1;\n' });
    const { page } = await open('/');
    await page.getByRole('button', { name: 'Add a repository' }).click();
    await page.getByLabel('Address').fill(other.path);
    await page.getByLabel('Id', { exact: true }).fill('no good');
    await page.getByRole('button', { name: 'Add and sync' }).click();
    await page
      .getByText(/letters|characters|must/)
      .first()
      .waitFor();
    await page.getByLabel('Id', { exact: true }).fill('added');
    await page.getByRole('button', { name: 'Add and sync' }).click();
    await page.waitForURL('**/repositories/added');
    await page.getByRole('listitem').filter({ hasText: 'Completed' }).getByText('1 file added').waitFor();
    await page.getByRole('link', { name: 'Repositories' }).click();
    await page.getByRole('listitem').filter({ hasText: 'added' }).getByText('1 file').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('demo');
    expect(await page.getByRole('listitem').count()).toBe(1);
  });

  it('follows a sync that runs, names it to a second one, and cancels it', async () => {
    const { page } = await open('/repositories/demo');
    await page.getByRole('button', { name: 'Sync now' }).waitFor();
    const { jobId, gate } = await heldSync('cancelled');
    await page.getByRole('button', { name: 'Sync now' }).click();
    await page.getByRole('link', { name: 'To the sync that is running' }).waitFor();
    const live = page.getByRole('region', { name: 'The sync that is running' });
    await live.getByText('Indexing').waitFor();
    await live.getByText('src/held.ts').waitFor();
    await live.getByText('0 of 1').waitFor();
    await page.getByRole('button', { name: 'Another sync' }).click();
    await page.getByText('Begins when the sync that is running has ended').waitFor();
    await page.getByLabel('Cancel it, and begin at once').check();
    await page.getByText(/Cancels the sync that is running \(\d+ %, begun by ann\)/).waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('link', { name: 'To the sync that is running' }).click();
    await page.waitForURL(`**/jobs/${jobId}`);
    await page.getByRole('button', { name: 'Cancel this sync' }).click();
    await page.getByRole('button', { name: 'Cancel it' }).click();
    await page.getByText('Cancelled: the index is as it was').waitFor();
    gate.open();
  });

  it('starts a sync with options, and shows what it did: files left out by reason, chunks reused', async () => {
    const { page, complaints } = await open('/repositories/demo');
    await page.getByRole('button', { name: 'Options' }).click();
    await page.getByLabel('Everything: build the index anew').check();
    await page.getByText('Builds the whole index of the default branch anew.').waitFor();
    await page.getByRole('button', { name: 'Start this sync' }).click();
    const ended = page.getByRole('listitem').filter({ hasText: 'Completed' });
    await ended.nth(1).waitFor();
    await ended.first().getByRole('link').click();
    await page.getByText('full (as was asked for)').waitFor();
    await page.getByText('logo.bin').waitFor();
    expect(complaints).toEqual([]);
  });

  it('shows in the history what someone else has started, as it is now', async () => {
    const { page } = await open('/repositories/demo');
    const history = page.getByRole('region', { name: 'History' });
    await history.getByText('Completed').first().waitFor();
    const { gate } = await heldSync('history');
    await history.getByText('Running').waitFor();
    gate.open();
    await history.getByText('Running').waitFor({ state: 'detached' });
  });

  it('finds what is asked for, marks its words, and leads to their lines in the file', async () => {
    const { page, complaints } = await open('/repositories/demo/search');
    await page.getByLabel('Search for').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('lock name');
    await page.keyboard.press('Enter');
    const hit = page.getByRole('article', { name: 'src/lock.ts' });
    await hit.getByText('lock', { exact: true }).first().waitFor();
    expect(await hit.locator('mark').allTextContents()).toEqual(['lock', 'name', 'name']);
    await hit.locator('.hljs-keyword').first().waitFor();
    await page.getByLabel('Language').fill('markdown');
    await page.keyboard.press('Enter');
    await hit.waitFor({ state: 'detached' });
    expect(new URL(page.url()).searchParams.get('language')).toBe('markdown');
    await page.goBack();
    await hit.getByRole('link', { name: '1', exact: true }).click();
    await page.locator('#L1[data-chosen="true"]').getByText('lock').waitFor();
    expect(page.url()).toContain('?file=src%2Flock.ts');
    await page.getByRole('navigation', { name: 'Folders' }).getByRole('link', { name: 'All files' }).click();
    await page.getByText('logo.bin').waitFor();
    await page.getByRole('listitem').filter({ hasText: 'logo.bin' }).getByText('binary').waitFor();
    await page.getByRole('link', { name: 'src', exact: true }).click();
    await page.getByRole('link', { name: 'lock.ts', exact: true }).waitFor();
    expect(complaints).toEqual([]);
  });

  it.each([
    [1280, 'light'],
    [390, 'dark'],
  ] as const)(
    'finds every line that has a text, page after page, and says what is wrong at its field (%i pixels, %s)',
    async (width, scheme) => {
      await world.registered(`exact-${width}`, {
        'logo.bin': new Uint8Array([0, 1, 2, 0]),
        'src/many.ts': 'export const claims = 1;\n'.repeat(130),
        'src/one.ts': '// before\nconst 😀 = "a😀b"; claim(claim);\r\n\n// Claim\n',
      });
      await world.api.synced(`exact-${width}`);
      const tab = await open(`/repositories/exact-${width}/search?q=claim`, { width, scheme });
      const { page } = tab;
      await page.getByRole('radiogroup', { name: 'How to search' }).getByText('Exact').click();
      await page.getByText(/100 lines in 1 file so far, in main at .*, indexed/).waitFor();
      expect(new URL(page.url()).search).toBe('?q=claim&exact=true');
      await page.getByText('Not searched: 1 file that is not in the index (1 binary)').waitFor();
      await page.getByRole('button', { name: 'More lines' }).click();
      await page.getByText('131 lines in 2 files, in main').waitFor();
      const one = page.getByRole('article', { name: 'src/one.ts' });
      expect(await one.locator('mark').allTextContents()).toEqual(['claim', 'claim']);
      // With two lines around it, of which one is empty.
      expect(await one.locator('pre a').allTextContents()).toEqual(['1', '2', '3', '4']);
      expect(await tab.faults()).toEqual([]);
      expect(await tab.fits()).toBe(true);

      await page.getByLabel('Whole words').check();
      await page.getByLabel('Match case').uncheck();
      await page.getByText('2 lines in 1 file, in main').waitFor();
      expect(await one.locator('mark').allTextContents()).toEqual(['claim', 'claim', 'Claim']);
      await page.getByLabel('Search for').fill('"a.b"; (claim');
      await page.getByLabel('Regular expression').check();
      await page
        .getByText(/it is no RE2 expression: .*missing closing \)/)
        .first()
        .waitFor();
      expect(await page.getByLabel('Search for').getAttribute('aria-invalid')).toBe('true');
      expect(await page.getByText('Bad request').count()).toBe(0);
      expect(await tab.faults()).toEqual([]);
      expect(await tab.fits()).toBe(true);
      await page.getByLabel('Search for').fill('"a.b"; claim');
      await page.keyboard.press('Enter');
      await page.getByText('1 line in 1 file, in main').waitFor();
      expect((await one.locator('mark').allTextContents()).join('')).toBe('"a😀b"; claim');
      // Whoever gets the address sees the same.
      await page.reload();
      await page.getByText('1 line in 1 file, in main').waitFor();
      expect(await page.getByLabel('Regular expression').isChecked()).toBe(true);
      await page.getByLabel('Path').fill('docs/');
      await page.keyboard.press('Enter');
      await page.getByText('No line matches, in main').waitFor();
      await page.goBack();
      await one.getByRole('link', { name: '2', exact: true }).click();
      await page.locator('#L2[data-chosen="true"]').getByText('claim').first().waitFor();

      // The 400 of the bad expression is the one thing that the browser may complain of.
      expect(tab.complaints.filter((text) => !text.includes('status of 400'))).toEqual([]);
    },
    60_000,
  );

  it('shows branches beside their source, and drops one', async () => {
    await git.branch('topic');
    await git.commit('one more');
    await git.switch('main');
    await world.api.synced('demo', { branches: ['topic'] });
    const { page } = await open('/repositories/demo/branches');
    await page.getByRole('button', { name: 'Drop topic' }).click();
    await page.getByText('The source keeps it').waitFor();
    await page.getByRole('button', { name: 'Drop it' }).click();
    await page.getByRole('button', { name: 'Drop topic' }).waitFor({ state: 'detached' });
    expect(
      (await world.api.call<{ branches: unknown[] }>('GET', '/api/repositories/demo/branches')).body.branches,
    ).toHaveLength(1);
  });

  it('shows what was sent to webhooks, and sends it again', async () => {
    const before = receiver.received('/progress').length;
    const { page } = await open('/repositories/demo/webhooks');
    await page.getByRole('button', { name: 'Send again: sync.completed' }).click();
    await receiver.until('/progress', before + 1);
    await page.getByText('2 tries').waitFor();
  });

  it('changes a schedule: a wrong one is said at its field', async () => {
    const { page } = await open('/repositories/demo/settings');
    await page.getByLabel('Schedule').fill('now and then');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('must be a cron expression').waitFor();
    await page.getByLabel('Schedule').fill('0 3 * * 1-5');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    await page.getByText('Next run').waitFor();
  });

  it('saves the settings that were changed there and no others; a pattern is one whatever stands in it', async () => {
    const { page } = await open('/repositories/demo/settings');
    await page.getByLabel('Default branch').waitFor();
    await world.api.call('PATCH', '/api/repositories/demo', { schedule: '0 4 * * *', deleted_branches: 'keep' });
    const patterns = page.getByRole('combobox', { name: 'Never index' });
    for (const pattern of ['a,b.txt', 'NOTES', 'notes', 'notes']) {
      await patterns.fill(pattern);
      await patterns.press('Enter');
    }
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    expect(await world.api.repository('demo')).toMatchObject({
      schedule: '0 4 * * *',
      deleted_branches: 'keep',
      ignore_patterns: ['a,b.txt', 'NOTES', 'notes'],
    });
    await world.api.call('PATCH', '/api/repositories/demo', { ignore_patterns: [], deleted_branches: 'drop' });
    await page.getByLabel('Schedule').fill('0 3 * * 1-5');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect.poll(async () => (await world.api.repository('demo')).schedule).toBe('0 3 * * 1-5');
    expect(await world.api.repository('demo')).toMatchObject({ ignore_patterns: [], deleted_branches: 'drop' });
  });

  it('says that the service is gone, and goes on when it is back', async () => {
    const { page } = await open('/repositories/demo');
    await page.getByRole('button', { name: 'Sync now' }).waitFor();
    await page.route('**/api/**', (route) => route.abort());
    await page.getByRole('link', { name: 'Branches' }).click();
    await page.getByText('The service does not answer').first().waitFor();
    await page.unroute('**/api/**');
    await page.getByText('In step').first().waitFor();
  });

  it('is accessible and fits: each page, on a wide screen and on a phone, light and dark', async () => {
    const { job_id: plan } = await world.api.synced('demo', { dry_run: true });
    const { job_id: done } = await world.api.synced('demo', { full_reindex: true });
    const { jobId: running, gate } = await heldSync('seen');
    await world.api.sync('demo', { on_conflict: 'queue' });
    const press = (name: string) => (page: Page) => page.getByRole('button', { name }).click();
    const nothing = async () => undefined;
    const states: readonly (readonly [path: string, text: string, act?: (page: Page) => Promise<unknown>])[] = [
      ['/', 'demo'],
      ['/', 'demo', press('Add a repository')],
      ['/search?q=lock', 'demo'],
      ['/search?q=lock&exact=true', 'src/lock.ts'],
      ['/repositories/demo', 'Another sync begins'],
      ['/repositories/demo', 'Another sync begins', press('Another sync')],
      ['/repositories/demo', 'Another sync begins', press('Take it back')],
      ['/repositories/demo/search?q=lock', '1–1'],
      ['/repositories/demo/search?q=lock&exact=true', 'src/lock.ts'],
      ['/repositories/demo/files', 'README.md'],
      ['/repositories/demo/files?file=src/lock.ts#L1', 'string'],
      ['/repositories/demo/branches', 'indexed'],
      ['/repositories/demo/webhooks', 'sync.completed'],
      ['/repositories/demo/settings', 'Never index'],
      [`/jobs/${done}`, 'What was asked for'],
      [`/jobs/${plan}`, 'Plan of a sync'],
      [`/jobs/${running}`, 'Indexing'],
      ['/nowhere', 'There is no such page'],
    ];
    const wrong: string[] = [];
    const look = async (seen: ConsolePage, name: string) => {
      // A scheme changes colours and nothing else.
      for (const [width, scheme, rules] of [
        [1280, 'light', 'all'],
        [1280, 'dark', 'colours'],
        [390, 'dark', 'all'],
        [390, 'light', 'colours'],
      ] as const) {
        await seen.look(width, scheme);
        const found = [...(await seen.faults(rules)), ...((await seen.fits()) ? [] : ['wider than the screen'])];
        wrong.push(...found.map((fault) => `${name}, ${width} pixels, ${scheme}: ${fault}`));
      }
    };
    // Before any tab is signed in: it would tell this one.
    const stranger = await visit(world.server.url);
    await stranger.page.getByLabel('Or a token').waitFor();
    await look(stranger, 'signing in');
    await stranger.close();
    const tab = await open('/');
    const { page } = tab;
    for (const [path, text, act = nothing] of states) {
      await tab.look(1280, 'light');
      await page.evaluate(`history.pushState(null, '', '/nowhere'); dispatchEvent(new PopStateEvent('popstate'))`);
      await page.evaluate(`history.pushState(null, '', '${path}'); dispatchEvent(new PopStateEvent('popstate'))`);
      await page.getByText(text).first().waitFor();
      await act(page);
      await look(tab, path);
      if (act !== nothing) await page.keyboard.press('Escape');
    }
    expect(tab.complaints).toEqual([]);
    expect(wrong).toEqual([]);
    gate.open();
    // 76 looks: on a machine that others share each takes part of a second.
  }, 180_000);
});
