import { describe, expect, it } from 'vitest';
import type { GrepMatch } from '../../../client/src/client.ts';
import { askedOf, grepFor, searchFor, searchPage } from '../../../console/src/asked.ts';
import { blocksOf, byFile } from '../../../console/src/code/blocks.ts';
import { notSearchedInWords, truncatedInWords } from '../../../console/src/grep-words.ts';

const match = (line: number, text: string, more: Partial<GrepMatch> = {}): GrepMatch => ({
  path: 'a.ts',
  language: null,
  line,
  column: 1,
  text,
  ranges: [[0, 1]],
  ...more,
});

describe('what is asked', () => {
  it.each([
    '',
    '?q=lock&branch=topic&language=go&path=src%2F',
    '?q=+++&exact=true',
    '?q=a%5C%28&exact=true&path=src&regex=true&case=false&word=true&context=0',
  ])('is in the address as it was: %s', (query) => {
    expect(searchPage('demo', askedOf(new URLSearchParams(query)))).toBe(`/repositories/demo/search${query}`);
  });
  it('is of all repositories at an address of its own', () => {
    const query = '?q=lock&exact=true&repositories=team-*&word=true';
    expect(searchPage(null, askedOf(new URLSearchParams(query)))).toBe(`/search${query}`);
    expect(grepFor(askedOf(new URLSearchParams(query)))).toMatchObject({ pattern: 'lock', repositories: 'team-*' });
  });
  it('names no options of exact search where words are searched for, and no blank words', () => {
    const asked = askedOf(new URLSearchParams('q=++&exact=true&regex=true&context=5'));
    expect(searchPage('demo', { ...asked, exact: false })).toBe('/repositories/demo/search');
  });
  it('is sent in the words of each call', () => {
    const asked = askedOf(new URLSearchParams('q=a&exact=true&branch=topic&word=true&case=false'));
    expect(searchFor(asked)).toEqual({ q: 'a', branch: 'topic', limit: 20 });
    expect(grepFor(asked)).toEqual({ pattern: 'a', branch: 'topic', word: 'true', case: 'false', context: 2 });
    expect(grepFor(askedOf(new URLSearchParams('q=a&regex=true&context=many')))).toEqual({
      pattern: 'a',
      regex: 'true',
      context: Number.NaN,
    });
  });
});

describe('the matches of a file', () => {
  it('are blocks of lines that follow each other, each line once, without CR', () => {
    const blocks = blocksOf([
      match(2, 'b\r', { before: ['a'], after: ['c\r', 'd'] }),
      match(4, 'd', { before: ['b', 'c'], after: ['', 'f'] }),
      match(9, 'i', { ranges: [[0, 1]], before: ['h'] }),
    ]);
    expect(blocks.map(({ start, lines }) => [start, lines.map(({ text }) => text)])).toEqual([
      [1, ['a', 'b', 'c', 'd', '', 'f']],
      [8, ['h', 'i']],
    ]);
    expect(blocks[0]?.lines.map(({ ranges }) => ranges.length)).toEqual([0, 1, 0, 1, 0, 0]);
  });
  it('are told apart by the bytes of a name that is not UTF-8', () => {
    const odd = { path: '\uFFFD', path_bytes: '/w==' };
    const files = byFile([
      match(1, 'a'),
      match(2, 'b', odd),
      match(3, 'c', { ...odd, path_bytes: '/g==' }),
      match(4, 'd'),
    ]);
    expect(files.map((lines) => lines.map(({ line }) => line))).toEqual([[1, 4], [2], [3]]);
  });
});

describe('what was not searched', () => {
  it('is counted by reason, where there is any', () => {
    expect(notSearchedInWords([])).toBeNull();
    expect(notSearchedInWords([{ reason: 'binary', files: 1 }])).toBe(
      'Not searched: 1 file that is not in the index (1 binary)',
    );
    expect(
      notSearchedInWords([
        { reason: 'binary', files: 1200 },
        { reason: 'too_large', files: 3 },
      ]),
    ).toBe('Not searched: 1,203 files that are not in the index (1,200 binary, 3 too large)');
  });
  it('is said of a page that ended early', () => {
    expect(truncatedInWords('time')).toContain('after 2 seconds');
    expect(truncatedInWords('size')).toContain('lines are long');
  });
});
