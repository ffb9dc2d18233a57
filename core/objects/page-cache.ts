import type { ManifestRoot } from '../manifest/pages/manifest-root.ts';
import { NOT_STORED } from './manifests.ts';

/** Keeps what was loaded under a name that never means anything else, as long as there is room; what was used longest ago goes first. */
export const createPageCache = (maxBytes: number) => {
  const held = new Map<string, { readonly value: Promise<unknown>; bytes: number }>();
  let total = 0;

  const evict = (latest: string): void => {
    for (const [key, { bytes }] of held) {
      if (total <= maxBytes) return;
      if (key === latest) continue;
      total -= bytes;
      held.delete(key);
    }
  };

  return async <Value>(key: string, load: () => Promise<Value>, bytesOf: (value: Value) => number): Promise<Value> => {
    const known = held.get(key);
    if (known !== undefined) {
      held.delete(key);
      held.set(key, known);
      return known.value as Promise<Value>;
    }
    const value = load();
    const entry = { value, bytes: 0 };
    held.set(key, entry);
    try {
      const loaded = await value;
      // It may have gone meanwhile.
      if (held.get(key) === entry) {
        entry.bytes = bytesOf(loaded);
        total += entry.bytes;
        evict(key);
      }
      return loaded;
    } catch (error) {
      if (held.get(key) === entry) held.delete(key);
      throw error;
    }
  };
};

export type PageCache = ReturnType<typeof createPageCache>;

/** What a string takes beside its text, in its page: two words, a hash, and its place in the list. */
export const BYTES_A_LINE = 40;
/** A page of a root, with its first key. */
const BYTES_A_PAGE = 400;

export const bytesOfLines = (lines: readonly string[]): number =>
  lines.reduce((bytes, line) => bytes + line.length + BYTES_A_LINE, BYTES_A_LINE);

/** Each page and pack that it names; one of the earlier form holds its pages too. */
export const bytesOfRoot = (root: ManifestRoot): number => {
  let bytes = BYTES_A_PAGE;
  for (const pages of root.values())
    for (const { writer, lines } of pages) bytes += BYTES_A_PAGE + (writer === NOT_STORED ? lines * 120 : 0);
  return bytes;
};
