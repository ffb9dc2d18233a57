import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { IndexHit, IndexRow } from '../../../core/ports/search-index.ts';
import { diskFailure } from '../../system/disk-failure.ts';
import type { LanceSearchIndex } from '../search-index.ts';
import { type IndexAnswer, type IndexCall, type IndexRequest, toPortable } from './protocol.ts';

export interface IndexServer {
  /** Answers what has been sent so far, then closes the port. */
  finish(): Promise<void>;
}

/** Answers the calls that come through a port, each as soon as it is done: a query does not wait for the puts before it. */
export const serveSearchIndex = (port: MessagePort, index: LanceSearchIndex): IndexServer => {
  const answering = new Set<Promise<void>>();
  const answer = async ({ id, call }: IndexRequest): Promise<void> => {
    try {
      const value = await perform(index, call);
      const reply: IndexAnswer = { id, value };
      port.postMessage(reply, vectorBuffers(value));
    } catch (error) {
      const reply: IndexAnswer = { id, error: toPortable(diskFailure(error, 'the search index')) };
      port.postMessage(reply);
    }
  };
  const receive = (request: IndexRequest): void => {
    const answered = answer(request).finally(() => answering.delete(answered));
    answering.add(answered);
  };
  port.on('message', receive);
  return {
    finish: async () => {
      // Calls may wait in the port although the word to finish has come, through another one.
      for (let sent = receiveMessageOnPort(port); sent !== undefined; sent = receiveMessageOnPort(port))
        receive(sent.message);
      await Promise.all(answering);
      port.close();
    },
  };
};

const perform = (
  index: LanceSearchIndex,
  call: IndexCall,
): Promise<Extract<IndexAnswer, { value: unknown }>['value']> => {
  const none = async (done: Promise<void>): Promise<undefined> => {
    await done;
    return undefined;
  };
  switch (call.method) {
    case 'create':
      return none(index.create(call.generation));
    case 'inspect':
      return index.inspect(call.generation, call.newest);
    case 'put':
      return none(index.putPacked(call.generation, call.rows));
    case 'get':
      return index.get(call.generation, call.blobs);
    case 'delete':
      return none(index.delete(call.generation, call.blobs));
    case 'query':
      return index.query(call.generation, call.query);
    case 'settle':
      return none(index.settle(call.generation));
    case 'drop':
      return none(index.drop(call.generation));
    default:
      return call satisfies never;
  }
};

/** Rows share the buffer of their batch: each goes over once. */
const vectorBuffers = (value: Awaited<ReturnType<typeof perform>>): ArrayBuffer[] => [
  ...new Set(
    Array.isArray(value)
      ? value.flatMap((row: IndexRow | IndexHit) => ('vector' in row ? [row.vector.buffer as ArrayBuffer] : []))
      : [],
  ),
];
