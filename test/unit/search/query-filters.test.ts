import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  exclusionTest,
  matchesAny,
  passesTerms,
  phraseTest,
  readPathTerm,
} from '../../../core/search/rules/query-filters.ts';

describe('what path: means', () => {
  it.each([
    ['src/', { kind: 'text', text: 'src/', fromTop: false }],
    ['/Src', { kind: 'text', text: 'src', fromTop: true }],
    ['*.ts', { kind: 'pattern', pattern: '**/*.ts' }],
    ['/src/*.ts', { kind: 'pattern', pattern: '/src/*.ts' }],
    ['app/[id]/*.ts', { kind: 'pattern', pattern: '**/app/\\[id]/*.ts' }],
    ['app/[id]/page', { kind: 'text', text: 'app/[id]/page', fromTop: false }],
  ])('%s', (value, term) => expect(readPathTerm(value)).toEqual(term));
});

describe('what a minus sign leaves out', () => {
  const leavesOut = (withoutWords: string[], text: string, withoutPhrases: string[] = []) =>
    exclusionTest({ withoutWords, withoutPhrases })?.(text);
  it('are words and parts of names, in any spelling, and no parts of words', () => {
    expect(leavesOut(['mock'], 'const mockServer = 1')).toBe(true);
    expect(leavesOut(['test'], 'the latest')).toBe(false);
    expect(leavesOut(['parse_config'], 'a parseConfig b')).toBe(true);
    expect(leavesOut(['parseConfig'], 'parse the config')).toBe(false);
    expect(leavesOut(['a.b'], 'call A.B()')).toBe(true);
    expect(leavesOut(['a.b'], 'a b')).toBe(false);
    expect(leavesOut(['_'], 'a_b')).toBe(true);
    expect(leavesOut(['größe'], 'Die Größe')).toBe(true);
  });
  it('are phrases as they are', () => {
    expect(leavesOut([], 'Not This one', ['not this'])).toBe(true);
    expect(leavesOut([], 'not  this', ['not this'])).toBe(false);
  });
  it('is nothing where nothing is named', () => {
    expect(exclusionTest({ withoutWords: [], withoutPhrases: [] })).toBeNull();
  });
});

it('a text holds all phrases or it does not', () => {
  expect(phraseTest(['a b', 'C'])('x A B c')).toBe(true);
  expect(phraseTest(['a b', 'C'])('a b')).toBe(false);
  expect(phraseTest([])('')).toBe(true);
});

describe('ids by pattern', () => {
  it.each([
    ['shop', 'shop', true],
    ['shop', 'shops', false],
    ['team-*', 'team-a', true],
    ['team-*', 'a-team-a', false],
    ['*-api', 'shop-api', true],
    ['a*a', 'a', false],
    ['*a*b*', 'xxaxbx', true],
    ['*a*b*', 'b-a', false],
    ['a*b*a', 'aba', true],
    ['a*b*ba', 'aba', false],
    ['*', 'x', true],
  ])('%s and %s: %s', (pattern, id, is) => expect(matchesAny([pattern], id)).toBe(is));
  it('as a regular expression would find them', () => {
    const piece = fc.constantFrom('a', 'b', '*', 'ab');
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }),
        fc.array(fc.constantFrom('a', 'b'), { maxLength: 10 }),
        (pattern, id) => {
          const expected = new RegExp(`^${pattern.join('').replaceAll('*', '.*')}$`).test(id.join(''));
          expect(matchesAny([pattern.join('')], id.join(''))).toBe(expected);
        },
      ),
    );
  });
});

it('terms let through one that is asked for and not left out', () => {
  const is = (value: string) => (other: string) => value === other;
  const terms = [
    { value: 'a', not: false },
    { value: 'b', not: false },
    { value: 'c', not: true },
  ];
  expect(['a', 'b', 'c', 'd'].map((value) => passesTerms(terms, is(value)))).toEqual([true, true, false, false]);
  expect(passesTerms(terms.slice(2), is('d'))).toBe(true);
  expect(passesTerms([], is('d'))).toBe(true);
});
