import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  draftLine,
  joinByPath,
  type ManifestEntry,
  manifestLine,
  type Pair,
  parseDraftLine,
  parseManifestLine,
  parseTreeLine,
  type TreeEntry,
  treeLine,
} from '../../core/domain/manifest.ts';

const oid = (n: number): string => n.toString(16).padStart(40, '0');
const entry = (path: string, n = 1): ManifestEntry => ({
  path,
  mode: '100644',
  oid: oid(n),
  size: 3,
  outcome: 'indexed',
  reason: '',
  chunks: 1,
});
const file = (path: string, n = 1): TreeEntry => ({ path, mode: '100644', oid: oid(n), size: null });

const join = async (before: ManifestEntry[], after: TreeEntry[]): Promise<Pair[]> => {
  const pairs: Pair[] = [];
  for await (const pair of joinByPath(before, after)) pairs.push(pair);
  return pairs;
};

describe('a manifest line', () => {
  it('comes back as it was written', () => {
    const failed: ManifestEntry = { ...entry('a b/ü.ts'), outcome: 'failed', reason: 'Error: no room', chunks: 0 };
    expect(parseManifestLine(manifestLine(failed))).toEqual(failed);
  });

  it('keeps a cause with tabs and newlines on its line', () => {
    const line = manifestLine({ ...entry('a'), outcome: 'failed', reason: 'one\ttwo\nthree' });
    expect(parseManifestLine(line).reason).toBe('one two three');
  });

  it('is refused when it is cut short', () => {
    expect(() => parseManifestLine(`${oid(1)}\t100644`)).toThrow('not a manifest line');
  });
});

describe('a tree line', () => {
  it.each([null, 0, 12])('comes back as it was written, size %s', (size) => {
    const listed = { ...file('x/y'), size };
    expect(parseTreeLine(treeLine(listed))).toEqual(listed);
  });

  it('is refused when it is cut short', () => {
    expect(() => parseTreeLine(oid(1))).toThrow('not a tree line');
  });
});

describe('joining a manifest with a tree', () => {
  it('pairs equal paths and leaves the others alone', async () => {
    const pairs = await join([entry('a'), entry('c')], [file('b'), file('c')]);
    expect(pairs.map(({ before, after }) => [before?.path ?? null, after?.path ?? null])).toEqual([
      ['a', null],
      [null, 'b'],
      ['c', 'c'],
    ]);
  });

  it('takes a stream as well as a list', async () => {
    async function* stream() {
      yield file('a');
    }
    const pairs: Pair[] = [];
    for await (const pair of joinByPath([], stream())) pairs.push(pair);
    expect(pairs).toHaveLength(1);
  });

  it('meets every path exactly once', async () => {
    const paths = fc.uniqueArray(fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 3 }));
    await fc.assert(
      fc.asyncProperty(paths, paths, async (old, now) => {
        const bytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
        const clean = (list: string[]) => list.filter((path) => !path.startsWith('"')).sort(bytes);
        const pairs = await join(
          clean(old).map((path) => entry(path)),
          clean(now).map((path) => file(path)),
        );
        expect(pairs.map((pair) => (pair.before ?? pair.after)?.path)).toEqual(clean([...new Set([...old, ...now])]));
      }),
    );
  });
});

describe('a draft’s line', () => {
  it('tells whether the job changed the path, whatever the path is', () => {
    for (const path of ['a.ts', '+', '+a', 'a+'])
      for (const changed of [true, false]) {
        const entry = {
          oid: 'a'.repeat(40),
          mode: '100644',
          size: 3,
          outcome: 'skipped',
          reason: 'binary',
          chunks: 0,
          path,
        } as const;
        expect(parseDraftLine(draftLine(entry, changed))).toEqual({ entry, changed });
      }
  });
});
