import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bm25, grep } from '../../../bench/search/baselines.ts';
import { halfOf, isSameFile, readBenchmark } from '../../../bench/search/benchmark.ts';
import { openFolder, readTexts } from '../../../bench/search/indexed-folder.ts';
import { meansOf, scoreOf } from '../../../bench/search/scores.ts';
import { tablesOf } from '../../../bench/search/search-tables.ts';
import { plainTable } from '../../../bench/tables.ts';
import { createGitRepository } from '../../support/git-repository.ts';

describe('the score of an answer', () => {
  it.each([
    ['the only answer first', ['a', 'b'], ['a'], 1],
    ['the only answer second', ['b', 'a'], ['a'], 1 / Math.log2(3)],
    ['one of two answers first', ['a', 'b'], ['a', 'c'], 1 / (1 + 1 / Math.log2(3))],
    ['nothing found', [], ['a'], 0],
    ['an answer beyond the tenth place', [...'bcdefghijk', 'a'], ['a'], 0],
    ['a file found twice', ['b', 'b', 'a'], ['a'], 1 / Math.log2(4)],
  ])('is by place: %s', (_, paths, answers, ndcg10) => {
    expect(scoreOf(paths, answers).ndcg10).toBeCloseTo(ndcg10);
  });

  it('says whether an answer is the first, or among the first five', () => {
    expect(scoreOf(['a'], ['a'])).toMatchObject({ hit1: 1, hit5: 1 });
    expect(scoreOf(['b', 'c', 'd', 'e', 'a'], ['a'])).toMatchObject({ hit1: 0, hit5: 1 });
    expect(scoreOf(['b', 'c', 'd', 'e', 'f', 'a'], ['a'])).toMatchObject({ hit1: 0, hit5: 0 });
  });

  it('knows a file by the shorter of two paths', () => {
    expect(isSameFile('src/lib/a.go', 'lib/a.go')).toBe(true);
    expect(isSameFile('lib/a.go', 'src/lib/a.go')).toBe(true);
    expect(isSameFile('lib/aa.go', 'a.go')).toBe(false);
  });

  it('is a mean over repositories, however many questions each has', () => {
    const one = (subject: string, ndcg10: number) => {
      return { subject, category: 'symbol' as const, milliseconds: 1, ndcg10, hit1: ndcg10, hit5: ndcg10 };
    };
    const means = meansOf([one('x', 1), one('x', 1), one('x', 1), one('y', 0)]);
    expect(means).toMatchObject({ questions: 4, ndcg10: 0.5 });
  });

  it('is printed by half and category', () => {
    const scored = { subject: 'x', category: 'symbol' as const, milliseconds: 2, ndcg10: 1, hit1: 1, hit5: 1 };
    const text = tablesOf(new Map([['ours', [scored]]]), plainTable);
    expect(text).toMatch(
      new RegExp(`ours +1 +1\\.000 +${halfOf('x') === 'a' ? '1\\.000 +–' : '– +1\\.000'} +– +– +1\\.000`),
    );
  });
});

describe('baselines', () => {
  const files = [
    { path: 'a.ts', text: 'parseConfig reads the config\nanother line' },
    { path: 'b.ts', text: 'nothing of that kind' },
  ];
  it('rank whole files by BM25', () => {
    expect(bm25(files)('parse config')).toEqual(['a.ts']);
    expect(bm25([])('parse')).toEqual([]);
  });
  it('rank whole files by how many of the words grep finds', () => {
    expect(grep(files)('CONFIG another of')).toEqual(['a.ts', 'b.ts']);
    expect(grep(files)('absent')).toEqual([]);
  });
});

describe('a benchmark', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bench-search-test-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is read from annotations, and its folder made a repository of its own', async () => {
    const source = await createGitRepository({ 'src/a.ts': 'export const a = 1;\n', 'readme.md': 'about\n' });
    try {
      const revision = await source.head();
      await writeFile(
        join(folder, 'repos.json'),
        JSON.stringify([{ name: 'one', language: 'typescript', revision, benchmark_root: 'src', url: 'x' }]),
      );
      const annotations = [
        { query: 'where is a', relevant: ['src/a.ts'], category: 'semantic' },
        { query: 'how a is made', relevant: [{ path: 'src/a.ts', start_line: 1, end_line: 2 }], secondary: ['b.ts'] },
        { query: 'a', relevant: ['src/a.ts'] },
      ];
      await writeFile(join(folder, 'one.json'), JSON.stringify(annotations));
      const [subject, ...more] = await readBenchmark(folder);
      expect(more).toEqual([]);
      expect(subject?.questions).toEqual([
        { words: 'where is a', answers: ['src/a.ts'], category: 'semantic' },
        { words: 'how a is made', answers: ['src/a.ts', 'b.ts'], category: 'architecture' },
        { words: 'a', answers: ['src/a.ts'], category: 'symbol' },
      ]);
      if (subject === undefined) return;
      const sources = join(folder, 'sources');
      await mkdir(sources);
      await symlink(source.path, join(sources, 'one'));
      const opened = await openFolder(sources, join(folder, 'made'), subject);
      expect(opened).toMatchObject({ exact: true, paths: ['a.ts'] });
      expect(await readTexts(opened?.repository ?? '')).toEqual([{ path: 'a.ts', text: 'export const a = 1;\n' }]);
      const atHead = { ...subject, revision: 'f'.repeat(40), benchmark_root: null };
      expect(await openFolder(sources, join(folder, 'other'), atHead)).toMatchObject({
        exact: false,
        paths: ['readme.md', 'src/a.ts'],
      });
      expect(await openFolder(sources, folder, { ...subject, benchmark_root: 'absent' })).toBeNull();
      expect(await openFolder(sources, folder, { ...subject, name: 'absent' })).toBeNull();
    } finally {
      await source.cleanup();
    }
  });
});
