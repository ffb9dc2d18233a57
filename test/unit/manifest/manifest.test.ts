import { describe, expect, it } from 'vitest';
import {
  holdsTheSame,
  type ManifestEntry,
  manifestLine,
  oidOfLine,
  parseManifestLine,
  parseTreeLine,
  pathOfLine,
  type TreeEntry,
  treeLine,
} from '../../../core/manifest/manifest.ts';
import { indexedEntry, oidOf } from '../../support/manifest-entries.ts';

const file = (path: string, n = 1): TreeEntry => ({ path, mode: '100644', oid: oidOf(n), size: null });

describe('a manifest line', () => {
  it('comes back as it was written', () => {
    const failed: ManifestEntry = {
      ...indexedEntry('a b/ü.ts'),
      outcome: 'failed',
      reason: 'Error: no room',
      chunks: 0,
    };
    expect(parseManifestLine(manifestLine(failed))).toEqual(failed);
  });

  it('keeps a cause with tabs and newlines on its line', () => {
    const line = manifestLine({ ...indexedEntry('a'), outcome: 'failed', reason: 'one\ttwo\nthree' });
    expect(parseManifestLine(line).reason).toBe('one two three');
  });

  it('is refused when it is cut short', () => {
    expect(() => parseManifestLine(`${oidOf(1)}\t100644`)).toThrow('not a manifest line');
  });
});

describe('a tree line', () => {
  it.each([null, 0, 12])('comes back as it was written, size %s', (size) => {
    const listed = { ...file('x/y'), size };
    expect(parseTreeLine(treeLine(listed))).toEqual(listed);
  });

  it('is refused when it is cut short', () => {
    expect(() => parseTreeLine(oidOf(1))).toThrow('not a tree line');
  });
});

describe('a line', () => {
  const line = manifestLine(indexedEntry('dir/a b.ts', 7));

  it('names its blob and its path without being parsed', () => {
    expect([oidOfLine(line), pathOfLine(line)]).toEqual([oidOf(7), 'dir/a b.ts']);
    const tree = treeLine(file('x/y', 8));
    expect([oidOfLine(tree), pathOfLine(tree)]).toEqual([oidOf(8), 'x/y']);
  });

  it.each<[string, TreeEntry, boolean]>([
    ['the same blob and mode', file('dir/a b.ts', 7), true],
    ['another blob', file('dir/a b.ts', 6), false],
    ['another mode', { ...file('dir/a b.ts', 7), mode: '100755' }, false],
  ])('tells whether a tree holds %s', (_, listed, same) => {
    expect(holdsTheSame(line, treeLine(listed))).toBe(same);
  });
});
