import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectSearchIndex } from '../../../adapters/lancedb/thread/client.ts';
import { type SearchIndexHost, startSearchIndexHost } from '../../../adapters/lancedb/thread/host.ts';
import { SearchIndexUnavailableError } from '../../../adapters/lancedb/thread/protocol.ts';
import { blobsOf, dimensions, oidOf, rowOf, searchIndexContract, vectorOf } from './search-index.suite.ts';

const temporaryRoot = () => mkdtemp(join(tmpdir(), 'search-index-'));
const generation = { repositoryId: 'repo-1', number: 1, dimensions };

searchIndexContract(
  'LanceDB in a thread of its own',
  async () => {
    const root = await temporaryRoot();
    const host = startSearchIndexHost(root);
    return {
      index: host.index,
      close: async () => {
        await host.close();
        await rm(root, { recursive: true });
      },
    };
  },
  { words: 'at once' },
);

describe('the search index’s thread', () => {
  let root: string;
  let host: SearchIndexHost;
  beforeEach(async () => {
    root = await temporaryRoot();
    host = startSearchIndexHost(root);
    await host.index.create(generation);
  });
  afterEach(async () => {
    await host.close();
    await rm(root, { recursive: true });
  });

  /** Puts `count` blobs from `first` on, one a call, in a thread of its own. */
  const putInThread = (first: number, count: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const port = host.connect();
      new Worker(new URL('./hosted.writer.ts', import.meta.url), {
        workerData: { port, generation, first, count },
        transferList: [port],
        execArgv: [],
      })
        .once('error', reject)
        .once('exit', () => resolve());
    });

  it('takes the puts of threads and ports at once, while it answers queries', async () => {
    await host.index.put(generation, [rowOf(0)]);
    const ports = Array.from({ length: 6 }, () => connectSearchIndex(host.connect()));
    let writing = true;
    const writers = Promise.all([
      putInThread(1000, 20),
      putInThread(2000, 20),
      ...ports.map(async (index, writer) => {
        for (let n = 0; n < 10; n++) await index.put(generation, [rowOf(3000 + writer * 10 + n)]);
      }),
    ]).finally(() => {
      writing = false;
    });
    while (writing) {
      const hits = await host.index.query(generation, { vector: vectorOf(0), words: 'text 0', limit: 1 });
      expect(hits[0]?.blob).toBe(oidOf(0));
    }
    await writers;
    const written = [
      ...Array.from({ length: 20 }, (_, n) => 1000 + n),
      ...Array.from({ length: 20 }, (_, n) => 2000 + n),
      ...Array.from({ length: 60 }, (_, n) => 3000 + n),
    ];
    expect(await host.index.get(generation, blobsOf(...written))).toHaveLength(100);
  });

  it('does not let a query wait behind the puts in its queue', async () => {
    await host.index.put(generation, [rowOf(0)]);
    const order: string[] = [];
    const puts = Array.from({ length: 40 }, (_, n) =>
      // The same key each time, so that no two go into one commit.
      host.index.put(generation, [rowOf(5), rowOf(10 + n)]).then(() => order.push('put')),
    );
    await host.index.query(generation, { vector: vectorOf(0), words: '', limit: 1 });
    order.push('query');
    await Promise.all(puts);
    expect(order.indexOf('query')).toBeLessThan(20);
  });

  it('keeps what it has acknowledged for the next one', async () => {
    await host.index.put(generation, [rowOf(1)]);
    await host.close();
    host = startSearchIndexHost(root);
    expect(await host.index.get(generation, blobsOf(1))).toHaveLength(1);
  });

  it('finishes the puts in flight before it closes', async () => {
    const puts = Array.from({ length: 10 }, (_, n) => host.index.put(generation, [rowOf(1), rowOf(10 + n)]));
    await host.close();
    await Promise.all(puts);
  });

  it('gives errors their class back', async () => {
    const wrong = { ...generation, repositoryId: '../outside' };
    await expect(host.index.put(wrong, [rowOf(1)])).rejects.toThrow(RangeError);
    await expect(host.index.drop(wrong)).rejects.toThrow('not a generation');
  });

  it('sends a query’s vector alone when it is a view of something large', async () => {
    await host.index.put(generation, [rowOf(1), rowOf(500)]);
    const large = new Float32Array(5_000_000);
    large.set(vectorOf(1), 100);
    const vector = large.subarray(100, 100 + dimensions);
    const hits = await host.index.query(generation, { vector, words: '', limit: 1 });
    expect(hits[0]?.blob).toBe(oidOf(1));
    expect(large.length).toBe(5_000_000);
  });

  it('refuses calls after it was closed, and may be closed twice', async () => {
    const other = connectSearchIndex(host.connect());
    await other.put(generation, [rowOf(1)]);
    await host.close();
    await host.close();
    for (const index of [host.index, other])
      await expect(index.get(generation, blobsOf(1))).rejects.toThrow(SearchIndexUnavailableError);
    await expect(connectSearchIndex(host.connect()).settle(generation)).rejects.toThrow(SearchIndexUnavailableError);
  });

  it('fails the calls in flight of every thread when it dies', async () => {
    const dying = startSearchIndexHost(root, { worker: new URL('./hosted.dying.ts', import.meta.url) });
    const other = connectSearchIndex(dying.connect());
    const calls = [dying.index.settle(generation), other.get(generation, blobsOf(1)), other.drop(generation)];
    for (const call of await Promise.allSettled(calls))
      expect(call).toMatchObject({ status: 'rejected', reason: { name: 'SearchIndexUnavailableError' } });
    await dying.close();
  });
});
