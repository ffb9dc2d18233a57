import { pathFromBytes } from '../../core/manifest/git-path.ts';
import type { TreeChange } from '../../core/manifest/manifest.ts';
import { checkEntries, checkName, damaged, inPieces, type ListingLimits } from './tree-listing.ts';

/** What comes before a path: modes and blobs of both sides, and a letter. */
const head = /^:\d{6} (\d{6}) [0-9a-f]+ ([0-9a-f]+) ([ADMT])$/;

/**
 * Reads the output of `diff-tree -r -z --no-renames`: one block of changes for each 64 KiB of it. The limits and checks are those of
 * a listing, and so is the order.
 * @throws SourceUnusableError
 */
export async function* readTreeChanges(
  output: AsyncIterable<Buffer>,
  limits: ListingLimits,
): AsyncGenerator<readonly TreeChange[]> {
  let rest: string[] = [''];
  let previous = '';
  let changes = 0;
  for await (const piece of inPieces(output, limits)) {
    const fields = ((rest.pop() ?? '') + piece).split('\0');
    const all = [...rest, ...fields];
    // Head and path, and what has not ended yet.
    const whole = all.length - (all.length % 2 === 1 ? 1 : 2);
    rest = all.slice(whole);
    const block: TreeChange[] = [];
    for (let at = 0; at < whole; at += 2) {
      const name = all[at + 1] as string;
      checkName(name, previous, false, limits);
      previous = name;
      block.push(changeOf(all[at] as string, name));
    }
    changes += block.length;
    checkEntries(changes, limits);
    if (block.length > 0) yield block;
  }
  if (rest.join('') !== '') throw damaged('the changes’ listing ends within an entry');
}

const changeOf = (description: string, name: string): TreeChange => {
  const [, mode, oid, kind] = head.exec(description) ?? [];
  if (mode === undefined || oid === undefined) throw damaged('the changes’ listing is malformed');
  const path = pathFromBytes(Buffer.from(name, 'latin1'));
  return { path, entry: kind === 'D' ? null : { path, mode, oid, size: null } };
};
