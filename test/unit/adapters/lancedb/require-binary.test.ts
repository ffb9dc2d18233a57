import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compiledFor, requireIndexLibrary } from '../../../../adapters/lancedb/require-binary.ts';

describe('the library of the search index', () => {
  it('is made for what its package says', () => {
    const { optionalDependencies } = JSON.parse(readFileSync('node_modules/@lancedb/lancedb/package.json', 'utf8'));
    const packages = Object.keys(optionalDependencies).filter((name) => name.startsWith('@lancedb/'));
    expect(packages.sort()).toEqual(compiledFor.map((target) => `@lancedb/lancedb-${target}`));
  });

  it('is there where the tests run', () => {
    expect(() => requireIndexLibrary()).not.toThrow();
  });

  it.each([
    ['darwin', 'x64'],
    ['freebsd', 'arm64'],
    ['linux', 'riscv64'],
  ])('is not made for %s on %s: it says what there is', (platform, arch) => {
    expect(() => requireIndexLibrary({ platform, arch })).toThrow(
      `no library for ${platform} on ${arch}: run the service on Linux (x64 or arm64) or on macOS with Apple silicon`,
    );
  });

  it('is made for macOS on Apple silicon: where it was not installed, it says how', () => {
    // What npm ci leaves on this machine.
    expect(() => requireIndexLibrary({ platform: 'darwin', arch: 'arm64' })).toThrow(
      'run npm ci without --omit=optional, from a registry that has @lancedb/lancedb-darwin-arm64',
    );
  });
});
