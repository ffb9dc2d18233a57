import { randomUUID } from 'node:crypto';
import { createReadStream, mkdirSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress, createZstdDecompress, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { ObjectMissingError } from '../../core/domain/errors.ts';
import { joinLines, splitLines } from '../../core/manifest/line-blocks.ts';
import type { ObjectStore, StoredObject } from '../../core/ports/object-store.ts';
import { orDamaged } from '../system/damaged-object.ts';
import { diskFailure, onDisk } from '../system/disk-failure.ts';
import { giveBackOwn } from '../system/own-memory.ts';
import { entriesNow, fileAt, nullIfMissing, openSmall, removedNow, renamedNow, writeSmall } from './whole-files.ts';

/** Where files are written before they get their name: on the same file system, and no key can lie there. */
const temporary = '.tmp';

/** Where a store's half-written files are. Empty it before the store is used: what is there then belongs to a process that was killed. */
export const halfWritten = (root: string): string => join(root, temporary);
/** A directory may be removed (deleteAll) between its making and the rename into it; then it is made again. */
const renameTries = 5;

/** As many as Node has threads for. */
const REMOVED_AT_ONCE = 4;

/** What users read when its disk is full. */
const place = 'the object store';

const pieceBytes = 256 * 1024;
/**
 * An object that takes no more is read and written in one piece (whole-files.ts): a stream's buffers, and the garbage that they are, cost more than
 * what they hold. Most objects of a small sync are pages of manifests, of some 20 KB.
 */
const wholeBytes = 64 * 1024;
/**
 * The fastest level: manifests are a third object ids, which nothing compresses, and higher levels take off 2 % more (measured).
 * With a checksum, or a bit that a disk has turned would go unnoticed.
 */
const compression = {
  chunkSize: pieceBytes,
  params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 },
};

/** A larger text is written through a stream, which holds less of it and takes longer: 2.7 ms of processor time for 450 KB, and 1.5 in one piece (measured). */
const piecedFrom = 4 * 1024 * 1024;

const isCompressed = (key: string): boolean => key.endsWith('.zst');

/**
 * What the steps of a job leave for each other (core/objects/object-keys.ts). It is not synced: it survives the kill of every process
 * of ours, and after a power cut a job that misses a part of it fails, and the next one sweeps it.
 */
const isJobs = (key: string): boolean => /^repositories\/[^/]+\/jobs\//.test(key);

/**
 * Objects as files below `root`; keys are their paths. Not as in S3, a key cannot be another key's directory (`a` and `a/b`).
 * Written aside, synced (but for a job's own) and renamed: a reader sees the old or the new object, and after a power cut too.
 * The sync costs about 1 ms an object (measured). Throws RangeError for a key or prefix that is none.
 */
export const createFileObjectStore = (root: string): ObjectStore => {
  mkdirSync(join(root, temporary), { recursive: true });

  const pathOf = (key: string): string => {
    if (!isKey(key)) throw new RangeError(`not an object key: ${JSON.stringify(key)}`);
    return join(root, key);
  };

  /** Text in one piece, or a stream of any length. */
  const write = async (key: string, content: Buffer | Readable): Promise<number> => {
    const path = pathOf(key);
    const aside = join(root, temporary, randomUUID());
    try {
      const bytes = Buffer.isBuffer(content)
        ? await writeWhole(aside, key, content)
        : await writeStream(aside, key, content);
      if (!renamedNow(aside, path)) await moveTo(aside, path);
      return bytes;
    } catch (error) {
      await rm(aside, { force: true }).catch(() => undefined);
      throw diskFailure(error, place);
    }
  };

  /** The object's plain bytes, in one piece where they are few, or null when there is none. */
  const read = async (key: string): Promise<Buffer | Readable | null> => {
    try {
      const found = openSmall(pathOf(key), wholeBytes);
      if (found === null) return null;
      if (Buffer.isBuffer(found))
        return isCompressed(key) ? zstdDecompressSync(found, { chunkSize: wholeBytes }) : found;
      const source = createReadStream('', { fd: found, highWaterMark: pieceBytes });
      return isCompressed(key) ? through(source, createZstdDecompress({ chunkSize: pieceBytes })) : source;
    } catch (error) {
      throw orDamaged(key, error);
    }
  };

  async function* getLines(key: string): AsyncGenerator<readonly string[]> {
    const source = await read(key);
    if (source === null) throw new ObjectMissingError(`there is no object ${key}`);
    try {
      yield* splitLines(Buffer.isBuffer(source) ? onePiece(source) : source);
    } catch (error) {
      throw orDamaged(key, error);
    }
  }

  async function* list(prefix: string): AsyncGenerator<string> {
    const { directory, rest } = splitPrefix(prefix);
    yield* walk(root, directory, rest);
  }

  async function* listSizes(prefix: string): AsyncGenerator<StoredObject> {
    const { directory, rest } = splitPrefix(prefix);
    for (const key of walk(root, directory, rest)) {
      const found = fileAt(`${root}/${key}`);
      if (found !== null) yield { key, bytes: found.size };
    }
  }

  const remove = async (key: string): Promise<void> => {
    await rm(pathOf(key), { force: true });
    removeEmpty(dirname(key));
  };

  /** A directory that is empty now, and those above it, or each listing would go through those of all jobs that ever were. */
  const removeEmpty = (directory: string): void => {
    let place = directory;
    while (place.includes('/') && removedNow(join(root, place))) place = dirname(place);
  };

  return {
    putText: (key, text) => {
      const content =
        typeof text === 'string' ? Buffer.from(text) : Buffer.from(text.buffer, text.byteOffset, text.byteLength);
      return write(key, content.length > piecedFrom ? Readable.from([content]) : content);
    },
    putLines: async (key, lines) => {
      pathOf(key);
      let count = 0;
      const pieces = joinLines(lines, (total) => {
        count = total;
      });
      const first = await pieces.next();
      const second = first.done ? first : await pieces.next();
      const begun = [first, second].flatMap(({ value }) => value ?? []);
      await write(
        key,
        second.done ? Buffer.from(begun.join('')) : Readable.from(followed(begun, pieces), { objectMode: false }),
      );
      return count;
    },
    getText: async (key) => {
      const source = await read(key);
      try {
        if (source === null || Buffer.isBuffer(source)) return source?.toString('utf8') ?? null;
        return textOf(await source.toArray());
      } catch (error) {
        throw orDamaged(key, error);
      }
    },
    getLines,
    exists: async (key) => fileAt(pathOf(key)) !== null,
    size: async (key) => fileAt(pathOf(key))?.size ?? null,
    list,
    listSizes,
    delete: async (keys) => {
      for (let at = 0; at < keys.length; at += REMOVED_AT_ONCE)
        await onDisk(place, () => Promise.all(keys.slice(at, at + REMOVED_AT_ONCE).map(remove)));
    },
    deleteAll: async (prefix) => {
      const { directory, rest } = splitPrefix(prefix);
      for (const { name } of await entriesOf(join(root, directory)))
        if (name.startsWith(rest) && !(directory === '' && name === temporary))
          // With retries: an object may come into a directory while it is removed.
          await onDisk(place, () =>
            rm(join(root, directory, name), { recursive: true, force: true, maxRetries: 5, retryDelay: 10 }),
          );
      removeEmpty(directory);
    },
  };
};

const writeWhole = async (aside: string, key: string, content: Buffer): Promise<number> => {
  if (!isCompressed(key)) {
    await writeSmall(aside, content, !isJobs(key));
    return content.length;
  }
  const stored = zstdCompressSync(content, {
    ...compression,
    chunkSize: Math.min(pieceBytes, boundOf(content.length)),
    pledgedSrcSize: content.length,
  });
  const { length } = stored;
  await writeSmall(aside, stored, !isJobs(key));
  giveBackOwn(stored);
  return length;
};

/** No content is longer when compressed (ZSTD_COMPRESSBOUND in zstd.h), so one piece takes all of it. Of a page, with pieces of 256 KiB it takes a fifth longer: 137 to 168 µs in place of 125 to 135 (measured). */
const boundOf = (bytes: number): number => bytes + (bytes >>> 8) + 1024;

const writeStream = async (aside: string, key: string, content: Readable): Promise<number> => {
  const file = await open(aside, 'wx');
  // `flush`: the stream syncs before it closes the file.
  const sink = file.createWriteStream({ flush: !isJobs(key) });
  await (isCompressed(key) ? pipeline(content, createZstdCompress(compression), sink) : pipeline(content, sink));
  return sink.bytesWritten;
};

/** All that is read in pieces is large: what it took is given back at once. */
const textOf = (pieces: readonly Buffer[]): string => {
  const whole = Buffer.concat(pieces);
  const text = whole.toString('utf8');
  if (whole.length > wholeBytes) for (const each of [whole, ...pieces]) giveBackOwn(each);
  return text;
};

async function* onePiece(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

/** Pieces that were taken already, and those that come after them. */
async function* followed(taken: readonly string[], pieces: AsyncIterable<string>): AsyncGenerator<string> {
  yield* taken;
  yield* pieces;
}

const isPart = (part: string): boolean => part !== '' && part !== '.' && part !== '..' && !/[\\\0]/.test(part);

const isKey = (key: string): boolean => {
  const parts = key.split('/');
  return parts.every(isPart) && parts[0] !== temporary;
};

/** A prefix need not end at a slash: `jobs/1` means `jobs/1/…` and `jobs/10/…`, as in S3. */
const splitPrefix = (prefix: string): { directory: string; rest: string } => {
  const at = prefix.lastIndexOf('/');
  const directory = prefix.slice(0, Math.max(0, at));
  const rest = prefix.slice(at + 1);
  if ((at >= 0 && !isKey(directory)) || (rest !== '' && !isPart(rest)))
    throw new RangeError(`not a prefix of object keys: ${JSON.stringify(prefix)}`);
  return { directory, rest };
};

/** Keys below a directory, in the order of their bytes; one directory's names are held at a time and level. */
function* walk(root: string, directory: string, rest: string): Generator<string> {
  // A directory stands where its keys do: `a-b`, `a.b`, `a/b`, although `a` alone sorts first.
  const names = entriesNow(join(root, directory))
    .filter(({ name }) => name.startsWith(rest) && !(directory === '' && name === temporary))
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
  // An earlier version left it.
  if (names.length === 0 && rest === '' && directory.includes('/')) removedNow(join(root, directory));
  const before = directory === '' ? '' : `${directory}/`;
  for (const name of inByteOrder(names))
    if (name.endsWith('/')) yield* walk(root, `${before}${name.slice(0, -1)}`, '');
    else yield `${before}${name}`;
}

/** Letters outside ASCII have another order as UTF-16 than as bytes. */
const inByteOrder = (names: readonly string[]): readonly string[] =>
  names.every((name) => /^[\0-\x7f]*$/.test(name))
    ? names.toSorted()
    : names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

const entriesOf = async (path: string) => (await readdir(path, { withFileTypes: true }).catch(nullIfMissing)) ?? [];

const moveTo = async (aside: string, path: string): Promise<void> => {
  for (let attempt = 1; ; attempt++) {
    try {
      await rename(aside, path);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt === renameTries) throw error;
      // What is removed while it is made is made once more.
      await mkdir(dirname(path), { recursive: true }).catch(nullIfMissing);
    }
  }
};

/** As pipe, but a failure or an early end on one side ends the other. */
const through = (source: Readable, transform: Transform): Readable => {
  pipeline(source, transform).catch((error) => transform.destroy(error));
  return transform;
};
