import { DeleteIndexCommand } from '@aws-sdk/client-s3vectors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { maxTextBytes } from '../../../../adapters/s3-vectors/rows.ts';
import { createS3VectorsSearchIndex } from '../../../../adapters/s3-vectors/search-index.ts';
import { GenerationNotFoundError } from '../../../../core/domain/errors.ts';
import type { Generation, IndexRow, SearchIndex, Settlement } from '../../../../core/ports/search-index.ts';
import { MemoryObjectStore } from '../../../faults/memory/memory-objects.ts';
import { answerJsonError } from '../../../support/aws-http-stub.ts';
import { openS3VectorsStub, type S3VectorsStub } from '../../../support/aws-s3-vectors-stub.ts';
import { oidOf } from '../../../support/manifest-entries.ts';

let s3: S3VectorsStub;
let index: SearchIndex;
beforeEach(async () => {
  s3 = await openS3VectorsStub();
  index = createS3VectorsSearchIndex({ client: s3.client, bucketName: 'vectors', objects: new MemoryObjectStore() });
  await index.create(generation);
  s3.http.requests.length = 0;
});
afterEach(() => s3[Symbol.asyncDispose]());

const generation: Generation = { repositoryId: 'repo-1', number: 1, dimensions: 2, identity: 'sync-1' };
const row = (blob: number, ordinal = 0, angle = 0, text = `text ${blob}`): IndexRow => ({
  blob: oidOf(blob),
  ordinal,
  startLine: ordinal * 10 + 1,
  endLine: ordinal * 10 + 10,
  text,
  languages: [],
  vector: Float32Array.of(Math.cos(angle), Math.sin(angle)),
});
const nothingGone: Settlement = { dropped: async () => 0, unheld: async () => new Set() };
/** Puts rows as a job does, and gives what the generation's words are then. */
const settled = async (rows: readonly IndexRow[]): Promise<string | undefined> => {
  const written = { ...generation, words: '', writer: 'sync-1' };
  await index.put(written, rows);
  return index.settle(written, nothingGone);
};
/** What was asked since the generation was made. */
const paths = () => s3.http.requests.map(({ path }) => path.slice(1));
const east = Float32Array.of(1, 0);

describe('making a generation', () => {
  it('makes an index that says what it is for', async () => {
    await index.drop(generation);
    await index.create(generation);
    expect(paths()).toEqual(['DeleteIndex', 'CreateIndex']);
    expect(s3.indexes.get('repo-1.g1')?.definition).toMatchObject({
      dataType: 'float32',
      dimension: 2,
      distanceMetric: 'cosine',
      metadataConfiguration: {
        nonFilterableMetadataKeys: [
          'text',
          'ordinal',
          'start_line',
          'end_line',
          expect.stringMatching(/^made-by-\w{32}$/),
        ],
      },
    });
  });

  it('leaves the index be that another attempt of the same job has made', async () => {
    await index.put(generation, [row(1)]);
    await index.create(generation);
    expect(s3.indexes.get('repo-1.g1')?.vectors.size).toBe(1);
  });

  it('puts an index in the place of one that another job made, and of one that is gone by then', async () => {
    await index.put(generation, [row(1)]);
    const other = { ...generation, identity: 'sync-2' };
    await index.create(other);
    expect(s3.indexes.get('repo-1.g1')?.vectors.size).toBe(0);
    s3.intercept = ({ path }) => {
      if (path === '/GetIndex') s3.indexes.clear();
      return false;
    };
    await index.create(generation);
    expect([...s3.indexes.keys()]).toEqual(['repo-1.g1']);
  });
});

describe('an index that somebody deletes by hand', () => {
  it('is not answered for as if it were empty, and can be made anew', async () => {
    await index.put(generation, [row(1)]);
    expect(await index.inspect(generation, [oidOf(1)])).toEqual({ kind: 'whole', rows: null });
    await s3.client.send(new DeleteIndexCommand({ vectorBucketName: 'vectors', indexName: 'repo-1.g1' }));
    await expect(index.query(generation, { vector: east, words: '', limit: 1 })).rejects.toThrow(
      GenerationNotFoundError,
    );
    expect(await index.inspect(generation, [oidOf(1)])).toEqual({ kind: 'absent' });
    await index.create(generation);
    expect(await index.inspect(generation, [])).toEqual({ kind: 'whole', rows: null });
    expect(await index.inspect(generation, [oidOf(1)])).toMatchObject({ kind: 'damaged' });
  });

  it('is looked at with two requests, however many vectors it has', async () => {
    await index.put(
      generation,
      Array.from({ length: 600 }, (_, n) => row(n)),
    );
    const before = paths().length;
    await index.inspect(generation, [oidOf(1), oidOf(599)]);
    expect(paths().slice(before)).toEqual(['GetIndex', 'GetVectors']);
  });
});

describe('putting rows', () => {
  it('says of a generation whose index is gone that it is, and makes none', async () => {
    await index.drop(generation);
    await expect(index.put(generation, [row(1)])).rejects.toThrow(GenerationNotFoundError);
    await expect(index.put(generation, [row(1)])).rejects.toThrow('repo-1.g1');
    expect(s3.indexes.size).toBe(0);
  });

  it('fails where S3 Vectors refuses the index or the rows', async () => {
    s3.intercept = ({ path }, response) => {
      if (path !== '/CreateIndex') return false;
      answerJsonError(response, 402, 'ServiceQuotaExceededException');
      return true;
    };
    await expect(index.create({ ...generation, number: 2 })).rejects.toMatchObject({
      name: 'ServiceQuotaExceededException',
    });
    s3.intercept = (_, response) => {
      answerJsonError(response, 429, 'TooManyRequestsException');
      return true;
    };
    await expect(index.put(generation, [row(1)])).rejects.toMatchObject({ name: 'StoreBusyError' });
  });

  it('puts at most 500 in a request', async () => {
    await index.put(generation, [row(0)]);
    s3.http.requests.length = 0;
    await index.put(
      generation,
      Array.from({ length: 1001 }, (_, i) => row(i)),
    );
    expect(paths()).toEqual(['PutVectors', 'PutVectors', 'PutVectors']);
    expect(s3.indexes.get('repo-1.g1')?.vectors.size).toBe(1001);
  });

  it('puts at most 20 MiB in a request', async () => {
    const wide = { ...generation, dimensions: 4096, identity: 'sync-2' };
    await index.create(wide);
    // The longest that a float32 is in JSON.
    const vector = new Float32Array(4096).fill(-1.2345678e-10);
    await index.put(
      wide,
      Array.from({ length: 250 }, (_, i) => ({ ...row(i), vector })),
    );
    expect(s3.indexes.get('repo-1.g1')?.vectors.size).toBe(250);
    expect(paths().filter((path) => path === 'PutVectors')).toHaveLength(2);
  });

  it('replaces a row by the same row', async () => {
    await index.put(generation, [row(1), row(1)]);
    await index.put(generation, [row(1)]);
    expect(s3.indexes.get('repo-1.g1')?.vectors.size).toBe(1);
  });

  it('puts nothing for nothing', async () => {
    await index.put(generation, []);
    expect(paths()).toEqual([]);
  });

  it('cuts a text that metadata cannot hold, at a character', async () => {
    const long = '\u{1f44b}'.repeat(maxTextBytes);
    await index.put(generation, [row(1, 0, 0, long), row(2, 0, 0, 'x'.repeat(maxTextBytes))]);
    const texts = (
      await index.get(
        generation,
        [1, 2].map((blob) => ({ oid: oidOf(blob), chunks: 1 })),
      )
    ).map(({ text }) => text);
    expect(texts).toEqual(['\u{1f44b}'.repeat(maxTextBytes / 4), 'x'.repeat(maxTextBytes)]);
  });

  it('keeps generations and repositories apart, whatever their names', async () => {
    const long = 'r'.repeat(62);
    const generations: Generation[] = [
      generation,
      { ...generation, number: 2 },
      { ...generation, repositoryId: 'repo-1-g1' },
      { ...generation, repositoryId: 'r' },
      { ...generation, repositoryId: `${long}1` },
      { ...generation, repositoryId: `${long}2` },
    ];
    for (const each of generations) {
      await index.create(each);
      await index.put(each, [row(1)]);
    }
    expect(s3.indexes.size).toBe(generations.length);
  });
});

describe('getting and deleting rows', () => {
  it('finds every chunk of the blobs by key', async () => {
    const rows = Array.from({ length: 250 }, (_, ordinal) => row(1, ordinal, ordinal));
    await index.put(generation, [...rows, row(2), row(3)]);
    const found = await index.get(generation, [
      { oid: oidOf(1), chunks: 250 },
      { oid: oidOf(3), chunks: 1 },
      { oid: oidOf(4), chunks: 2 },
    ]);
    expect(found).toHaveLength(251);
    expect(found).toEqual(expect.arrayContaining([...rows, row(3)]));
  });

  it('deletes every chunk of the blobs, and nothing else', async () => {
    const rows = Array.from({ length: 600 }, (_, ordinal) => row(1, ordinal));
    await index.put(generation, [...rows, row(2)]);
    await index.delete(generation, [{ oid: oidOf(1), chunks: 600 }]);
    expect([...(s3.indexes.get('repo-1.g1')?.vectors.keys() ?? [])]).toEqual([`${oidOf(2)}#0`]);
  });

  it('asks nothing for blobs without chunks', async () => {
    expect(await index.get(generation, [{ oid: oidOf(1), chunks: 0 }])).toEqual([]);
    await index.delete(generation, []);
    expect(paths()).toEqual([]);
  });

  it('refuses metadata that is not its own', async () => {
    await index.put(generation, [row(1)]);
    s3.indexes.get('repo-1.g1')?.vectors.set(`${oidOf(1)}#0`, {
      key: `${oidOf(1)}#0`,
      data: { float32: [1, 0] },
      metadata: {},
    });
    await expect(index.get(generation, [{ oid: oidOf(1), chunks: 1 }])).rejects.toThrow();
  });
});

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

describe('an absent generation', () => {
  it('has no rows, answers with nothing, and may be dropped', async () => {
    const blobs = [{ oid: oidOf(1), chunks: 1 }];
    expect(await index.get(generation, blobs)).toEqual([]);
    await index.delete(generation, blobs);
    await index.settle(generation, nothingGone);
    expect(await index.query(generation, { vector: east, words: 'x', limit: 1 })).toEqual([]);
    await index.drop(generation);
    expect(s3.indexes.size).toBe(0);
  });
});

it('dropping removes the one generation', async () => {
  const next = { ...generation, number: 2 };
  await index.put(generation, [row(1)]);
  await index.create(next);
  await index.put(next, [row(1)]);
  await index.drop(generation);
  expect([...s3.indexes.keys()]).toEqual(['repo-1.g2']);
});
