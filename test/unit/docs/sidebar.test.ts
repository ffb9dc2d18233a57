import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { expect, it } from 'vitest';

const config = readFileSync('docs/.vitepress/config.ts', 'utf8');
const sidebar = config.slice(config.indexOf('sidebar: ['));

it('the site’s sidebar leads to every page of docs, and the list of decisions to those', async () => {
  const listed = [...sidebar.matchAll(/page\('[^']+', '([^']+)'\)/g)].map(([, name]) => name).sort();
  const pages = (await Array.fromAsync(glob('**/*.md', { cwd: 'docs', exclude: ['style/**', 'examples/**'] })))
    .map((path) => path.replace(/\.md$/, ''))
    .filter((path) => path !== 'index' && !/^adr\/\d/.test(path));
  expect(listed).toEqual(pages.sort());
});
