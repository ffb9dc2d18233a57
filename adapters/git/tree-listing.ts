import { SourceUnusableError } from '../../core/domain/errors.ts';
import { pathFromBytes } from '../../core/manifest/git-path.ts';
import type { TreeEntry } from '../../core/manifest/manifest.ts';
import type { GitLimits } from './git-limits.ts';

export type ListingLimits = Pick<GitLimits, 'treeEntries' | 'pathBytes' | 'pathDepth' | 'listingBytes'>;

/** `<mode> <type> <oid>` before the tab: at most 6 + 1 + 6 + 1 + 64. */
const headBytes = 78;
const tabCode = 9;

/**
 * Whether a piece of a listing has a byte that a path in plain text cannot have: a control character, DEL or anything beyond
 * ASCII. (A tab within a name and a leading quote are looked for name by name.)
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const unusual = /[\u0001-\u0008\u000a-\u001f\u007f-\u00ff]/;
/** Parts of a path that fsck refuses in a tree, as they may appear in a whole listing ... */
const suspicious = /[\t/](?:\.{0,2}|\.git|git~1)[/\0]/i;
/** ... and in one path. */
const forbidden = /(?:^|\/)(?:\.{0,2}|\.git|git~1)(?:\/|$)/i;

/**
 * Reads the output of `ls-tree -r -z`: one block of entries for each 64 KiB of it, so no more than that is held.
 * A few hundred bytes of pack can name a billion files, so every limit is checked while reading. What is read in place has
 * passed no fsck, so names and order are checked here too: a join of two listings relies on the order.
 *
 * Bytes are handled as Latin-1, one character each, and most listings are plain ASCII, in which a name's bytes are its text:
 * 100,000 entries take some 75 ms so (150 ms in a cold process), and 500 ms as a Buffer each.
 * @throws SourceUnusableError
 */
export async function* readTreeListing(
  output: AsyncIterable<Buffer>,
  limits: ListingLimits,
): AsyncGenerator<readonly TreeEntry[]> {
  let rest = '';
  let entries = 0;
  let previous = '';
  for await (const piece of inPieces(output, limits)) {
    const text = rest + piece;
    const end = text.lastIndexOf('\0') + 1;
    rest = text.slice(end);
    if (rest.length > headBytes + limits.pathBytes) throw over('a path has more bytes', limits.pathBytes);
    if (end === 0) continue;
    const records = text.slice(0, end - 1).split('\0');
    entries += records.length;
    checkEntries(entries, limits);
    const plain = !unusual.test(text);
    const clean = !suspicious.test(text);
    const block: TreeEntry[] = [];
    for (const record of records) {
      const [head, name] = splitRecord(record);
      checkName(name, previous, clean, limits);
      const isText = plain && name.charCodeAt(0) !== quoteCode && !name.includes('\t');
      previous = name;
      block.push({
        path: isText ? name : pathFromBytes(Buffer.from(name, 'latin1')),
        mode: head.slice(0, head.indexOf(' ')),
        oid: head.slice(head.lastIndexOf(' ') + 1),
        size: null,
      });
    }
    yield block;
  }
  if (rest !== '') throw damaged('the tree’s listing ends within an entry');
}

/** Git writes 4 KiB at a time: a block for each would cost more than its entries. */
const pieceLength = 65_536;

export async function* inPieces(output: AsyncIterable<Buffer>, limits: ListingLimits): AsyncGenerator<string> {
  let piece = '';
  let bytes = 0;
  for await (const chunk of output) {
    bytes += chunk.length;
    if (bytes > limits.listingBytes) throw tooLong(limits);
    piece += chunk.toString('latin1');
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

const quoteCode = 34;
/** Where the tab stands after a SHA-1 blob, as in nearly every entry. */
const usualTab = '100644 blob '.length + 40;

const splitRecord = (record: string): readonly [head: string, name: string] => {
  const tab = record.charCodeAt(usualTab) === tabCode ? usualTab : record.indexOf('\t');
  if (tab < 0) throw damaged('the tree’s listing is malformed');
  return [record.slice(0, tab), record.slice(tab + 1)];
};

export const checkEntries = (entries: number, limits: ListingLimits): void => {
  if (entries > limits.treeEntries) throw over('it has more files', limits.treeEntries);
};

/** `previous`: the name before it. `clean`: no name of the listing has forbidden parts. */
export const checkName = (name: string, previous: string, clean: boolean, limits: ListingLimits): void => {
  if (name.length > limits.pathBytes) throw over('a path has more bytes', limits.pathBytes);
  // A path has more characters than directories.
  if (name.length > limits.pathDepth && slashes(name) > limits.pathDepth)
    throw over('a path has more directories', limits.pathDepth);
  if (!clean && forbidden.test(name))
    throw damaged('its objects are malformed: a tree has an entry with a forbidden name');
  if (name <= previous) throw damaged('its objects are malformed: a tree is not in order');
};

/** Of a directory that is walked into: what {@link checkName} would say of any path in it. */
export const checkDirectory = (prefix: string, depth: number, limits: ListingLimits): void => {
  if (prefix.length > limits.pathBytes) throw over('a path has more bytes', limits.pathBytes);
  if (depth > limits.pathDepth) throw over('a path has more directories', limits.pathDepth);
};

export const tooLong = (limits: ListingLimits): SourceUnusableError =>
  over('its listing has more bytes', limits.listingBytes);

const slashes = (name: string): number => {
  let count = 0;
  for (let at = name.indexOf('/'); at !== -1; at = name.indexOf('/', at + 1)) count += 1;
  return count;
};

const over = (what: string, limit: number): SourceUnusableError =>
  new SourceUnusableError(`the source is too large: ${what} than ${limit}`, { reason: 'too_large' });

export const damaged = (what: string): SourceUnusableError =>
  new SourceUnusableError(what, { reason: 'objects_damaged' });
