import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { searchAllReport, searchReport, syncReport } from '../../../cli/sync-report.ts';
import type { JobAnswer, SearchAnswer } from '../../../core/contract/api.ts';
import type { Oid } from '../../../core/contract/ids.ts';

const counts = {
  added: 3,
  modified: 1,
  deleted: 0,
  renamed: 1,
  unchanged: 7,
  indexed: 1,
  skipped: 3,
  failed: 1,
  skipped_by_reason: { binary: 1, too_large: 2 },
  chunks_embedded: 12,
  chunks_reused: 2,
};
const main = { name: 'main', commit: null, status: 'published', reason: null } as const;
const job = (more: Partial<JobAnswer>): JobAnswer =>
  ({
    status: 'completed',
    mode: 'incremental',
    created_at: '2026-01-01T00:00:00.000Z',
    started_at: '2026-01-01T00:00:01.000Z',
    ended_at: '2026-01-01T00:00:03.500Z',
    updated_at: '2026-01-01T00:00:03.500Z',
    options: { branches: ['current'] },
    counts,
    plan: null,
    used: null,
    branches: [main],
    pull: [],
    dropped_branches: [],
    missing: [],
    current: null,
    error: null,
    ...more,
  }) as JobAnswer;

describe('the report of a plan', () => {
  const plan: NonNullable<JobAnswer['plan']> = {
    exact: true,
    added: 3,
    modified: 1,
    deleted: 0,
    renamed: 1,
    unchanged: 7,
    files_to_read: 4,
    skipped: 3,
    skipped_by_reason: { binary: 1, too_large: 2 },
    indexed: 1,
    failed: 0,
    chunks_embedded: 12,
    chunks_reused: 2,
    tokens: 900,
    usd_per_million_tokens: 0.12,
    cost_usd: 0.00011,
    seconds: 4.21,
    dropped_branches: ['old'],
  };
  const dryRun = (more: Partial<NonNullable<JobAnswer['plan']>>, mode: JobAnswer['mode'] = 'incremental'): string =>
    syncReport(
      job({
        mode,
        counts: null,
        options: { dry_run: true, branches: ['current'] } as never,
        plan: { ...plan, ...more },
      }),
    );

  it('says what a sync would do, take and drop', () => {
    expect(dryRun({})).toBe(
      [
        'A sync would be incremental; nothing was changed',
        '  5 files changed: 3 added, 1 modified, 1 renamed, 0 deleted (7 unchanged)',
        '  index    1 file, 12 chunks to embed, 2 to reuse',
        '  skip     3 files (too large 2, binary 1)',
        '  use      900 tokens, 0.00011 US dollars, about 4.2 s',
        '  drop     old',
      ].join('\n'),
    );
  });

  it('leaves out what costs nothing, and what is not known', () => {
    const told = dryRun({ cost_usd: 0, seconds: null, dropped_branches: [] }, 'full');
    expect(told).toContain('A sync would be full');
    expect(told.endsWith('  use      900 tokens')).toBe(true);
  });
});

describe('the report of a sync', () => {
  it('says what it has used', () => {
    const used = { tokens: 1, cost_usd: 0.5, chunks_embedded: 1, chunks_reused: 0, seconds: 2 };
    expect(syncReport(job({ used }))).toContain('  used     1 token, 0.50000 US dollars');
  });

  it('says what was changed, indexed, skipped (most frequent reason first) and failed', () => {
    expect(syncReport(job({}))).toBe(
      [
        'Sync completed in 2.5 s (incremental index)',
        '  5 files changed: 3 added, 1 modified, 1 renamed, 0 deleted (7 unchanged)',
        '  indexed  1 file, 12 chunks embedded, 2 reused',
        '  skipped  3 files (too large 2, binary 1)',
        '  failed   1 file',
      ].join('\n'),
    );
  });

  it('is what README.md shows', () => {
    const sample = /^ {4}(Sync completed[\s\S]*?)\n\n/m.exec(readFileSync('README.md', 'utf8'))?.[1] ?? '';
    const numbers = [...sample.matchAll(/\d+(?:\.\d)?/g)].map(Number);
    const [seconds = 0, files = 0, , , , , , indexed = 0, chunks_embedded = 0, , skipped = 0, ...rest] = numbers;
    const [binary = 0, lockfile = 0, , tokens = 0] = rest;
    expect(sample.replaceAll(/^ {4}/gm, '')).toBe(
      syncReport(
        job({
          mode: 'full',
          ended_at: new Date(Date.parse('2026-01-01T00:00:01.000Z') + seconds * 1000).toISOString(),
          counts: {
            ...{ added: files, modified: 0, renamed: 0, deleted: 0, unchanged: 0, failed: 0, chunks_reused: 0 },
            ...{ indexed, skipped, chunks_embedded, skipped_by_reason: { binary, lockfile } },
          },
          used: { tokens, cost_usd: 0, chunks_embedded, chunks_reused: 0, seconds: seconds },
        }),
      ),
    );
  });

  it('says that there was nothing to do', () => {
    const none = { ...counts, added: 0, modified: 0, renamed: 0 };
    expect(syncReport(job({ counts: none }))).toContain('nothing to do: 7 files unchanged');
    // No tree was read.
    expect(syncReport(job({ counts: { ...none, unchanged: 0 } }))).toContain('nothing to do: the source is as it was');
    expect(syncReport(job({ counts: { ...none, unchanged: 0 }, branches: [] }))).toContain(
      'nothing to do: the source has no branches, so there is no commit to index',
    );
    // What a push that deletes a branch leads to.
    const options = { branches: [] as string[] } as JobAnswer['options'];
    const look = job({ counts: { ...none, unchanged: 0 }, options, branches: [], dropped_branches: ['old'] });
    expect(syncReport(look).split('\n').slice(1)).toEqual([
      '  nothing to do: the source is as it was',
      '  dropped  old: the source has deleted it',
    ]);
  });

  it('names the branches that are missing, with the reason, and tells that HEAD has moved', () => {
    const some = job({
      status: 'completed_with_errors',
      counts: { ...counts, added: 0, modified: 0, renamed: 0 },
      branches: [
        { name: 'trunk', status: 'published', commit: 'a'.repeat(40) as Oid, reason: null },
        { name: 'nope', status: 'missing', commit: null, reason: 'the source has no branch nope' },
      ],
      missing: ['nope'],
      current: { branch: 'trunk', moved_from: 'main', head: 'trunk' },
    });
    const lines = [
      "  branch   trunk, as the source's HEAD names it now: it was main",
      '  missing  the source has no branch nope',
    ];
    expect(syncReport(some).split('\n').slice(-2)).toEqual(lines);
    expect(
      syncReport({ ...some, counts })
        .split('\n')
        .slice(-2),
    ).toEqual(lines);
  });

  it('leaves the reasons out when nothing was skipped', () => {
    const all = { ...counts, skipped: 0, skipped_by_reason: {} };
    expect(syncReport(job({ status: 'completed_with_errors', counts: all }))).toMatch(
      /^Sync completed with errors[\s\S]*skipped {2}0 files\n/,
    );
  });

  it('gives the cause of a failure', () => {
    const failed = job({ status: 'failed', counts: null, error: { code: 'X', message: 'no such branch' } });
    expect(syncReport(failed)).toBe('Sync failed after 2.5 s: no such branch');
  });

  it('makes do with a job that tells little', () => {
    expect(syncReport(job({ status: 'cancelled', ended_at: null, started_at: null }))).toBe(
      'Sync cancelled after 3.5 s',
    );
    // The clock was put back by an hour.
    expect(syncReport(job({ ended_at: '2025-12-31T23:00:03.500Z' }))).toMatch(/^Sync completed in 0\.0 s/);
    expect(syncReport(job({ counts: null }))).toBe('Sync completed');
    expect(syncReport(job({ mode: null }))).toContain('(no index)');
  });
});

describe('the report of a search', () => {
  const answer: SearchAnswer = {
    results: [],
    branch: 'main',
    indexed_commit: 'abcdef0123456789',
    indexed_at: '2026-01-01T00:00:00.000Z',
    source_commit: null,
    source_seen_at: null,
    behind: null,
    warnings: [],
    next: null,
  };

  it('gives each hit a line with its place and its first words', () => {
    const hit = {
      path: 'a.ts',
      branch: 'main',
      start_line: 3,
      end_line: 9,
      match: 'words' as const,
      score: 1,
      language: 'typescript',
    };
    const results = [
      { ...hit, snippet: `\n   const x = 1;${'y'.repeat(200)}\n` },
      { ...hit, path: 'b.ts', snippet: '\n \n' },
    ];
    const [title, first, second] = searchReport('x', { ...answer, results }).split('\n');
    expect(title).toBe('Search "x" in main at abcdef0123');
    expect(first).toMatch(/^ {2}a\.ts:3-9 {2}const x = 1;y+$/);
    expect(first?.length).toBeLessThan(100);
    expect(second).toBe('  b.ts:3-9  ');
  });

  it('says that there are none', () => {
    expect(searchReport('x', answer)).toContain('no hits');
  });

  it('says that the source has moved on', () => {
    const title = searchReport('x', { ...answer, source_commit: '0123456789abcdef', behind: true }).split('\n')[0];
    expect(title).toBe('Search "x" in main at abcdef0123; the source has 0123456789');
  });

  it('tells what was not read as it looks', () => {
    const report = searchReport('x', { ...answer, warnings: ['no language is called klingon'] });
    expect(report.split('\n').slice(1)).toEqual(['  note: no language is called klingon', '  no hits']);
  });
});

describe('the report of a search of many repositories', () => {
  it('names each hit’s repository, and those that were not searched', () => {
    const hit = { branch: 'main', match: 'words' as const, score: 1, language: null, snippet: 'const a = 1;' };
    const report = searchAllReport('a', {
      hits: [{ ...hit, repository_id: 'shop', path: 'a.ts', start_line: 1, end_line: 2 }],
      repositories: [],
      searched: 1,
      not_searched: [{ repository_id: 'new', reason: 'not_indexed' }],
      passed_over: 3,
      warnings: ['a note'],
      next: null,
    });
    expect(report.split('\n')).toEqual([
      'Search "a" in 1 repository',
      '  note: a note',
      '  shop:a.ts:1-2  const a = 1;',
      '  not asked: 3 that have less of the words',
      '  not searched: new (not indexed)',
    ]);
    const none = {
      hits: [],
      repositories: [],
      searched: 2,
      passed_over: 0,
      not_searched: [],
      warnings: [],
      next: null,
    };
    expect(searchAllReport('a', none)).toBe('Search "a" in 2 repositories\n  no hits');
  });
});
