import type { Blob } from '../../core/ports/git-source.ts';

/** Everything that an async iterable yields. */
export const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};

/** All blobs, with copies of their contents, which are good only until the next one is asked for. */
export const collectBlobs = async (blobs: AsyncIterable<Blob>): Promise<Blob[]> => {
  const all: Blob[] = [];
  for await (const blob of blobs)
    all.push({ ...blob, content: blob.content === null ? null : new Uint8Array(blob.content) });
  return all;
};
