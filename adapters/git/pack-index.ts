import { readFile } from 'node:fs/promises';

/** A header of 8 bytes, and then for each first byte of an id how many ids begin with it or a lower one: the last of these is how many there are. See gitformat-pack(5), version 2. */
const idsAt = 8 + 256 * 4;

/** The ids of a pack's objects, of its index as git has written it. Throws what reading it throws. */
export const readPackIndex = async (path: string, oidBytes: number): Promise<ReadonlySet<string>> => {
  const index = await readFile(path);
  const ids = new Set<string>();
  const end = idsAt + index.readUInt32BE(idsAt - 4) * oidBytes;
  for (let at = idsAt; at < end; at += oidBytes) ids.add(index.toString('hex', at, at + oidBytes));
  return ids;
};
