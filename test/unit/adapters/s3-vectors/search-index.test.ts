import { DeleteIndexCommand } from '@aws-sdk/client-s3vectors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { maxTextBytes } from '../../../../adapters/s3-vectors/rows.ts';
import { GenerationNotFoundError } from '../../../../core/domain/errors.ts';
import type { Generation } from '../../../../core/ports/search-index.ts';
import { answerJsonError } from '../../../support/aws-http-stub.ts';
import { oidOf } from '../../../support/manifest-entries.ts';
import { east, generation, nothingGone, openVectorIndex, row, type VectorIndex } from './vector-index.ts';

let s3: VectorIndex['s3'];
let index: VectorIndex['index'];
let paths: VectorIndex['paths'];
beforeEach(async () => {
  ({ s3, index, paths } = await openVectorIndex());
});
afterEach(() => s3[Symbol.asyncDispose]());

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
