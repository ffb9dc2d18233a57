import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildConsole } from '../../console/build.js';
import { browserMissing, browserNote, useBrowser } from '../support/browser.ts';
import { openConsolePage, widths } from '../support/console-page.ts';
import { createGitRepository } from '../support/git-repository.ts';
import { useService } from '../support/use-service.ts';

// Before the service starts: it reads the console's files then.
beforeAll(async () => {
  await buildConsole();
});
const service = useService(() =>
  createGitRepository({
    'src/lock.ts': 'export const lock = (name: string): string => name;\n',
    'README.md': '# Demo\n\nA lock.\n',
  }),
);
const link = async (): Promise<string> => (await readFile(join(service.dataDir, 'console-link'), 'utf8')).trim();

describe.skipIf(browserMissing)(`the console${browserNote}`, () => {
  const browser = useBrowser();

  it('asks whoever has no link for one, and takes a link once', async () => {
    const used = await link();
    const first = await openConsolePage(browser.context, used);
    await first.page.getByRole('heading', { name: 'Repositories' }).waitFor();
    expect(first.page.url()).not.toContain('sign-in');
    await first.page.reload();
    await first.page.getByRole('heading', { name: 'Repositories' }).waitFor();
    expect(first.complaints).toEqual([]);
    await first.page.getByRole('button', { name: 'Menu' }).click();
    await first.page.getByRole('menuitem', { name: 'Sign out' }).click();
    await first.page.getByText('It works once').waitFor();
    await first.close();
    const second = await openConsolePage(browser.context, used);
    await second.page.getByText('this link has been used').waitFor();
    expect(await second.faults()).toEqual([]);
    await second.close();
  });

  it('adds a repository, syncs it and shows how it stands', async () => {
    const { page, complaints, close } = await openConsolePage(browser.context, await link());
    await page.getByText('No repository yet').waitFor();
    await page.getByRole('button', { name: 'Add a repository' }).click();
    await page.getByLabel('Address').fill(service.git.path);
    await page.getByLabel('Id').fill('demo');
    await page.getByRole('button', { name: 'Add and sync' }).click();
    await page.waitForURL('**/repositories/demo');
    await page.goto(new URL('/', page.url()).href);
    await page.getByText('In step').waitFor();
    const row = await page.getByRole('listitem').textContent();
    expect(row).toContain('demo');
    expect(row).toContain('2 files');
    expect(row).toMatch(/Synced (just now|\d+ seconds ago)/);
    expect(complaints).toEqual([]);
    await close();
  });

  it.each(widths.flatMap((width) => [[width, 'light'] as const, [width, 'dark'] as const]))(
    'is accessible and fits at %i pixels, %s',
    async (width, scheme) => {
      const opened = await openConsolePage(browser.context, await link(), { width, scheme });
      await opened.page.getByText('In step').waitFor();
      expect(await opened.faults()).toEqual([]);
      expect(await opened.fits()).toBe(true);
      expect(opened.complaints).toEqual([]);
      await opened.close();
    },
  );
});
