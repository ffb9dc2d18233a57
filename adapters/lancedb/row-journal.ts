import { type FileHandle, open, rm } from 'node:fs/promises';
import { columnsOf, type PackedRows, type PackedStrings } from './packed-rows.ts';

/** Rows that are safe on disk before they are in the table, in one file that is written from its start to its end. */
export interface RowJournal {
  /** What the file holds. A pack that was being written when its process was killed is left out: no one had an answer that it is there. */
  read(): Promise<PackedRows[]>;
  /** Behind what is there. After an error the file holds what it held before, or says so again at the next call. */
  append(packs: readonly PackedRows[]): Promise<void>;
  /** Removes the file. */
  clear(): Promise<void>;
  /** Lets go of the file, which stays. To be read before anything is appended again. */
  close(): Promise<void>;
}

/** `RJ01` as its bytes are in the file: another layout of the columns is another number. */
const MAGIC = 0x31304a52;
/** Numbers of 4 bytes before a pack's columns: the magic number, rows, dimensions, and the bytes of the four columns of strings. */
const HEAD = 7;

type Bytes = Uint32Array<ArrayBuffer> | ReturnType<typeof columnsOf>[number];

/** @param file of one process at a time; there or not. Durable against a kill, as LanceDB's own files are: nothing is synced to disk. */
export const createRowJournal = (file: string): RowJournal => {
  let handle: FileHandle | null = null;
  /** Bytes that count. */
  let length = 0;

  const close = async (): Promise<void> => {
    const held = handle;
    handle = null;
    length = 0;
    await held?.close();
  };

  return {
    read: async () => {
      const packs: PackedRows[] = [];
      let at = 0;
      const held = await open(file).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null;
        throw error;
      });
      try {
        const { size } = (await held?.stat()) ?? { size: 0 };
        for (let found = await packAt(held, at, size); found !== null; found = await packAt(held, at, size)) {
          packs.push(found.rows);
          at = found.end;
        }
      } finally {
        await held?.close();
      }
      await close();
      length = at;
      return packs;
    },
    append: async (packs) => {
      handle ??= await open(file, length === 0 ? 'w' : 'r+');
      // What an append that failed has left behind would be read as a pack's beginning.
      if ((await handle.stat()).size !== length) await handle.truncate(length);
      length += await writeAll(handle, packs.flatMap(partsOf), length);
    },
    clear: async () => {
      await close();
      await rm(file, { force: true });
    },
    close,
  };
};

const partsOf = (rows: PackedRows): Uint8Array[] => {
  const strings = [rows.blobs, rows.texts, rows.words, rows.languages];
  const head = Uint32Array.from([MAGIC, rows.count, rows.dimensions, ...strings.map(({ bytes }) => bytes.length)]);
  return [head, ...columnsOf(rows)].map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  );
};

/** Returns how many bytes there are. */
const writeAll = async (handle: FileHandle, parts: readonly Uint8Array[], position: number): Promise<number> => {
  const total = parts.reduce((sum, { length }) => sum + length, 0);
  let { bytesWritten: written } = await handle.writev(parts, position);
  // The system may take a part only; where there is no room it says so at the next call.
  const all = written === total ? null : Buffer.concat(parts);
  while (all !== null && written < total)
    written += (await handle.write(all, written, total - written, position + written)).bytesWritten;
  return total;
};

/** Null where no whole pack begins. Each column is read into memory of its own: nothing is copied behind it. */
const packAt = async (
  file: FileHandle | null,
  start: number,
  size: number,
): Promise<{ readonly rows: PackedRows; readonly end: number } | null> => {
  const from = start + HEAD * 4;
  if (file === null || from > size) return null;
  const head = new Uint32Array(HEAD);
  if (!(await readAll(file, [head], start))) return null;
  const [magic, count, dimensions, ...sizes] = head as unknown as [number, number, number];
  if (magic !== MAGIC) return null;
  const strings = sizes as number[];
  const end = from + strings.reduce((sum, bytes) => sum + (count + 1) * 4 + bytes, count * (12 + dimensions * 2));
  if (end > size) return null;
  const packed = (bytes = 0): PackedStrings => ({ offsets: new Int32Array(count + 1), bytes: new Uint8Array(bytes) });
  const rows = {
    count,
    dimensions,
    blobs: packed(strings[0]),
    ordinals: new Int32Array(count),
    startLines: new Int32Array(count),
    endLines: new Int32Array(count),
    texts: packed(strings[1]),
    words: packed(strings[2]),
    languages: packed(strings[3]),
    vectors: new Uint16Array(count * dimensions),
  };
  if (!(await readAll(file, columnsOf({ ...rows, keys: [] }), from))) return null;
  return { rows: { ...rows, keys: keysOf(rows) }, end };
};

/** False where the file ends before. */
const readAll = async (file: FileHandle, parts: readonly Bytes[], position: number): Promise<boolean> => {
  const total = parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const { bytesRead } = await file.readv(parts, position);
  if (bytesRead === total) return true;
  // The system may give a part only.
  let at = position;
  for (const { buffer, byteOffset, byteLength } of parts)
    for (let read = 0; read < byteLength; ) {
      const part = await file.read(new Uint8Array(buffer, byteOffset + read, byteLength - read), { position: at });
      if (part.bytesRead === 0) return false;
      read += part.bytesRead;
      at += part.bytesRead;
    }
  return true;
};

const keysOf = ({ count, blobs, ordinals }: Pick<PackedRows, 'count' | 'blobs' | 'ordinals'>): string[] =>
  Array.from({ length: count }, (_, row) => {
    const blob = Buffer.from(
      blobs.bytes.buffer,
      blobs.offsets[row],
      (blobs.offsets[row + 1] ?? 0) - (blobs.offsets[row] ?? 0),
    );
    return `${blob.toString('utf8')}:${ordinals[row]}`;
  });
