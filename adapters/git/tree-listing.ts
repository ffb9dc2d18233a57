import { SourceUnusableError } from '../../core/domain/errors.ts';
import { pathFromBytes } from '../../core/domain/git-path.ts';
import type { TreeEntry } from '../../core/domain/manifest.ts';
import type { GitLimits } from './git-limits.ts';

const slash = 47;
/** `<mode> <type> <oid>` before the tab: at most 6 + 1 + 6 + 1 + 64. */
const headBytes = 78;

/**
 * Reads the output of `ls-tree -r -z`, entry by entry, and holds no more than one chunk of it.
 * A few hundred bytes of pack can name a billion files, so every limit is checked while reading.
 * @throws SourceUnusableError
 */
export async function* readTreeListing(
  output: AsyncIterable<Buffer>,
  limits: Pick<GitLimits, 'treeEntries' | 'pathBytes' | 'pathDepth' | 'listingBytes'>,
): AsyncGenerator<TreeEntry> {
  let rest: Buffer = Buffer.alloc(0);
  let entries = 0;
  let bytes = 0;
  for await (const chunk of output) {
    bytes += chunk.length;
    if (bytes > limits.listingBytes) throw over('its listing has more bytes', limits.listingBytes);
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = rest.indexOf(0); end !== -1; end = rest.indexOf(0, start)) {
      if (++entries > limits.treeEntries) throw over('it has more files', limits.treeEntries);
      yield readEntry(rest.subarray(start, end), limits);
      start = end + 1;
    }
    rest = rest.subarray(start);
    if (rest.length > headBytes + limits.pathBytes) throw over('a path has more bytes', limits.pathBytes);
  }
  if (rest.length > 0) throw new SourceUnusableError('the tree’s listing ends within an entry');
}

const readEntry = (record: Buffer, limits: Pick<GitLimits, 'pathBytes' | 'pathDepth'>): TreeEntry => {
  const tab = record.indexOf(9);
  const [mode, , oid] = record.toString('latin1', 0, Math.max(tab, 0)).split(' ');
  if (mode === undefined || oid === undefined) throw new SourceUnusableError('the tree’s listing is malformed');
  const name = record.subarray(tab + 1);
  if (name.length > limits.pathBytes) throw over('a path has more bytes', limits.pathBytes);
  let depth = 0;
  for (let at = name.indexOf(slash); at !== -1; at = name.indexOf(slash, at + 1)) depth += 1;
  if (depth > limits.pathDepth) throw over('a path has more directories', limits.pathDepth);
  return { path: pathFromBytes(name), mode, oid, size: null };
};

const over = (what: string, limit: number): SourceUnusableError =>
  new SourceUnusableError(`the source is too large: ${what} than ${limit}`);
