import { MessageChannel } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PackedRows } from '../../../../adapters/lancedb/packed-rows.ts';
import type { LanceSearchIndex } from '../../../../adapters/lancedb/search-index.ts';
import { type ConnectedIndex, connectSearchIndex } from '../../../../adapters/lancedb/thread/client.ts';
import { computingThreads } from '../../../../adapters/lancedb/thread/host.ts';
import { fromPortable, SearchIndexUnavailableError, toPortable } from '../../../../adapters/lancedb/thread/protocol.ts';
import { type IndexServer, serveSearchIndex } from '../../../../adapters/lancedb/thread/server.ts';
import { EmbedderMismatchError } from '../../../../core/domain/errors.ts';

const generation = { repositoryId: 'repo-1', number: 1, dimensions: 2 };
const row = {
  blob: 'b',
  ordinal: 0,
  startLine: 1,
  endLine: 2,
  text: 'text',
  languages: [],
  vector: new Float32Array([1, 0]),
};

/** An index that lists what it was asked for. */
const recording = (asked: unknown[]): LanceSearchIndex => ({
  create: async ({ identity }) => {
    asked.push(['create', identity]);
  },
  inspect: async (_generation, newest) => {
    asked.push(['inspect', newest]);
    return { kind: 'damaged', why: 'a file is not there' };
  },
  put: async () => {},
  putPacked: async (_generation, rows: PackedRows) => {
    asked.push(['put', rows.keys, [...new Float16Array(rows.vectors.buffer)]]);
  },
  get: async (_generation, blobs) => {
    asked.push(['get', blobs]);
    const buffer = new Float32Array([1, 2, 3, 4]);
    return [
      { ...row, vector: buffer.subarray(0, 2) },
      { ...row, ordinal: 1, vector: buffer.subarray(2) },
    ];
  },
  delete: async (_generation, blobs) => {
    asked.push(['delete', blobs]);
  },
  query: async (_generation, { words, vector }) => {
    asked.push(['query', words, [...vector], vector.buffer.byteLength]);
    return [{ blob: 'b', ordinal: 0, startLine: 1, endLine: 2, text: 'text', score: 1 }];
  },
  settle: async () => {
    asked.push(['settle']);
    return undefined;
  },
  drop: async () => {
    throw new EmbedderMismatchError('another');
  },
  close: async () => {},
});

describe('a search index across a port', () => {
  let asked: unknown[];
  let client: ConnectedIndex;
  let server: IndexServer;
  beforeEach(() => {
    asked = [];
    const { port1, port2 } = new MessageChannel();
    server = serveSearchIndex(port2, recording(asked));
    client = connectSearchIndex(port1);
  });
  afterEach(() => server.finish());

  it('carries every call there and its answer back', async () => {
    await client.put(generation, [row]);
    const rows = await client.get(generation, [{ oid: 'b', chunks: 2 }]);
    expect(rows.map(({ vector }) => [...vector])).toEqual([
      [1, 2],
      [3, 4],
    ]);
    await client.delete(generation, [{ oid: 'b', chunks: 2 }]);
    const view = new Float32Array([9, 1, 0, 9]).subarray(1, 3);
    expect(await client.query(generation, { vector: view, words: 'w', limit: 1 })).toHaveLength(1);
    await client.settle(generation);
    expect(asked).toEqual([
      ['put', ['b:0'], [1, 0]],
      ['get', [{ oid: 'b', chunks: 2 }]],
      ['delete', [{ oid: 'b', chunks: 2 }]],
      ['query', 'w', [1, 0], 8],
      ['settle'],
    ]);
  });

  it('leaves the caller its vectors', async () => {
    await client.put(generation, [row]);
    expect([...row.vector]).toEqual([1, 0]);
  });

  it('throws the error of the other side, of its class', async () => {
    await expect(client.drop(generation)).rejects.toThrow(EmbedderMismatchError);
  });

  it('answers what was sent before the end, and refuses what comes after', async () => {
    const sent = [client.settle(generation), client.settle(generation)];
    await server.finish();
    await Promise.all(sent);
    await expect
      .poll(() => client.settle(generation).catch((error: Error) => error.name))
      .toBe('SearchIndexUnavailableError');
  });

  it('fails what is in flight when the other side goes', async () => {
    const { port1, port2 } = new MessageChannel();
    const lonely = connectSearchIndex(port1);
    const call = lonely.settle(generation);
    port2.close();
    await expect(call).rejects.toThrow(SearchIndexUnavailableError);
    await expect(lonely.settle(generation)).rejects.toThrow(SearchIndexUnavailableError);
  });
});

describe('errors on their way through a port', () => {
  it('keep class, message and stack', () => {
    const error = fromPortable(toPortable(new RangeError('out')));
    expect(error).toBeInstanceOf(RangeError);
    expect(error.message).toBe('out');
    expect(error.stack).toContain('thread-client.test');
  });

  it('keep the name of a class nobody knows here', () => {
    const odd = new Error('odd');
    odd.name = 'OddError';
    expect(fromPortable(toPortable(odd))).toMatchObject({ name: 'OddError', message: 'odd' });
    expect(fromPortable(toPortable('just text'))).toMatchObject({ name: 'Error', message: 'just text' });
  });
});

it('the thread computes on two cores where LanceDB would leave both to others, and on all but two where there are more', () => {
  expect([1, 2, 3, 4, 16].map(computingThreads)).toEqual([1, 2, 2, 2, 14]);
});
