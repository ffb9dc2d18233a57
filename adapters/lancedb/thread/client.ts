import type { MessagePort } from 'node:worker_threads';
import type { SearchIndex } from '../../../core/ports/search-index.ts';
import { packRows, transferables } from '../packed-rows.ts';
import type { LanceSearchIndex } from '../search-index.ts';
import {
  fromPortable,
  type IndexAnswer,
  type IndexCall,
  type IndexRequest,
  SearchIndexUnavailableError,
} from './protocol.ts';

/** The index as LanceDB is one. */
export type ConnectedIndex = Pick<LanceSearchIndex, keyof SearchIndex>;

interface Pending {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The search index of another thread, through a port of `startSearchIndexHost().connect()`.
 * Errors keep their class. When the index's thread ends, calls in flight and later ones throw SearchIndexUnavailableError.
 * The port keeps this thread alive only while a call is in flight.
 */
export const connectSearchIndex = (port: MessagePort): ConnectedIndex => {
  const pending = new Map<number, Pending>();
  let lastId = 0;
  let gone = false;

  port.on('message', (answer: IndexAnswer) => {
    const call = pending.get(answer.id);
    pending.delete(answer.id);
    if (pending.size === 0) port.unref();
    if ('error' in answer) call?.reject(fromPortable(answer.error));
    else call?.resolve(answer.value as never);
  });
  port.on('close', () => {
    gone = true;
    for (const { reject } of pending.values()) reject(unavailable());
    pending.clear();
  });
  port.unref();

  const ask = <T>(call: IndexCall, transfer: readonly ArrayBuffer[] = []): Promise<T> =>
    new Promise((resolve, reject) => {
      if (gone) {
        reject(unavailable());
        return;
      }
      lastId += 1;
      pending.set(lastId, { resolve, reject });
      port.ref();
      port.postMessage({ id: lastId, call } satisfies IndexRequest, transfer);
    });

  return {
    create: (generation) => ask({ method: 'create', generation }),
    inspect: (generation, newest) => ask({ method: 'inspect', generation, newest }),
    put: async (generation, rows) => {
      const packed = packRows(rows, generation.dimensions);
      await ask({ method: 'put', generation, rows: packed }, transferables(packed));
    },
    get: (generation, blobs) => ask({ method: 'get', generation, blobs }),
    delete: (generation, blobs) => ask({ method: 'delete', generation, blobs }),
    // Copied: a vector that is a view would take its whole buffer along.
    query: (generation, query) =>
      ask({ method: 'query', generation, query: { ...query, vector: query.vector.slice() } }),
    settle: (generation) => ask({ method: 'settle', generation }),
    drop: (generation) => ask({ method: 'drop', generation }),
  };
};

const unavailable = (): SearchIndexUnavailableError =>
  new SearchIndexUnavailableError('the search index’s thread has ended');
