import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { languageNamed, languages } from '../../../core/domain/languages.ts';
import { type QueryTerms, readTerms } from '../../../core/search/rules/query-syntax.ts';

const nothing: QueryTerms = {
  text: '',
  phrases: [],
  withoutWords: [],
  withoutPhrases: [],
  paths: [],
  languages: [],
  repositories: [],
  branches: [],
  warnings: [],
};

describe('the terms of a query', () => {
  it.each<[string, Partial<QueryTerms>]>([
    ['lock path:src/', { text: 'lock', paths: [{ value: 'src/', not: false }] }],
    [
      'lock path:./src -path:././test',
      {
        text: 'lock',
        paths: [
          { value: '/src', not: false },
          { value: '/test', not: true },
        ],
      },
    ],
    ['path:"my files/a" lock', { text: 'lock', paths: [{ value: 'my files/a', not: false }] }],
    ['lock -path:test', { text: 'lock', paths: [{ value: 'test', not: true }] }],
    ['lock lang:go', { text: 'lock', languages: [{ value: 'go', not: false }] }],
    ['lock language:TS', { text: 'lock', languages: [{ value: 'typescript', not: false }] }],
    ['-lang:"protocol buffer" lock', { text: 'lock', languages: [{ value: 'protocol buffer', not: true }] }],
    ['lock repo:team-*', { text: 'lock', repositories: [{ value: 'team-*', not: false }] }],
    ['lock branch:feature/a branch:feature/a', { text: 'lock', branches: ['feature/a'] }],
    ['lock -mock -$scope', { text: 'lock', withoutWords: ['mock', '$scope'] }],
    ['lock -"not this"', { text: 'lock', withoutPhrases: ['not this'] }],
    ['the "exact phrase" here', { text: 'the here exact phrase', phrases: ['exact phrase'] }],
    [String.raw`"say \"hi\" \\ \n"`, { text: String.raw`say "hi" \ \n`, phrases: [String.raw`say "hi" \ \n`] }],
    ['path:package.json', { text: 'package.json', paths: [{ value: 'package.json', not: false }] }],
    ['path:src/*.ts', { text: 'src/ .ts', paths: [{ value: 'src/*.ts', not: false }] }],
  ])('%s', (query, terms) => expect(readTerms(query)).toEqual({ ...nothing, ...terms }));

  it.each([
    'std::vector',
    'a:b',
    'http://x/y?z=-1',
    'C:\\',
    'C:\\src "',
    '"',
    '""',
    '" "',
    'a " b',
    '"open',
    '"a"b',
    'printf("%d")',
    '"C:\\"',
    'x -1',
    'a->b',
    'p -> q',
    '--all',
    'a - b',
    'path: src',
    'path::join',
    'lang::x y',
    'PATH:/usr/bin',
    'xpath:a',
    'path:"open',
    'repo:Owner/Name',
    'repo: x',
    'branch:a:b',
    'branch:-x',
    '🙂',
    '!!!',
  ])('are none in %s', (query) => expect(readTerms(query)).toEqual({ ...nothing, text: query }));

  it.each(['lang:go', '-Wall', 'branch:main -x', 'repo:a', '-path:b', 'path:*'])('alone, in %s, are text', (query) => {
    const { text, warnings, ...rest } = readTerms(query);
    expect(text).toBe(query);
    expect(warnings).toEqual([expect.stringContaining('looked for as it is')]);
    expect(rest).toEqual({ ...nothing, text: undefined, warnings: undefined });
  });

  it('call a language by a name that there is not: it is text, and a warning names those that there are', () => {
    const { text, warnings, languages: asked } = readTerms('lock lang:klingon');
    expect([text, asked]).toEqual(['lock lang:klingon', []]);
    expect(warnings).toEqual([expect.stringMatching(/no language is called klingon.*typescript.*zig/)]);
  });

  const bare = fc.stringMatching(/^[a-z][a-z0-9_.(){}=+*/-]{0,12}$/);
  const inQuotes = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => text.trim() !== '');
  const quote = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;

  it('are read back as they were written, in any order', () => {
    const term = fc.oneof(
      bare.map((word) => [word, 'words', word] as const),
      inQuotes.map((text) => [quote(text), 'phrases', text] as const),
      inQuotes.map((text) => [`-${quote(text)}`, 'withoutPhrases', text] as const),
      bare.map((word) => [`-${word}`, 'withoutWords', word] as const),
      fc
        .tuple(bare, fc.boolean())
        .map(([value, not]) => [`${not ? '-' : ''}path:${value}`, 'paths', { value, not }] as const),
      fc
        .tuple(fc.constantFrom(...languages), fc.constantFrom('lang', 'language'), fc.boolean())
        .map(([value, key, not]) => [`${not ? '-' : ''}${key}:${quote(value)}`, 'languages', { value, not }] as const),
    );
    fc.assert(
      fc.property(fc.array(term, { maxLength: 8 }), fc.constantFrom(' ', '  ', '\n', '\t'), (drawn, space) => {
        const read = readTerms([...drawn.map(([written]) => written), 'last'].join(space));
        const of = (kind: string) => drawn.flatMap(([, each, value]) => (each === kind ? [value] : []));
        expect(read).toEqual({
          ...nothing,
          text: [...of('words'), 'last', ...of('phrases')].join(' '),
          phrases: of('phrases'),
          withoutPhrases: of('withoutPhrases'),
          withoutWords: of('withoutWords'),
          paths: of('paths'),
          languages: of('languages'),
        });
      }),
    );
  });

  it('are none in words without quotes, colons and minus signs before them', () => {
    const plain = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
      .filter((text) => !/["]|(?:^|\s)-|:|^\s*$/.test(text));
    fc.assert(
      fc.property(plain, (query) => {
        expect(readTerms(query)).toEqual({ ...nothing, text: query.trim().split(/\s+/).join(' ') });
      }),
    );
  });

  it('lose nothing, and leave something to look for in any query that is not empty', () => {
    const part = fc.constantFrom(
      '"',
      '\\',
      '-',
      ':',
      ' ',
      'path:',
      'lang:',
      'go',
      'repo:',
      'branch:',
      'x',
      '*',
      '/',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 14 }), (parts) => {
        const query = parts.join('');
        fc.pre(query.trim() !== '');
        const read = readTerms(query);
        expect(read.text.trim()).not.toBe('');
        const kept = JSON.stringify(read);
        for (const letter of ['x', 'go', '/']) if (query.includes(letter)) expect(kept).toContain(letter);
      }),
    );
  });

  it('take no longer for a query that is made to be slow', () => {
    const begun = process.cpuUsage().user;
    for (const piece of ['"\\', 'path:"', '-"', '" ', '"a" ', '\\"']) readTerms(piece.repeat(1_000));
    expect(process.cpuUsage().user - begun).toBeLessThan(1_000_000);
  });
});

it.each([
  ['ts', 'typescript'],
  ['TypeScript', 'typescript'],
  ['golang', 'go'],
  ['cpp', 'c++'],
  ['c#', 'c#'],
  ['dockerfile', 'dockerfile'],
  ['r', 'r'],
  ['constructor', null],
  ['', null],
])('the language called %s is %s', (name, language) => expect(languageNamed(name)).toBe(language));
