import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blobSet } from '../../../core/manifest/pages/manifest-sets.ts';
import { pageName, pageText } from '../../../core/manifest/pages/page-text.ts';
import { openSnapshots } from '../../../core/sync/read-snapshot.ts';
import { indexedBlobs } from '../../../core/sync/rules/indexed-blobs.ts';
import { precisionOf, readVector, vectorText } from '../../../core/sync/rules/vector-text.ts';

const recipe = { embedder_id: 'hash', dimensions: 2, chunker_version: 'c1', row_version: 2 };
const oid = (n: number) => n.toString(16).padStart(40, '0');
const lines = [
  `${oid(1)}\t2\t10\t\ta.ts`,
  `${oid(1)}\t2\t10\t\tb.ts`,
  `${oid(2)}\t0\t3\tbinary\tc.bin`,
  `${oid(3)}\t1\t5\t\td.ts`,
];
const name = await pageName(pageText(lines));
const row = (ordinal: number) => ({
  ordinal,
  start_line: 1,
  end_line: 2,
  languages: ['typescript'],
  text: `row ${ordinal}`,
  vector: vectorText(Float32Array.of(0.5, ordinal), 'half'),
});
const first = {
  page: name,
  lines,
  precision: 'half',
  next: '0.1',
  blobs: [{ blob: oid(1), text: 'one', rows: [row(0)] }],
};
const second = {
  page: name,
  lines: [],
  precision: 'half',
  next: null,
  blobs: [
    { blob: oid(1), text: null, rows: [row(1)] },
    { blob: oid(3), text: 'three', rows: [row(0)] },
  ],
};
const listed = {
  form: 1,
  repository_id: 'repo-1',
  branch: 'main',
  default_branch: 'main',
  commit: oid(9),
  indexed_at: '2026-01-01T00:00:00Z',
  recipe,
  files: 3,
  chunks: 3,
  bytes: 20,
  rules: 'r',
  attributes: [],
  file_pages: [],
  blob_pages: [{ page: name, lines: 4 }],
};

/** A service that answers these, by what is asked for. */
const readerOf = (answers: Record<string, unknown>) =>
  openSnapshots(
    { get: async (_, path) => answers[path.replace(/^.*snapshot/, '').replace('branch=main', '')] ?? null },
    { url: 'https://other.example/api/repositories/repo-1' },
    recipe,
    new AbortController().signal,
  );
const pages = (one: unknown, two: unknown = second) => readerOf({ [`/${name}?`]: one, [`/${name}?&from=0.1`]: two });

describe('a page of another service', () => {
  it('is put together from its answers, a blob at two paths once', async () => {
    const read = await pages(first).blobs('main', name);
    expect(read?.map(({ oid, text, size, rows }) => [oid, text, size, rows.map(({ text }) => text)])).toEqual([
      [oid(1), 'one', 10, ['row 0', 'row 1']],
      [oid(3), 'three', 5, ['row 0']],
    ]);
    expect(read?.[0]?.rows[1]?.vector).toEqual(Float32Array.of(0.5, 1));
    expect(indexedBlobs(lines).map(({ line }) => line)).toEqual([0, 3]);
    expect(blobSet.keyOf(lines[1] ?? '')).toContain('b.ts');
  });
  it('is null where the branch has left it, at its first answer or a later one', async () => {
    expect(await readerOf({}).blobs('main', name)).toBeNull();
    expect(await readerOf({}).lines('main', name)).toBeNull();
    expect(await readerOf({ [`/${name}?`]: first }).blobs('main', name)).toBeNull();
  });

  const [held] = second.blobs.slice(1);
  it.each<[string, unknown, unknown, RegExp]>([
    [
      'other lines than its name says',
      { ...first, lines: [...lines, `${oid(4)}\t1\t5\t\te.ts`] },
      second,
      /something else/,
    ],
    ['a row too few', first, { ...second, blobs: [held] }, /lacks rows/],
    [
      'a row twice',
      first,
      { ...second, blobs: [...second.blobs, { blob: oid(1), text: null, rows: [row(1)] }] },
      /sends more/,
    ],
    ['a blob that it does not list', first, { ...second, blobs: [{ blob: oid(7), text: '', rows: [] }] }, /sends more/],
    ['rows in another order', { ...first, blobs: [{ blob: oid(1), text: 'one', rows: [row(1)] }] }, second, /lacks/],
    ['no text', { ...first, blobs: [{ blob: oid(1), text: null, rows: [row(0)] }] }, second, /lacks the text|lacks/],
    ['a vector of another length', { ...first, precision: 'single' }, second, /vector/],
    [
      'a vector that is none',
      { ...first, blobs: [{ blob: oid(1), text: 'one', rows: [{ ...row(0), vector: '*' }] }] },
      second,
      /vector/,
    ],
    ['no end', first, { ...second, next: '0.1' }, /does not end/],
    ['an answer without a row', { ...first, blobs: [] }, second, /does not end/],
    ['another schema', { ...first, blobs: 'none' }, second, /no snapshot \(blobs/],
  ])('is refused with %s', async (_, one, two, message) => {
    await expect(pages(one, two).blobs('main', name)).rejects.toThrow(message);
    await expect(pages(one, two).blobs('main', name)).rejects.toMatchObject({ name: 'SourceUnusableError' });
  });
});

describe('a line of another service', () => {
  const file = [oid(1), '100644', '10', 'indexed', '', '2', 'a.ts'];
  const blob = [oid(1), '2', '10', '', 'a.ts'];
  const sent = async (fields: readonly string[]) => {
    const line = fields.join('\t');
    const page = await pageName(pageText([line]));
    const answer = { ...second, page, lines: [line], blobs: [{ blob: oid(1), text: 'one', rows: [row(0), row(1)] }] };
    return { page, reader: readerOf({ [`/${page}?`]: answer }) };
  };

  it.each([
    [file],
    [file.with(3, 'skipped').with(4, 'binary').with(5, '0')],
    [file.with(3, 'failed').with(4, 'the service was away')],
  ])('is taken where a sync could have written it: %j', async (fields) => {
    const { page, reader } = await sent(fields);
    expect(await reader.lines('main', page)).toEqual([fields.join('\t')]);
  });
  it.each([
    ['no object id', file.with(0, "' OR true")],
    ['no mode', file.with(1, 'x')],
    ['a size that is no number', file.with(2, '-1')],
    ['chunks that are no number', file.with(5, '1e9')],
    ['a number in another form', file.with(5, '02')],
    ['more chunks than a file has', file.with(5, '2623')],
    ['a size of no file in the index', file.with(2, '1048577')],
    ['no path', file.with(6, '')],
    ['a field too few', file.slice(0, 6)],
    ['a field more', [...file, 'b.ts']],
    ['an outcome of a running job', file.with(3, 'pending')],
    ['an unknown outcome', file.with(3, '__proto__')],
    ['an unknown reason', file.with(3, 'skipped').with(4, '__proto__')],
    ['a reason beside the index', file.with(4, 'binary')],
  ])('of a file is refused with %s', async (_, fields) => {
    const { page, reader } = await sent(fields);
    await expect(reader.lines('main', page)).rejects.toThrow(/has a line that no sync writes/);
  });
  it.each([
    ['no object id', blob.with(0, '..')],
    ['chunks that are no number', blob.with(1, 'x')],
    ['a size that is no number', blob.with(2, '')],
    ['more chunks than a file has', blob.with(1, '2623')],
    ['a size of no file in the index', blob.with(2, '1048577')],
    ['an unknown reason', blob.with(3, 'constructor')],
    ['no path', blob.with(4, '')],
    ['a field too few', blob.slice(0, 4)],
  ])('of a blob is refused with %s', async (_, fields) => {
    const { page, reader } = await sent(fields);
    await expect(reader.blobs('main', page)).rejects.toThrow(/has a line that no sync writes/);
  });
  it('of a blob is taken where a sync could have written it', async () => {
    const { page, reader } = await sent(blob);
    expect((await reader.blobs('main', page))?.map(({ oid }) => oid)).toEqual([oid(1)]);
  });
});

describe('a snapshot of another service', () => {
  it('is refused where its rules are no fingerprint', async () => {
    const answer = readerOf({ '': { ...listed, rules: 'x'.repeat(65) } }).open(undefined);
    await expect(answer).rejects.toThrow(/its answer is no snapshot/);
  });
  it('is refused where it is of another branch than was asked for', async () => {
    const answer = readerOf({ '?': { ...listed, branch: 'other' } }).open('main' as never);
    await expect(answer).rejects.toThrow('asked for main, and answers with other');
  });
  it('is opened when it was made as this service makes its own', async () => {
    expect(await readerOf({ '?': listed }).open('main' as never)).toEqual(listed);
    expect(await readerOf({ '': listed }).open(undefined)).toEqual(listed);
  });
  it.each([
    ['embedder_id', { embedder_id: 'another' }],
    ['dimensions', { dimensions: 3 }],
    ['chunker_version', { chunker_version: 'c2' }],
    ['row_version', { row_version: 1 }],
  ])('is refused with another %s, and says which run', async (_, other) => {
    const snapshot = { ...listed, recipe: { ...recipe, ...other } };
    await expect(readerOf({ '': snapshot }).open(undefined)).rejects.toThrow(
      /was made with .* and here hash \(2 dimensions\), c1 and rows 2 run/,
    );
  });
  it('is refused in another form, whatever else it has, and where it is none', async () => {
    await expect(readerOf({ '': { form: 2 } }).open(undefined)).rejects.toThrow('have the form 2');
    await expect(readerOf({ '': { form: 1 } }).open(undefined)).rejects.toThrow('no snapshot');
    await expect(readerOf({ '': 'hello' }).open(undefined)).rejects.toThrow('no snapshot');
    await expect(readerOf({}).open(undefined)).rejects.toMatchObject({ name: 'BranchNotFoundError' });
  });
});

describe('a vector as text', () => {
  it('loses nothing, in either precision', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 600 }),
        (numbers) => {
          const halves = Float32Array.from(numbers, Math.f16round).map((number) =>
            Number.isFinite(number) ? number : 0,
          );
          for (const vector of [Float32Array.from(numbers), halves]) {
            const precision = precisionOf([vector]);
            expect(readVector(vectorText(vector, precision), precision, vector.length)).toEqual(vector);
          }
          expect(precisionOf([halves])).toBe('half');
        },
      ),
    );
  });
  it('is of the length that is asked for, and finite', () => {
    const vector = Float32Array.of(1, Number.POSITIVE_INFINITY);
    expect(readVector(vectorText(vector, 'half'), 'half', 2)).toBeNull();
    expect(readVector(vectorText(vector.slice(0, 1), 'half'), 'half', 2)).toBeNull();
    expect(readVector('', 'half', 2)).toBeNull();
  });
});
