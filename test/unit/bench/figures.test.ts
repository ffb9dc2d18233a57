import { describe, expect, it } from 'vitest';
import { compare, comparisonCells } from '../../../bench/compare.ts';
import { atLeast, atMost, type Figure, failedFigure, Results, verdictOf } from '../../../bench/figures.ts';
import { fileSystemOf } from '../../../bench/machine.ts';
import { mean, median, quantile, slope } from '../../../bench/statistics.ts';
import {
  cellsOf,
  describeMachine,
  describeRepository,
  formatNumber,
  markdownTable,
  plainTable,
} from '../../../bench/tables.ts';

const figure = (more: Partial<Figure> = {}): Figure => ({
  scenario: 'full',
  name: 'full index',
  value: 100,
  unit: 's',
  ...more,
});

const machine = {
  processor: 'P',
  cores: 2,
  memory_gib: 24,
  node: '24.0.0',
  git: '2.39',
  system: 'Linux 6 x64',
  file_system: 'ext4',
};
const results = (figures: readonly Figure[], more: Partial<Results> = {}): Results => ({
  measured_at: '2026-01-02T03:04:05.000Z',
  commit: 'abc',
  machine,
  repositories: [{ repository: 'shop', files: 10, bytes: 2e6, figures: [...figures] }],
  ...more,
});

describe('a figure’s verdict', () => {
  it.each([
    [atMost(180, 60), 60, 'aim met'],
    [atMost(180, 60), 60.1, 'met'],
    [atMost(180, 60), 180, 'met'],
    [atMost(180, 60), 180.1, 'MISSED'],
    [atLeast(50, 200), 200, 'aim met'],
    [atLeast(50, 200), 50, 'met'],
    [atLeast(50, 200), 49.9, 'MISSED'],
    [atMost(1), 0, 'met'],
  ])('against %j, of %d, is %s', (target, value, verdict) => {
    expect(verdictOf(figure({ target, value }))).toBe(verdict);
  });

  it('is none without a target, and says when nothing was measured or the scenario failed', () => {
    expect(verdictOf(figure())).toBe('');
    expect(verdictOf(figure({ value: null, target: atMost(1) }))).toBe('not measured');
    expect(verdictOf(figure({ value: Number.NaN, target: atMost(1) }))).toBe('not measured');
    expect(verdictOf(failedFigure('api', new Error('no\n  answer')))).toBe('FAILED');
    expect(failedFigure('api', new Error('no\n  answer')).note).toBe('no answer');
    expect(failedFigure('api', 'words').note).toBe('words');
  });
});

describe('the tables', () => {
  it('show three digits that count', () => {
    expect([1234.56, 99.94, 1.234, 0.04321, 7, -3.456].map(formatNumber)).toEqual([
      '1235',
      '99.9',
      '1.23',
      '0.0432',
      '7',
      '-3.46',
    ]);
  });

  it('have must, aim, measured and verdict of each figure', () => {
    expect(cellsOf(figure({ target: atMost(180, 60), note: 'n' }))).toEqual([
      'full',
      'full index',
      '≤ 180',
      '≤ 60',
      '100 s',
      'met',
      'n',
    ]);
    expect(cellsOf(figure({ target: atLeast(50), unit: '' })).slice(2, 6)).toEqual(['≥ 50', '', '100', 'met']);
    expect(cellsOf(figure({ value: null }))[4]).toBe('–');
  });

  it('are aligned as text, and keep bars inside their cells as Markdown', () => {
    expect(plainTable(['a', 'b'], [['long', 'x']])).toBe('a     b\n────  ─\nlong  x');
    expect(markdownTable(['a'], [['x|y']])).toBe('| a |\n| --- |\n| x\\|y |');
  });

  it('stand under the repository’s name and size', () => {
    const [repository] = results([figure()]).repositories;
    if (repository === undefined) throw new Error('there is one');
    expect(describeRepository(repository, plainTable)).toMatch(/^shop: 10 files, 2 MB\n\nscenario/);
    expect(describeRepository(repository, markdownTable)).toMatch(/^### shop: 10 files, 2 MB\n\n\| scenario/);
    expect(describeMachine(machine)).toContain('2 cores (P), 24 GiB, ext4');
  });
});

describe('the comparison with earlier figures', () => {
  const now = results([figure({ value: 50 }), figure({ name: 'ratio', value: 3, unit: '×', relative: true })]);

  it('has each figure’s ratio, of the latest run on this repository', () => {
    const older = results([figure({ value: 400 })]);
    const newer = results([figure({ value: 200 })], { measured_at: '2026-01-03T00:00:00.000Z' });
    const [comparison] = compare(now, [older, newer]);
    expect(comparison).toMatchObject({ repository: 'shop', since: newer.measured_at, sameMachine: true });
    expect(comparison?.rows).toEqual([
      { scenario: 'full', name: 'full index', unit: 's', before: 200, now: 50, ratio: 0.25 },
    ]);
    expect(comparison === undefined ? [] : comparisonCells(comparison)).toEqual([
      ['full', 'full index', '200 s', '50 s', '0.25'],
    ]);
  });

  it('of another machine is one of ratios only', () => {
    const before = results([figure(), figure({ name: 'ratio', value: 2, unit: '×', relative: true })], {
      machine: { ...machine, cores: 64 },
    });
    const [comparison] = compare(now, [before]);
    expect(comparison?.sameMachine).toBe(false);
    expect(comparison?.rows.map(({ name, ratio }) => [name, ratio])).toEqual([['ratio', 1.5]]);
  });

  it('leaves out other states of the repository, what was not measured, and division by zero', () => {
    const other = results([figure()]);
    expect(compare(now, [{ ...other, repositories: other.repositories.map((r) => ({ ...r, files: 11 })) }])).toEqual(
      [],
    );
    expect(compare(now, [results([figure({ value: 0 }), figure({ name: 'ratio', value: null })])])[0]?.rows).toEqual(
      [],
    );
    expect(compare(results([figure({ value: null })]), [results([figure()])])[0]?.rows).toEqual([]);
  });

  it('reads what was written', () => {
    const written = results([figure({ target: atMost(1, 0.5), note: 'n', failed: true, relative: true })]);
    expect(Results.parse(JSON.parse(JSON.stringify(written)))).toEqual(written);
  });
});

describe('the statistics', () => {
  it('are of nearest rank', () => {
    const values = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect([0, 0.5, 0.99, 1].map((q) => quantile(values, q))).toEqual([1, 50, 99, 100]);
    expect(median([3, 1, 2])).toBe(2);
    expect(mean([1, 2, 6])).toBe(3);
    expect(quantile([], 0.5)).toBeNaN();
  });

  it('tell what one more costs', () => {
    expect(slope([1, 2, 3].map((x) => ({ x, y: 10 + 2 * x })))).toBeCloseTo(2);
    expect(slope([{ x: 1, y: 1 }])).toBeNaN();
  });
});

it('the file system is that of the longest mount point', () => {
  const mounts = '/dev/a / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\ntmpfs /tmpother xfs rw 0 0\n';
  expect(fileSystemOf('/tmp/data', mounts)).toBe('tmpfs');
  expect(fileSystemOf('/home', mounts)).toBe('ext4');
  expect(fileSystemOf('/home', '')).toBe('unknown file system');
});
