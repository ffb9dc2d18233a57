import { type BlockCursor, openCursor } from '../block-cursor.ts';
import { mapAhead } from './map-ahead.ts';
import { type PageBounds, PageCutter, standardBounds } from './page-cutter.ts';
import { pageName, pageText } from './page-text.ts';
import {
  PAGES_AT_ONCE,
  type PageChange,
  type PageRef,
  placeOf,
  type ReadPage,
  type SetKind,
  type Sums,
  type WritePage,
} from './paged-set.ts';
import { firstAtOrAfter } from './read-pages.ts';

export interface Edit<Change extends PageChange = PageChange> {
  readonly kind: SetKind;
  /** The pages of the set as it is; none for a set that is made anew. */
  readonly base: readonly PageRef[];
  /** In the set's order, each key once. */
  readonly changes: AsyncIterable<readonly Change[]>;
  readonly read: ReadPage;
  readonly write: WritePage;
  /** Told of each change in turn, with the line that was there. */
  readonly note?: (before: string | null, change: Change) => void;
  /** Called when it has been told of all: the last pages may still be written. */
  readonly noted?: () => void;
  readonly bounds?: PageBounds;
}

/**
 * The pages of a set after changes: the same as if it had been made anew. Reads the pages that the changes fall into, and those after
 * them until a page ends where one ended before; the others stay as they are.
 */
export const editPages = async <Change extends PageChange>(edit: Edit<Change>): Promise<readonly PageRef[]> => {
  const pages: PageRef[] = [];
  const made = mapAhead(cutPages(edit), PAGES_AT_ONCE, async (cut) => cut.kept ?? writePage(edit, cut.lines));
  for await (const page of made) pages.push(page);
  return pages;
};

/** A page that stays as it is, or the lines of one that may be new. */
type Cut = { readonly kept: PageRef } | { readonly kept?: undefined; readonly lines: readonly string[] };

async function* cutPages<Change extends PageChange>(edit: Edit<Change>): AsyncGenerator<Cut> {
  const { kind, base, bounds = standardBounds } = edit;
  const cutter = new PageCutter(kind, bounds);
  const changes = openCursor(edit.changes);
  const readPage = readAhead(edit, changes);
  let at = 0;
  try {
    for (;;) {
      const more = await changes.fill();
      if (cutter.isAtEnd) {
        const touched = more ? Math.max(0, placeOf(kind, base, nextKey(changes))) : base.length;
        while (at < touched) yield { kept: base[at++] as PageRef };
      }
      if (!more && at >= base.length) break;
      const lines = at < base.length ? await readPage(at) : [];
      at += 1;
      yield* merged(edit, cutter, lines, changes, base[at]?.firstKey);
    }
  } finally {
    await changes.close();
  }
  edit.noted?.();
  const lines = cutter.rest();
  if (lines.length > 0) yield { lines };
}

const nextKey = (changes: BlockCursor<PageChange>): string => (changes.lines[changes.at] as PageChange).key;

/** One page's lines with the changes up to the next page's first key. */
async function* merged<Change extends PageChange>(
  { kind, note }: Edit<Change>,
  cutter: PageCutter,
  lines: readonly string[],
  changes: BlockCursor<Change>,
  end: string | undefined,
): AsyncGenerator<Cut> {
  let at = 0;
  for (;;) {
    // Not for every line: that would be a turn for each.
    if (changes.at === changes.lines.length) await changes.fill();
    const next = changes.lines[changes.at];
    const due = next !== undefined && (end === undefined || kind.compare(next.key, end) < 0) ? next : null;
    // The lines before the change, which are most of a page, are not looked at one by one.
    const until = due === null ? lines.length : firstAtOrAfter(kind, lines, due.key, at);
    while (at < until) {
      const page = cutter.add(lines[at++] as string);
      if (page !== null) yield { lines: page };
    }
    if (due === null) return;
    const before = lines[at];
    const isThere = before !== undefined && kind.compare(kind.keyOf(before), due.key) === 0;
    if (isThere) at += 1;
    changes.at += 1;
    note?.(isThere ? before : null, due);
    const page = due.line === null ? null : cutter.add(due.line);
    if (page !== null) yield { lines: page };
  }
}

/** Reads a page, and meanwhile those that the changes at hand will need next. */
const readAhead = ({ kind, base, read }: Pick<Edit, 'kind' | 'base' | 'read'>, changes: BlockCursor<PageChange>) => {
  const underWay = new Map<number, Promise<readonly string[]>>();
  let block: readonly PageChange[] = [];
  let looked = 0;
  const begin = (place: number): Promise<readonly string[]> => {
    const reading = underWay.get(place) ?? read(base[place] as PageRef);
    reading.catch(() => undefined);
    underWay.set(place, reading);
    return reading;
  };
  return (place: number): Promise<readonly string[]> => {
    const reading = begin(place);
    if (block !== changes.lines) [block, looked] = [changes.lines, 0];
    for (looked = Math.max(looked, changes.at); looked < block.length && underWay.size < PAGES_AT_ONCE; looked++) {
      const needed = placeOf(kind, base, (block[looked] as PageChange).key);
      if (needed > place) begin(needed);
    }
    underWay.delete(place);
    return reading;
  };
};

const writePage = async ({ kind, write }: Pick<Edit, 'kind' | 'write'>, lines: readonly string[]): Promise<PageRef> => {
  const text = pageText(lines);
  const name = await pageName(text);
  const sums = { files: 0, chunks: 0, bytes: 0 };
  for (const line of lines) add(sums, kind.sumsOf(line));
  const firstKey = kind.keyOf(lines[0] as string);
  return { name, lines: lines.length, ...sums, firstKey, ...(await write(name, text, lines)) };
};

const add = (sums: { files: number; chunks: number; bytes: number }, more: Sums | null): void => {
  if (more === null) return;
  sums.files += more.files;
  sums.chunks += more.chunks;
  sums.bytes += more.bytes;
};
