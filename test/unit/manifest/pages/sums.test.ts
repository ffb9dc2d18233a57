import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type ManifestEntry, manifestLine } from '../../../../core/manifest/manifest.ts';
import { blobLine, blobSet, pathSet } from '../../../../core/manifest/pages/manifest-sets.ts';
import { oidOf } from '../../../support/manifest-entries.ts';

const entries = fc.record({
  path: fc.constantFrom('a', 'src/b c.ts', '"src/quoted\\t.ts"'),
  mode: fc.constantFrom('100644', '100755', '120000'),
  oid: fc.nat({ max: 1000 }).map(oidOf),
  size: fc.nat({ max: 2 ** 40 }),
  outcome: fc.constantFrom('indexed' as const, 'skipped' as const, 'failed' as const),
  reason: fc.constantFrom('', 'binary', 'indexed', 'it broke off'),
  chunks: fc.nat({ max: 3000 }),
});

it('sums up what is in the index, of the lines of either set', () => {
  fc.assert(
    fc.property(entries, (entry: ManifestEntry) => {
      const { size, chunks } = entry;
      const isIndexed = entry.outcome === 'indexed';
      const sums = isIndexed ? { files: 1, chunks, bytes: size } : null;
      expect(pathSet.sumsOf(manifestLine(entry))).toEqual(sums);
      const line = blobLine(entry);
      if (line !== null) expect(blobSet.sumsOf(line)).toEqual(sums);
    }),
  );
});

it('comes to an end where a line is cut off', () => {
  const line = manifestLine({
    path: 'a',
    mode: '100644',
    oid: oidOf(1),
    size: 12,
    outcome: 'indexed',
    reason: '',
    chunks: 3,
  });
  for (let length = 0; length < line.length; length++) {
    pathSet.sumsOf(line.slice(0, length));
    blobSet.sumsOf(line.slice(0, length));
  }
});
