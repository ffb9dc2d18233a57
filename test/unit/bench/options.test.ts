import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NotCarriedOut } from '../../../adapters/system/command-line.ts';
import { readOptions } from '../../../bench/read-options.ts';
import { scenarios } from '../../../bench/scenarios.ts';

const known = ['full', 'incremental', 'peer'];
const read = (...args: string[]) => readOptions(args, known);

describe('npm run bench', () => {
  it('alone measures everything on a generated repository, into a file named after it', () => {
    expect(read()).toEqual({
      files: 100_000,
      repositories: [],
      scenarios: known,
      quick: false,
      milliseconds: 1_800_000,
      out: resolve('bench/results/generated-100000.json'),
      markdown: false,
    });
  });

  it('takes any repositories, by their folders’ names or by given ones', () => {
    const { files, repositories, out } = read('--repository', '/some/shop.git', '--repository', 'net=/other/repo');
    expect(files).toBe(0);
    expect(repositories).toEqual([
      { name: 'shop', path: '/some/shop.git' },
      { name: 'net', path: '/other/repo' },
    ]);
    expect(out).toBe(resolve('bench/results/shop+net.json'));
    expect(read('--repository', '/some/shop', '--files', '5').files).toBe(5);
  });

  it('runs the scenarios named, in their own order, and the peer only when it may', () => {
    expect(read('--only', 'peer,full').scenarios).toEqual(['full', 'peer']);
    expect(read('--no-peer').scenarios).toEqual(['full', 'incremental']);
  });

  it('keeps figures of part of a run only where it is told to', () => {
    for (const part of [['--quick'], ['--only', 'full'], ['--no-peer']]) {
      expect(read(...part).out).toBeNull();
      expect(read(...part, '--out', 'x.json').out).toBe('x.json');
    }
    expect(read('--quick')).toMatchObject({ files: 2000, quick: true });
  });

  it.each([
    [['--only', 'ful'], /there are full, incremental, peer/],
    [['--files', 'many'], /--files many/],
    [['--files', '0'], /nothing to do/],
    [['--files', '150000'], /a multiple/],
    [['--minutes', '0'], /from 1 on/],
    [['--sideways'], /sideways/],
    [['--repository', '/a/shop', '--repository', '/b/shop'], /two repositories are called shop/],
    [['--repository', '/a/my shop'], /give it a name/],
  ])('refuses %j', (args, message) => {
    expect(() => read(...args)).toThrow(NotCarriedOut);
    expect(() => read(...args)).toThrow(message);
  });

  it('has scenarios with names of their own', () => {
    const names = scenarios.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
