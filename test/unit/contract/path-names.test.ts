import { describe, expect, it } from 'vitest';
import { SearchQuery } from '../../../core/contract/api.ts';
import { FileParams, ListFilesQuery } from '../../../core/contract/files.ts';
import { GrepQuery } from '../../../core/contract/grep.ts';
import { SymbolsQuery } from '../../../core/contract/symbols.ts';

describe('names and patterns that begin at the top of the tree', () => {
  it.each([
    ['./src/a.ts', 'src/a.ts'],
    ['.//././src/a.ts', 'src/a.ts'],
    ['.env', '.env'],
    ['../x', '../x'],
    ['src/./a.ts', 'src/./a.ts'],
    ['.github/a.yml', '.github/a.yml'],
  ])('the file %s is %s', (typed, name) => {
    expect(FileParams.parse({ repo_id: 'demo', file_path: typed }).file_path).toBe(name);
    expect(ListFilesQuery.parse({ path: typed }).path).toBe(name);
  });

  it('the top itself is a directory and no file', () => {
    expect(ListFilesQuery.parse({ path: '.' }).path).toBe('');
    expect(ListFilesQuery.parse({ path: './' }).path).toBe('');
    for (const file_path of ['.', './', ''])
      expect(FileParams.safeParse({ repo_id: 'demo', file_path }).error?.issues[0]?.path).toEqual(['file_path']);
  });

  it.each([
    ['./src', '/src'],
    ['././src/**/*.ts', '/src/**/*.ts'],
    ['src', 'src'],
    ['.*', '.*'],
    ['.env', '.env'],
    ['./', './'],
    ['!./a', '!./a'],
  ])('the pattern %s is %s', (typed, pattern) => {
    expect(SearchQuery.parse({ q: 'a', path: typed }).path).toBe(pattern);
    expect(GrepQuery.parse({ pattern: 'a', path: typed }).path).toBe(pattern);
    expect(SymbolsQuery.parse({ name: 'a', path: typed }).path).toBe(pattern);
    expect(ListFilesQuery.parse({ glob: typed }).glob).toBe(pattern);
  });
});
