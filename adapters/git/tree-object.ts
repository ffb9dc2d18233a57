import { damaged } from './tree-listing.ts';

export interface RawEntry {
  /** As git lists it: six digits. */
  readonly mode: string;
  readonly oid: string;
  /** Bytes, one character each. */
  readonly name: string;
}

export const directoryMode = '040000';

/** The entries of a tree object. Their order, and what else a name may be, is checked where paths are made of them. @throws SourceUnusableError */
export const parseTree = (content: Buffer, oidBytes: number): readonly RawEntry[] => {
  const entries: RawEntry[] = [];
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at);
    const end = content.indexOf(0, space);
    const next = end + 1 + oidBytes;
    const mode = content.toString('latin1', at, space);
    if (space === -1 || end === -1 || next > content.length || !/^[0-7]{1,7}$/.test(mode))
      throw damaged('its objects are malformed: a tree cannot be read');
    const name = content.toString('latin1', space + 1, end);
    if (name.includes('/')) throw damaged('its objects are malformed: a tree has an entry with a forbidden name');
    entries.push({
      mode: canonicalMode(Number.parseInt(mode, 8)),
      oid: content.toString('hex', end + 1, next),
      name,
    });
    at = next;
  }
  return entries;
};

/** Git knows five modes, and takes every other for one of them. */
const canonicalMode = (mode: number): string => {
  const kind = mode & 0o170000;
  if (kind === 0o100000) return (mode & 0o100) === 0 ? '100644' : '100755';
  if (kind === 0o120000) return '120000';
  return kind === 0o040000 ? directoryMode : '160000';
};

/** The inverse of {@link parseTree}, of entries in their order. Git writes a directory's mode without the zero before it. */
export const treeContent = (entries: readonly RawEntry[]): Buffer =>
  Buffer.concat(
    entries.flatMap(({ mode, oid, name }) => [
      Buffer.from(`${mode.replace(/^0/, '')} ${name}\0`, 'latin1'),
      Buffer.from(oid, 'hex'),
    ]),
  );
