import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useWorld } from '../support/use-world.ts';

/** This project's own files, and a package of others as a vendored tree beside them. */
const world = useWorld();
const files: Record<string, string> = {};
const contents: string[] = [];

/** Names of several parts that are declared in one of these files and in no other file at all, the first by their hashes. */
const symbolsOnlyIn = (isMeant: (path: string) => boolean, count: number): [symbol: string, path: string][] => {
  const found = new Map<string, string>();
  for (const [path, text] of Object.entries(files).filter(([each]) => isMeant(each)))
    for (const [, name = ''] of text.matchAll(/\b(?:const|function|class|interface) ([a-z]+(?:[A-Z][a-z]+)+)\b/g))
      found.set(name, path);
  const hash = (name: string): string => createHash('sha256').update(name).digest('hex');
  const only: [string, string][] = [];
  for (const name of [...found.keys()].sort((a, b) => (hash(a) < hash(b) ? -1 : 1))) {
    const holders = contents.filter((content) => content.includes(name.toLowerCase()));
    if (holders.length === 1) only.push([name, found.get(name) as string]);
    if (only.length === count) break;
  }
  return only;
};

beforeAll(async () => {
  const tracked = execFileSync('git', ['ls-files', '-z', '*.ts', '*.md'], { encoding: 'utf8' }).split('\0');
  for (const path of tracked) if (path !== '') files[path] = readFileSync(path, 'utf8');
  for (const name of ['core', 'errors', 'json-schema-processors', 'registries', 'schemas', 'to-json-schema', 'util'])
    files[`vendor/zod/${name}.ts`] = readFileSync(`node_modules/zod/src/v4/core/${name}.ts`, 'utf8');
  contents.push(...Object.values(files).map((text) => text.toLowerCase()));
  await world.registered('own', files);
  await world.api.synced('own');
}, 120_000);

const firstFor = async (q: string) => {
  const { results } = (await world.api.search('own', { q, limit: '5' })).body;
  return results[0];
};

describe('in an index of this project', () => {
  it.each([
    ['a test’s own symbol', (path: string) => path.startsWith('test/'), 60],
    ['a symbol of vendored code', (path: string) => path.startsWith('vendor/'), 20],
  ])('%s comes first, however many sources have parts of its name', async (_, isMeant, count) => {
    const symbols = symbolsOnlyIn(isMeant, count);
    expect(symbols).toHaveLength(count);
    const missed: unknown[] = [];
    for (const [symbol, path] of symbols) {
      const first = await firstFor(symbol);
      if (first?.path !== path || first.match !== 'words') missed.push({ symbol, path, first: first?.path });
    }
    expect(missed).toEqual([]);
  });

  it('what it does not hold is never answered as if it did', async () => {
    // In parts: this file is in the index too.
    for (const q of [['absent', 'wombat', 'quux'].join('_'), '!'.repeat(3), String.fromCodePoint(0x1f9a5)])
      for (const { match, score } of (await world.api.search('own', { q })).body.results) {
        expect([q, match]).toEqual([q, 'near']);
        expect(score).toBeLessThan(0.25);
      }
  });

  it('a file is found by its name alone, and by the end of its path', async () => {
    for (const [name, path] of [
      ['define-api-handler.ts', 'lambdas/handling/define-api-handler.ts'],
      ['search/handler.ts', 'lambdas/search/handler.ts'],
      ['search/rules/ranking.ts', 'core/search/rules/ranking.ts'],
      ['code-map.md', 'docs/code-map.md'],
    ] as const)
      expect(await firstFor(name)).toMatchObject({ path, match: 'words', score: 1 });
  });

  it('terms of a query limit what is found', async () => {
    const paths = async (q: string) => (await world.api.search('own', { q })).body.results.map(({ path }) => path);
    expect((await paths('search lang:md path:docs/')).every((path) => /^docs\/.*\.md$/.test(path))).toBe(true);
    expect((await paths('rank -path:test lang:ts')).every((path) => !path.includes('test'))).toBe(true);
    expect(await paths('"having the word comes before every prior"')).toContain('core/search/rules/ranking.ts');
    expect(await world.api.search('own', { q: 'rank' })).toMatchObject({
      body: { behind: false, source_seen_at: expect.any(String), indexed_at: expect.any(String), warnings: [] },
    });
  });
});
