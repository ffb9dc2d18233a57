import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { commandLine } from '../../adapters/system/command-line.ts';
import { buildConsole } from '../../console/build.js';
import { launchBrowser } from './browser.ts';
import { openConsolePage, type Scheme } from './console-page.ts';
import { createGitRepository } from './git-repository.ts';
import { startService } from './service-process.ts';

/** `npm run docs:pictures`: takes the pictures of docs/pictures anew, of a real service that indexes this repository. */

commandLine({
  usage: `npm run docs:pictures

Takes the pictures of the docs anew, in docs/pictures.`,
});

const root = resolve(import.meta.dirname, '../..');
const pictures = join(root, 'docs/pictures');
await mkdir(pictures, { recursive: true });
await buildConsole();
const folder = await mkdtemp(join(tmpdir(), 'pictures-'));
const service = await startService(join(folder, 'data'), { SOURCE_ROOTS: tmpdir(), LOG_LEVEL: 'silent' });
const browser = await launchBrowser();
const { api } = service;
const notes = await createGitRepository({ 'README.md': '# Notes\n', 'guide.md': '# Guide\n\nHow we work.\n' });
const shop = await createGitRepository({
  'src/cart.ts': 'export const total = (prices: number[]) => prices.length;\n',
});

/** A picture of the page once it shows this (a Playwright selector). */
const take = async (
  name: string,
  path: string,
  shown: string,
  look: { readonly width?: number; readonly height?: number; readonly scheme?: Scheme } = {},
): Promise<void> => {
  const { page, close } = await openConsolePage(browser.context, `${service.url}${path}`, {
    ...look,
    token: service.token,
  });
  await page.setViewportSize({ width: look.width ?? 1280, height: look.height ?? 800 });
  await page.locator(shown).first().waitFor({ timeout: 60_000 });
  await page.screenshot({ path: join(pictures, `${name}.png`) });
  await close();
};

try {
  const own = join(folder, 'repository-sync');
  await promisify(execFile)('git', ['clone', '-q', root, own]);
  await promisify(execFile)('git', ['-C', own, 'checkout', '-q', '-B', 'main']);
  await api.register('repository-sync', own);
  await api.register('notes', notes.path);
  await api.register('shop', shop.path);
  await api.synced('notes');
  await api.synced('shop');
  await rename(shop.path, `${shop.path}-moved`);
  await api.sync('shop');
  const { body } = await api.sync('repository-sync');
  while ((await api.job(body.job_id)).progress.files_processed < 100)
    await new Promise((done) => setTimeout(done, 100));
  await take('repositories', '/', 'text=/[1-9]\\d %/', { height: 560 });
  await api.ended(body.job_id);
  // One of its own: the first one may be over by now.
  const again = await api.sync('repository-sync', { full_reindex: true });
  await take('sync', '/repositories/repository-sync', 'text=files/s', { scheme: 'dark', height: 720 });
  await api.ended(again.body.job_id);
  const lock = '/repositories/repository-sync/search?q=who+may+claim+the+lock';
  await take('search', lock, '.hljs-keyword');
  await take('search-phone', lock, '.hljs-keyword', { width: 390, height: 780, scheme: 'dark' });
} finally {
  await rename(`${shop.path}-moved`, shop.path).catch(() => undefined);
  await browser.close();
  await service.terminate();
  await Promise.all([notes.cleanup(), shop.cleanup(), rm(folder, { recursive: true, force: true })]);
}
for (const name of ['repositories', 'sync', 'search', 'search-phone'])
  process.stdout.write(
    `docs/pictures/${name}.png  ${((await stat(join(pictures, `${name}.png`))).size / 1024).toFixed(0)} kB\n`,
  );
