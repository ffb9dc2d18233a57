import { type FileHandle, open, readFile, rm } from 'node:fs/promises';
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
      const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return Buffer.alloc(0);
        throw error;
      });
      const packs: PackedRows[] = [];
      let at = 0;
      for (let found = packAt(bytes, at); found !== null; found = packAt(bytes, at)) {
        packs.push(found.rows);
        at = found.end;
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

/** Null where no whole pack begins. */
const packAt = (file: Buffer, start: number): { readonly rows: PackedRows; readonly end: number } | null => {
  let at = start;
  const take = (bytes: number): ArrayBuffer | null => {
    at += bytes;
    return at > file.length ? null : (Uint8Array.from(file.subarray(at - bytes, at)).buffer as ArrayBuffer);
  };
  const head = take(HEAD * 4);
  if (head === null) return null;
  const [magic, count, dimensions, ...sizes] = new Uint32Array(head) as unknown as [number, number, number];
  if (magic !== MAGIC) return null;
  const lengths = [count * 4, count * 4, count * 4, count * dimensions * 2];
  const columns = [...lengths, ...(sizes as number[]).flatMap((size) => [(count + 1) * 4, size])].map(take);
  if (columns.some((column) => column === null)) return null;
  const [ordinals, startLines, endLines, vectors, ...strings] = columns as ArrayBuffer[];
  const packed = (column: number): PackedStrings => ({
    offsets: new Int32Array(strings[column * 2] as ArrayBuffer),
    bytes: new Uint8Array(strings[column * 2 + 1] as ArrayBuffer),
  });
  const rows = {
    count,
    dimensions,
    blobs: packed(0),
    ordinals: new Int32Array(ordinals as ArrayBuffer),
    startLines: new Int32Array(startLines as ArrayBuffer),
    endLines: new Int32Array(endLines as ArrayBuffer),
    texts: packed(1),
    words: packed(2),
    languages: packed(3),
    vectors: new Uint16Array(vectors as ArrayBuffer),
  };
  return { rows: { ...rows, keys: keysOf(rows) }, end: at };
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
