import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerJsonError } from '../../../support/aws-http-stub.ts';
import { oidOf } from '../../../support/manifest-entries.ts';
import { east, generation, openVectorIndex, row, type VectorIndex } from './vector-index.ts';

let s3: VectorIndex['s3'];
let index: VectorIndex['index'];
let settled: VectorIndex['settled'];
let paths: VectorIndex['paths'];
beforeEach(async () => {
  ({ s3, index, settled, paths } = await openVectorIndex());
});
afterEach(() => s3[Symbol.asyncDispose]());

describe('a query', () => {
  it('without words answers by vector, nearest first', async () => {
    await index.put(generation, [row(1, 0, 2), row(2, 0, 0.1), row(3, 1, 1)]);
    const hits = await index.query(generation, { vector: east, words: ' ', limit: 2 });
    expect(hits.map(({ blob }) => blob)).toEqual([oidOf(2), oidOf(3)]);
    expect(hits[1]).toEqual({
      blob: oidOf(3),
      ordinal: 1,
      startLine: 11,
      endLine: 20,
      text: 'text 3',
      score: expect.closeTo(((hits[0]?.score ?? 0) * Math.cos(1)) / Math.cos(0.1), 5),
    });
  });

  it('with words finds what holds them, however far by its vector, and gets what vectors did not bring', async () => {
    const words = await settled([
      row(1, 0, 0, 'nothing of the kind'),
      row(2, 0, 0.1, 'nor here'),
      row(3, 0, 1.5, 'function parseConfig() {}'),
    ]);
    s3.http.requests.length = 0;
    const query = { vector: east, words: 'parse_config', limit: 2 };
    const hits = await index.query({ ...generation, words }, query);
    expect(hits.map(({ blob }) => blob)).toEqual([oidOf(3), oidOf(1)]);
    expect(hits[0]).toMatchObject({ startLine: 1, endLine: 10, text: 'function parseConfig() {}' });
    expect(paths()).toEqual(['QueryVectors', 'GetVectors']);
    expect((await index.query(generation, query)).map(({ blob }) => blob)).toEqual([oidOf(1), oidOf(2)]);
  });

  it('passes over rows that words still name and that are swept, and fills their places', async () => {
    const words = await settled(Array.from({ length: 9 }, (_, i) => row(i, 0, i / 10, `shared ${'x '.repeat(i)}`)));
    await index.delete(
      generation,
      [0, 1, 2, 3].map((n) => ({ oid: oidOf(n), chunks: 1 })),
    );
    const hits = await index.query({ ...generation, words }, { vector: east, words: 'shared', limit: 3 });
    expect(hits.map(({ blob }) => blob)).toEqual([oidOf(4), oidOf(5), oidOf(6)]);
  });

  it('with words moves what holds them up', async () => {
    const words = await settled([
      row(1, 0, 0, 'nothing of the kind'),
      row(2, 0, 0.1, 'nor here'),
      row(3, 0, 0.2, 'function parseConfig() {}'),
    ]);
    const hits = await index.query({ ...generation, words }, { vector: east, words: 'parse_config', limit: 10 });
    expect(hits.map(({ blob }) => blob)).toEqual([oidOf(3), oidOf(1), oidOf(2)]);
    expect(hits.map(({ score }) => score)).toEqual([...hits.map(({ score }) => score)].sort((a, b) => b - a));
  });

  it('asks for pages of 100 until it has what was asked for, or there is no more', async () => {
    await index.put(
      generation,
      Array.from({ length: 350 }, (_, i) => row(i, 0, i / 1000)),
    );
    for (const [limit, hits, pages] of [
      [1, 1, 1],
      [100, 100, 1],
      [250, 250, 3],
      [1_000, 350, 4],
      [20_000, 350, 4],
    ] as const) {
      s3.http.requests.length = 0;
      const found = await index.query(generation, { vector: east, words: '', limit });
      expect(found.map(({ blob }) => blob)).toEqual(Array.from({ length: hits }, (_, i) => oidOf(i)));
      expect(paths()).toEqual(Array.from({ length: pages }, () => 'QueryVectors'));
    }
  });

  it('for a language and many blobs keeps each filter small', async () => {
    const rows = Array.from({ length: 300 }, (_, i) => ({
      ...row(i, 0, i / 100),
      languages: i % 3 === 0 ? ['protocol buffer', 'text'] : ['text'],
    }));
    await index.put(generation, rows);
    const blobs = rows.map(({ blob }) => blob).filter((_, i) => i < 150);
    const hits = await index.query(generation, {
      vector: east,
      words: '',
      limit: 99,
      blobs,
      language: 'protocol buffer',
    });
    expect(hits.map(({ blob }) => blob)).toEqual(blobs.filter((_, i) => i % 3 === 0));
  });

  it('reads rows that were put before rows named languages', async () => {
    await index.put(generation, [row(1)]);
    const { metadata } = s3.indexes.get('repo-1.g1')?.vectors.get(`${oidOf(1)}#0`) ?? {};
    expect(metadata).not.toHaveProperty('languages');
    expect(await index.get(generation, [{ oid: oidOf(1), chunks: 1 }])).toEqual([row(1)]);
  });

  it.each([40, 64])('for blobs answers with rows of them only, however many (oids of %d digits)', async (digits) => {
    const blobs = Array.from({ length: 300 }, (_, i) => i.toString(16).padStart(digits, '0'));
    await index.put(
      generation,
      blobs.map((blob, i) => ({ ...row(0, 0, i / 100), blob })),
    );
    const wanted = blobs.filter((_, i) => i % 2 === 1);
    const hits = await index.query(generation, { vector: east, words: '', limit: 1000, blobs: wanted });
    expect(hits.map(({ blob }) => blob)).toEqual(wanted);
  });

  it('for no blobs answers with nothing, and asks nothing', async () => {
    expect(await index.query(generation, { vector: east, words: 'x', limit: 10, blobs: [] })).toEqual([]);
    expect(paths()).toEqual([]);
  });

  it('fails where S3 Vectors fails', async () => {
    s3.intercept = (_, response) => {
      answerJsonError(response, 403, 'AccessDeniedException');
      return true;
    };
    const query = index.query(generation, { vector: east, words: '', limit: 1 });
    await expect(query).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});
