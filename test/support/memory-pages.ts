import { editPages } from '../../core/manifest/pages/edit-pages.ts';
import type { PageBounds } from '../../core/manifest/pages/page-cutter.ts';
import { pageLines } from '../../core/manifest/pages/page-text.ts';
import type { PageChange, PageRef, SetKind } from '../../core/manifest/pages/paged-set.ts';

/** Pages in memory, and how often each was read and written. */
export const memoryPages = () => {
  const texts = new Map<string, string>();
  const counts = { read: 0, written: 0 };
  const read = async (page: PageRef): Promise<readonly string[]> => {
    counts.read += 1;
    return pageLines(page.name, texts.get(page.name) as string);
  };
  const write = async (name: string, page: string | Uint8Array) => {
    const text = typeof page === 'string' ? page : new TextDecoder().decode(page);
    if (!texts.has(name)) counts.written += 1;
    texts.set(name, text);
    return { writer: 'job', stored: text.length };
  };
  return {
    read,
    write,
    /** What has been counted since the last call. */
    take: () => {
      const taken = { ...counts };
      counts.read = 0;
      counts.written = 0;
      return taken;
    },
    edit: (
      kind: SetKind,
      base: readonly PageRef[],
      changes: readonly PageChange[],
      bounds?: PageBounds,
      note: (before: string | null, change: PageChange) => void = () => undefined,
    ) => editPages({ kind, base, changes: inBlocks(changes), read, write, note, ...(bounds && { bounds }) }),
    build: (kind: SetKind, lines: readonly string[], bounds?: PageBounds) =>
      editPages({
        kind,
        base: [],
        changes: inBlocks(lines.map((line) => ({ key: kind.keyOf(line), line }))),
        read,
        write,
        ...(bounds && { bounds }),
      }),
  };
};

/** In blocks of a few, so that pages and blocks do not end at the same places. */
export async function* inBlocks<Item>(items: readonly Item[], length = 7): AsyncGenerator<readonly Item[]> {
  for (let at = 0; at < items.length; at += length) yield items.slice(at, at + length);
}
