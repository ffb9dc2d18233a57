import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A file that a version of a table counts on. */
export interface CountedFile {
  /** Below the table's directory. */
  readonly path: string;
  /** Null where the version does not say. */
  readonly bytes: number | null;
}

/** Names count down from the largest 64-bit number, so that the newest is the first. */
const manifestName = /^\d{20}\.manifest$/;

/** The names of a table's versions on disk, the newest first; none: there is no table. */
export const versionsIn = async (tableDirectory: string): Promise<readonly string[]> => {
  try {
    return (await readdir(join(tableDirectory, '_versions'))).filter((name) => manifestName.test(name)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
};

/**
 * What a version counts on, read from its manifest as Lance's table format lays it out (protos/table.proto, and the footer that
 * names where the message begins). LanceDB itself has no call that tells it, and what it has cached it does not look for
 * again, so a file that is gone shows only in the query that happens to need it. Throws RangeError for what is no manifest.
 */
export const filesOfVersion = async (tableDirectory: string, version: string): Promise<readonly CountedFile[]> => {
  const file = await readFile(join(tableDirectory, '_versions', version));
  if (file.length < 16 || file.toString('latin1', file.length - 4) !== 'LANC')
    throw new RangeError(`${version} is cut short`);
  const start = Number(file.readBigUInt64LE(file.length - 16));
  const manifest = file.subarray(start + 4, start + 4 + file.readUInt32LE(start));
  return fieldsOf(manifest).flatMap(({ number, bytes }) => (number === 2 && bytes !== null ? filesOf(bytes) : []));
};

/** Bytes of rows on disk: of the newest version, and of others and of none. Deletions and indices are small beside them. */
export const rowBytes = async (
  tableDirectory: string,
): Promise<{ readonly needed: number; readonly others: number }> => {
  const [newest] = await versionsIn(tableDirectory);
  const needed = new Set(
    newest === undefined ? [] : (await filesOfVersion(tableDirectory, newest)).map(({ path }) => path),
  );
  const sums = { needed: 0, others: 0 };
  for (const name of await readdir(join(tableDirectory, 'data'))) {
    const { size } = await stat(join(tableDirectory, 'data', name));
    sums[needed.has(join('data', name)) ? 'needed' : 'others'] += size;
  }
  return sums;
};

/** DataFragment: id = 1, files = 2 (path = 1, file_size_bytes = 6), deletion_file = 3 (file_type = 1, read_version = 2, id = 3). */
const filesOf = (fragment: Buffer): readonly CountedFile[] => {
  const fields = fieldsOf(fragment);
  const id = numberIn(fields, 1);
  return fields.flatMap(({ number, bytes }) => {
    if (bytes === null) return [];
    const inner = fieldsOf(bytes);
    if (number === 2) {
      const path = inner.find((field) => field.number === 1)?.bytes?.toString('utf8') ?? '';
      const size = Number(numberIn(inner, 6));
      return [{ path: join('data', path), bytes: size === 0 ? null : size }];
    }
    if (number !== 3) return [];
    const suffix = numberIn(inner, 1) === 0n ? 'arrow' : 'bin';
    const name = `${id}-${numberIn(inner, 2)}-${numberIn(inner, 3)}.${suffix}`;
    return [{ path: join('_deletions', name), bytes: null }];
  });
};

interface Field {
  readonly number: number;
  /** Of a number; 0 of anything else. */
  readonly value: bigint;
  /** Of a text or a message. */
  readonly bytes: Buffer | null;
}

const numberIn = (fields: readonly Field[], number: number): bigint =>
  fields.find((field) => field.number === number)?.value ?? 0n;

/** A message's fields in protobuf's wire format: a tag of number and type, then the value. */
const fieldsOf = (message: Buffer): readonly Field[] => {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message.readUInt8(at++);
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const take = (length: number): Buffer => {
    at += length;
    if (at > message.length) throw new RangeError('the manifest is cut short');
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const tag = Number(varint());
    const number = tag >> 3;
    const type = tag & 7;
    if (type === 0) fields.push({ number, value: varint(), bytes: null });
    else if (type === 2) fields.push({ number, value: 0n, bytes: take(Number(varint())) });
    else if (type === 1 || type === 5) take(type === 1 ? 8 : 4);
    else throw new RangeError(`a field of type ${type} in the manifest`);
  }
  return fields;
};
