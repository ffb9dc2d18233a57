import { describe, expect, it } from 'vitest';
import { isProse, isSecondary, pathLift } from '../../../core/search/rules/path-worth.ts';

describe('isSecondary', () => {
  it.each([
    'test/a.ts',
    'src/__tests__/a.js',
    'a/fixtures/b.json',
    'vendor/x/y.go',
    'third_party/a.c',
    'src/a.test.ts',
    'a.spec.tsx',
    'pkg/a_test.go',
    'tests/test_a.py',
    'test_a.py',
    'conftest.py',
    'src/UserServiceTest.java',
    'ParserTests.cs',
    'node_modules/a/b.js',
  ])('%s is', (path) => expect(isSecondary(path)).toBe(true));

  it.each([
    'src/a.ts',
    'src/contest.py',
    'latest/a.ts',
    'src/test.ts',
    'src/attest.go',
    'inspect/specification.md',
    'Test.java',
  ])('%s is not', (path) => expect(isSecondary(path)).toBe(false));
});

describe('isProse', () => {
  it.each(['README.md', 'a/b.yaml', 'package-lock.json', 'docs/x.rst'])('%s is', (path) =>
    expect(isProse(path)).toBe(true),
  );
  it.each(['a.ts', 'md', 'yaml.go', 'a.jsonnet'])('%s is not', (path) => expect(isProse(path)).toBe(false));
});

describe('pathLift', () => {
  const lift = (path: string, ...asked: string[]): number => pathLift(path, new Set(asked));
  it('is more for the name than for a folder, and more the more of the query the path has', () => {
    expect(lift('lock.ts', 'lock')).toBeGreaterThan(lift('lock/a.ts', 'lock'));
    expect(lift('lock/a.ts', 'lock')).toBeGreaterThan(0);
    expect(lift('lock/store.ts', 'lock', 'store')).toBeGreaterThan(lift('lock.ts', 'lock', 'store'));
    expect(lift('a.ts', 'lock')).toBe(0);
  });
  it('knows a word by its stem and by its beginning', () => {
    expect(lift('parsers.ts', 'parser')).toBeGreaterThan(lift('config.ts', 'parser'));
    expect(lift('config.ts', 'configur')).toBeGreaterThan(0);
    expect(lift('ab.ts', 'abc')).toBe(0);
  });
});
