import { describe, expect, it } from 'vitest';
import { extensionOf, fileNameOf, languageOf } from '../../../core/domain/languages.ts';

describe('languageOf', () => {
  it.each([
    ['src/a.ts', 'typescript'],
    ['a.d.mts', 'typescript'],
    ['a.TSX', 'typescript'],
    ['a.jsx', 'javascript'],
    ['lib/a.py', 'python'],
    ['a.h', 'c'],
    ['a.hpp', 'c++'],
    ['a.cs', 'c#'],
    ['x/Dockerfile', 'dockerfile'],
    ['Dockerfile.dev', 'dockerfile'],
    ['prod.Dockerfile', null],
    ['GNUmakefile', 'makefile'],
    ['CMakeLists.txt', 'cmake'],
    ['notes.txt', 'text'],
    ['.bashrc', 'shell'],
    ['.gitignore', null],
    ['README.md', 'markdown'],
    ['LICENSE', null],
    ['a.b/c', null],
    ['constructor', null],
    ['a.constructor', null],
    ['trailing.', null],
    ['', null],
    // As git quotes names.
    ['"odd/tab\\there.ts"', 'typescript'],
    ['"a/\\303\\274/Dockerfile"', 'dockerfile'],
    ['"', null],
    ['"a.ts', 'typescript'],
  ])('%s is %s', (path, language) => expect(languageOf(path)).toBe(language));
});

describe('parts of a path', () => {
  it('tells the file name and what stands after its last dot', () => {
    expect([fileNameOf('a/b.c/d.E.Fg'), fileNameOf('a')]).toEqual(['d.E.Fg', 'a']);
    expect([extensionOf('a/b.c/d.E.Fg'), extensionOf('a.b/c'), extensionOf('.x')]).toEqual(['fg', '', 'x']);
  });
});
