import { describe, expect, it } from 'vitest';
import { compareNamed, fileNameAsked, isNamed } from '../../../core/search/rules/file-name.ts';

describe('a query that may be the name of a file', () => {
  it.each([
    ['define-api-handler.ts', 'define-api-handler.ts'],
    ['Dockerfile', 'dockerfile'],
    ['./src/x.ts', 'src/x.ts'],
    ['/src/x.ts', 'src/x.ts'],
    ['My Notes.md', 'my notes.md'],
    ['.env', '.env'],
    ['how is it parsed', null],
    ['src/', null],
    ['!!!', null],
    ['🙂', null],
    ['', null],
    ['a\tb.ts', null],
  ])('%s: %s', (query, name) => expect(fileNameAsked(query)).toBe(name));
});

describe('a line that ends with the name', () => {
  it.each([
    ['oid\t1\t2\t\tsrc/A.ts', 'a.ts', true],
    ['oid\t1\t2\t\ta.ts', 'a.ts', true],
    ['oid\t1\t2\t\tsrc/rules/a.ts', 'rules/a.ts', true],
    ['oid\t1\t2\t\tsrc/ba.ts', 'a.ts', false],
    ['oid\t1\t2\t\tsrc/a.tsx', 'a.ts', false],
    ['a.ts', 'oid\t1\t2\t\tsrc/a.ts', false],
  ])('%s', (line, name, is) => expect(isNamed(line, name)).toBe(is));
});

it('files of one name are in the order of how they are written, what they are, and how deep', () => {
  const paths = ['test/Makefile', 'a/b/Makefile', 'makefile', 'b/Makefile', 'a/Makefile'];
  expect(paths.sort(compareNamed('Makefile'))).toEqual([
    'a/Makefile',
    'b/Makefile',
    'a/b/Makefile',
    'test/Makefile',
    'makefile',
  ]);
});
