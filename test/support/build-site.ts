import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { commandLine } from '../../adapters/system/command-line.ts';

/**
 * `npm run docs:site`: docs as a site, in docs/.vitepress/dist. Its packages are installed here and not by `npm ci`, so that who uses the
 * service does not wait for them. VitePress fails on a link to a page that is not there, but only prints it when a page's content
 * cannot be shown: that each page holds its title is looked at here.
 */

const site = 'docs/.vitepress';
const { values } = commandLine({
  usage: `npm run docs:site [-- --installed]

Builds docs as a site, in docs/.vitepress/dist.

  --installed  its packages are there already`,
  options: { installed: { type: 'boolean' } },
});
if (values.installed !== true)
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--prefix', site], { stdio: 'inherit' });
execFileSync(join(site, 'node_modules/.bin/vitepress'), ['build', 'docs'], { stdio: 'inherit' });

const sources = await Array.fromAsync(glob('**/*.md', { cwd: 'docs', exclude: ['style/**', 'examples/**'] }));
const faults: string[] = [];
for (const source of sources.filter((path) => path !== 'index.md')) {
  const title = readFileSync(join('docs', source), 'utf8').match(/^# (.+)$/m)?.[1] ?? '';
  const page = readFileSync(join(site, 'dist', source.replace(/\.md$/, '.html')), 'utf8');
  const shown = page.match(/<h1[^>]*>(.*?)<a /s)?.[1]?.replace(/<[^>]+>/g, '') ?? '';
  const words = (text: string) => text.replace(/&#?\w+;|[^\p{L}\p{N}]+/gu, ' ').trim();
  if (words(shown) !== words(title))
    faults.push(`docs/${source}: the page shows “${shown}” where “${title}” is its title`);
}
for (const fault of faults) process.stderr.write(`${fault}\n`);
if (faults.length > 0 || sources.length === 0) process.exitCode = 1;
else process.stdout.write(`${sources.length} pages in ${site}/dist\n`);
