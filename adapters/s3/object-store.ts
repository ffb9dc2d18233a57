import { Buffer } from 'node:buffer';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress, createZstdDecompress, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { ObjectMissingError, StoreBusyError } from '../../core/domain/errors.ts';
import { joinLines, splitLines } from '../../core/manifest/line-blocks.ts';
import type { ObjectStore, StoredObject } from '../../core/ports/object-store.ts';
import { beforeRetries, elseStoreBusy, isBusyName, orStoreBusy } from '../aws-sdk/store-busy.ts';
import { orDamaged } from '../system/damaged-object.ts';
import { readS3Object } from './object-reader.ts';
import { taggingOf, uploadS3Object } from './object-upload.ts';

/** Bytes that the compressor hands on at once: each piece costs a turn of the event loop. */
const pieceBytes = 256 * 1024;
/** The most that DeleteObjects takes. */
const deletePageSize = 1000;

/**
 * Objects in one S3 bucket. Throws StoreBusyError where S3 wants less, or is out of reach, after the SDK's own retries. Multipart uploads make a long `putLines` atomic, and keep
 * one part (8 MiB) in memory.
 */
export const createS3ObjectStore = (deps: { readonly client: S3Client; readonly bucket: string }): ObjectStore => {
  const { client, bucket } = deps;
  client.middlewareStack.add((next) => (input) => elseStoreBusy(() => next(input)), beforeRetries);
  const sizeOf = async (key: string): Promise<number | null> => {
    try {
      const { ContentLength } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: checkedKey(key) }));
      return ContentLength ?? 0;
    } catch (error) {
      if (error instanceof NotFound) return null;
      throw error;
    }
  };

  return {
    async putText(key, text) {
      const body = isCompressed(key) ? zstdCompressSync(text) : Buffer.from(text);
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: checkedKey(key), Body: body, ...taggingOf(key) }));
      return body.length;
    },

    async putLines(key, lines) {
      checkedKey(key);
      let count = 0;
      const pieces = Readable.from(
        joinLines(lines, (total) => {
          count = total;
        }),
        { objectMode: false },
      );
      const upload = (bytes: AsyncIterable<Buffer>) => uploadS3Object({ client, bucket }, key, bytes);
      if (isCompressed(key)) await pipeline(pieces, createZstdCompress({ chunkSize: pieceBytes }), upload);
      else await upload(pieces);
      return count;
    },

    async getText(key) {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: checkedKey(key) }));
        const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
        return (isCompressed(key) ? zstdDecompressSync(bytes) : bytes).toString('utf8');
      } catch (error) {
        if (error instanceof NoSuchKey) return null;
        // The body comes after the call, and may break.
        throw orDamaged(key, orStoreBusy(error));
      }
    },

    async *getLines(key) {
      const stored = Readable.from(missingNamed(key, readS3Object({ client, bucket }, checkedKey(key))));
      try {
        yield* splitLines(isCompressed(key) ? stored.compose(createZstdDecompress({ chunkSize: pieceBytes })) : stored);
      } catch (error) {
        throw orDamaged(key, error);
      }
    },

    exists: async (key) => (await sizeOf(key)) !== null,
    size: (key) => sizeOf(key),

    async *list(prefix) {
      for await (const { key } of objectsUnder(client, bucket, prefix)) yield key;
    },

    listSizes: (prefix) => objectsUnder(client, bucket, prefix),

    async delete(keys) {
      for (let at = 0; at < keys.length; at += deletePageSize)
        await deleteObjects(client, bucket, keys.slice(at, at + deletePageSize).map(checkedKey));
    },

    async deleteAll(prefix) {
      let page: string[] = [];
      for await (const { key } of objectsUnder(client, bucket, prefix)) {
        page.push(key);
        if (page.length < deletePageSize) continue;
        await deleteObjects(client, bucket, page);
        page = [];
      }
      if (page.length > 0) await deleteObjects(client, bucket, page);
    },
  };
};

const isCompressed = (key: string): boolean => key.endsWith('.zst');

const checkedKey = (key: string): string => {
  if (!key.split('/').every(isPart)) throw new RangeError(`not an object key: ${key.slice(0, 200)}`);
  return key;
};

/** As a key, but its last part may be empty, or the beginning of one. */
const checkedPrefix = (prefix: string): string => {
  if (prefix !== '' && !prefix.replace(/\/$/, '').split('/').every(isPart))
    throw new RangeError(`not a prefix of object keys: ${prefix.slice(0, 200)}`);
  return prefix;
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: XML, in which S3 lists keys, has no control characters
const isPart = (part: string): boolean => !/^\.{0,2}$|[\u0000-\u001f\\]/.test(part);

async function* missingNamed(key: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } catch (error) {
    if (error instanceof NoSuchKey) throw new ObjectMissingError(`there is no object ${key}`, { cause: error });
    throw error;
  }
}

async function* objectsUnder(client: S3Client, bucket: string, prefix: string): AsyncGenerator<StoredObject> {
  checkedPrefix(prefix);
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
    );
    for (const { Key: key, Size: bytes = 0 } of page.Contents ?? []) if (key !== undefined) yield { key, bytes };
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

/** S3 answers 200 even when some of the objects stay: those make it an error here. */
const deleteObjects = async (client: S3Client, bucket: string, keys: readonly string[]): Promise<void> => {
  const { Errors } = await client.send(
    new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true } }),
  );
  const [first] = Errors ?? [];
  if (first === undefined) return;
  const message = `${Errors?.length} objects could not be deleted, the first one with ${first.Code}: ${first.Key}`;
  throw Errors?.every(({ Code }) => isBusyName(Code)) ? new StoreBusyError(message) : new Error(message);
};
