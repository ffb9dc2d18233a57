import { describe, expect, it } from 'vitest';
import type { ManifestEntry, TreeEntry } from '../../../core/manifest/manifest.ts';
import { blobLine, parseBlobLine } from '../../../core/manifest/pages/manifest-sets.ts';
import {
  countRenames,
  type DiffRules,
  decide,
  type KnownBlob,
  knownFrom,
  skipByMode,
} from '../../../core/sync/rules/file-changes.ts';

const committed = (more: Partial<ManifestEntry> = {}): ManifestEntry => ({
  path: 'a.ts',
  mode: '100644',
  oid: 'o1',
  size: 10,
  outcome: 'indexed',
  reason: '',
  chunks: 2,
  ...more,
});
const listed = (more: Partial<TreeEntry> = {}): TreeEntry => ({
  path: 'a.ts',
  mode: '100644',
  oid: 'o1',
  size: null,
  ...more,
});
const rules = (more: Partial<DiffRules> = {}): DiffRules => ({
  skipByPath: () => null,
  encodingOf: () => null,
  known: () => undefined,
  retryFailed: false,
  ...more,
});
const known: KnownBlob = { size: 7, outcome: 'indexed', reason: '', chunks: 3, languages: new Set(['typescript']) };

describe('deciding a path', () => {
  it('reads the content of a new file', () => {
    const change = decide({ before: null, after: listed() }, rules());
    expect(change).toMatchObject({ kind: 'added', entry: { outcome: 'pending' } });
  });

  it('reads the content of a modified file', () => {
    const change = decide({ before: committed(), after: listed({ oid: 'o2' }) }, rules());
    expect(change).toMatchObject({ kind: 'modified', entry: { outcome: 'pending', oid: 'o2' } });
  });

  it('leaves an unchanged file alone', () => {
    const change = decide({ before: committed(), after: listed() }, rules());
    expect(change).toEqual({ kind: 'unchanged', entry: committed(), before: committed() });
  });

  it('tells a deleted file', () => {
    expect(decide({ before: committed(), after: null }, rules())).toMatchObject({ kind: 'deleted', entry: null });
  });

  it('reads nothing for content that the generation holds', () => {
    const change = decide({ before: null, after: listed() }, rules({ known: () => known }));
    expect(change).toMatchObject({ kind: 'added', entry: { outcome: 'indexed', chunks: 3, size: 7 } });
  });

  it('reads content that the generation holds again where its rows may not name the path’s language', () => {
    const renamed = decide({ before: null, after: listed({ path: 'a.js' }) }, rules({ known: () => known }));
    expect(renamed).toMatchObject({ kind: 'added', entry: { outcome: 'pending' } });
    const nameless = decide({ before: null, after: listed({ path: 'a.unheard' }) }, rules({ known: () => known }));
    expect(nameless).toMatchObject({ entry: { outcome: 'indexed', chunks: 3 } });
  });

  it('counts a mode change as a modification that costs nothing', () => {
    const change = decide({ before: committed(), after: listed({ mode: '100755' }) }, rules());
    expect(change).toMatchObject({ kind: 'modified', entry: { outcome: 'indexed', mode: '100755' } });
  });

  it('takes out what a rule ignores now', () => {
    const change = decide({ before: committed(), after: listed() }, rules({ skipByPath: () => 'ignored' }));
    expect(change).toMatchObject({ kind: 'modified', entry: { outcome: 'skipped', reason: 'ignored', chunks: 0 } });
  });

  it('reads what a rule does not ignore any more', () => {
    const ignored = committed({ outcome: 'skipped', reason: 'ignored', chunks: 0 });
    const change = decide({ before: ignored, after: listed() }, rules());
    expect(change).toMatchObject({ kind: 'modified', entry: { outcome: 'pending' } });
  });

  it('does not read again what its content left out', () => {
    const generated = committed({ outcome: 'skipped', reason: 'generated', chunks: 0 });
    expect(decide({ before: generated, after: listed() }, rules()).kind).toBe('unchanged');
  });

  it.each([
    [false, 'unchanged', 'failed'],
    [true, 'modified', 'pending'],
  ] as const)('with retryFailed %s a failed file is %s', (retryFailed, kind, outcome) => {
    const failed = committed({ outcome: 'failed', reason: 'Error: x', chunks: 0 });
    expect(decide({ before: failed, after: listed() }, rules({ retryFailed }))).toMatchObject({
      kind,
      entry: { outcome },
    });
  });

  it.each([
    ['120000', 'symlink'],
    ['160000', 'submodule'],
  ])('skips mode %s as %s before any rule', (mode, reason) => {
    const change = decide({ before: null, after: listed({ mode, size: 4 }) }, rules({ skipByPath: () => 'ignored' }));
    expect(change.entry).toMatchObject({ outcome: 'skipped', reason, size: 4 });
    expect(skipByMode('100755')).toBeNull();
  });
});

describe('what a manifest teaches about a blob', () => {
  /** As a job reads it in the set of blobs. */
  const knownOf = (entry: ManifestEntry): KnownBlob | null => {
    const line = blobLine(entry);
    return line === null ? null : knownFrom(parseBlobLine(line));
  };

  it('is how it was indexed', () => {
    expect(knownOf(committed())).toEqual({
      size: 10,
      outcome: 'indexed',
      reason: '',
      chunks: 2,
      languages: new Set(['typescript']),
    });
  });

  it('is that it is binary, wherever it stands', () => {
    const entry = committed({ outcome: 'skipped', reason: 'binary', chunks: 0 });
    expect(knownOf(entry)).toMatchObject({ outcome: 'skipped', reason: 'binary' });
  });

  it.each(['ignored', 'minified', 'generated', 'lockfile'])('is nothing where the path had a say: %s', (reason) => {
    expect(knownOf(committed({ outcome: 'skipped', reason }))).toBeNull();
  });

  it('is nothing for a failure', () => {
    expect(knownOf(committed({ outcome: 'failed', reason: 'x' }))).toBeNull();
  });
});

describe('renames', () => {
  it('are pairs of a deleted and an added path with one content', () => {
    const deleted = new Map([
      ['o1', 2],
      ['o2', 1],
      ['o3', 1],
    ]);
    const added = new Map([
      ['o1', 1],
      ['o2', 5],
    ]);
    expect(countRenames(deleted, added)).toBe(2);
  });
});
