import { mapAhead } from './map-ahead.ts';
import { PAGES_AT_ONCE, type PageRef, placeOf, type ReadPage, type SetKind } from './paged-set.ts';

/** All lines of a set in their order, a page at a time. */
export const streamPages = (pages: readonly PageRef[], read: ReadPage): AsyncIterable<readonly string[]> =>
  mapAhead(pages, PAGES_AT_ONCE, read);

/** Keys from one on, up to another one that is not among them; undefined: to the end. */
export interface KeyRange {
  readonly from: string;
  readonly to: string | undefined;
}

/** The pages that may hold keys of the range. */
export const pagesIn = (kind: SetKind, pages: readonly PageRef[], { from, to }: KeyRange): readonly PageRef[] => {
  const first = Math.max(0, placeOf(kind, pages, from));
  let end = first;
  while (end < pages.length && (to === undefined || kind.compare((pages[end] as PageRef).firstKey, to) < 0)) end += 1;
  return pages.slice(first, end);
};

/** The lines of a page, or of any sorted list of lines, that are in the range. */
export const linesIn = (kind: SetKind, lines: readonly string[], { from, to }: KeyRange): readonly string[] => {
  const first = firstAtOrAfter(kind, lines, from);
  let end = first;
  while (end < lines.length && (to === undefined || kind.compare(kind.keyOf(lines[end] as string), to) < 0)) end += 1;
  return lines.slice(first, end);
};

/**
 * The lines of each range. The ranges are in the set's order, and none reaches into the next. Reads each page that any of them needs once, several at a
 * time, and holds no more.
 */
export async function* readRanges(
  kind: SetKind,
  pages: readonly PageRef[],
  ranges: readonly KeyRange[],
  read: ReadPage,
): AsyncGenerator<readonly string[]> {
  const needed = ranges.map((range) => pagesIn(kind, pages, range));
  const held: { readonly page: PageRef; readonly lines: readonly string[] }[] = [];
  const coming = mapAhead(distinct(needed), PAGES_AT_ONCE, async (page) => ({ page, lines: await read(page) }));
  for (const [i, range] of ranges.entries()) {
    const of = needed[i] as readonly PageRef[];
    while (held.length > 0 && held[0]?.page !== of[0]) held.shift();
    while (held.length < of.length) held.push((await coming.next()).value);
    yield held.slice(0, of.length).flatMap(({ lines }) => linesIn(kind, lines, range));
  }
}

/** The line of each key, null where there is none. The keys are in the set's order. */
export const lookUp = async (
  kind: SetKind,
  pages: readonly PageRef[],
  keys: readonly string[],
  read: ReadPage,
): Promise<readonly (string | null)[]> => {
  const needed = keys.map((key) => pages[placeOf(kind, pages, key)]);
  const coming = mapAhead(
    distinct(needed.map((page) => (page === undefined ? [] : [page]))),
    PAGES_AT_ONCE,
    async (page) => ({ page, lines: await read(page) }),
  );
  const found: (string | null)[] = [];
  let held: { readonly page: PageRef; readonly lines: readonly string[] } | undefined;
  for (const [i, page] of needed.entries()) {
    if (page !== undefined && held?.page !== page) held = (await coming.next()).value ?? undefined;
    found.push(page === undefined || held === undefined ? null : lineOf(kind, held.lines, keys[i] as string));
  }
  return found;
};

const lineOf = (kind: SetKind, lines: readonly string[], key: string): string | null => {
  const line = lines[firstAtOrAfter(kind, lines, key)];
  return line !== undefined && kind.compare(kind.keyOf(line), key) === 0 ? line : null;
};

/** Of sorted runs of pages that may overlap: each page once. */
function* distinct(runs: readonly (readonly PageRef[])[]): Generator<PageRef> {
  let last: PageRef | undefined;
  for (const run of runs) {
    for (const page of run.slice(run.indexOf(last as PageRef) + 1)) yield page;
    last = run.at(-1) ?? last;
  }
}

/** Pages of the one list that the other does not name. */
export const pagesOnlyIn = (these: Iterable<PageRef>, those: Iterable<PageRef>): readonly PageRef[] => {
  const known = new Set<string>();
  for (const page of those) known.add(standOf(page));
  return [...these].filter((page) => !known.has(standOf(page)));
};

/** Where a page stands: a page of the same name that another job wrote is another object. */
export const standOf = ({ writer, name }: Pick<PageRef, 'writer' | 'name'>): string => `${writer}/${name}`;

/** The place of the first line whose key is this one or comes after it; those before `from` come before it. */
export const firstAtOrAfter = (
  { compare, keyOf }: SetKind,
  lines: readonly string[],
  key: string,
  from = 0,
): number => {
  let low = from;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(keyOf(lines[middle] as string), key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
};
