import { extensionOf } from '../domain/languages.ts';
import type { FileSymbols, SymbolExtractor } from '../ports/symbol-extractor.ts';
import { createPageCache, type PageCache } from './page-cache.ts';

/** Kept in memory over all repositories: what about 25,000 files define. */
const MAX_BYTES = 64 * 1024 * 1024;
/** What a definition takes beside its texts. */
const BYTES_A_DEFINITION = 200;

/** All that use one extractor in a process share what is kept. */
const caches = new WeakMap<object, PageCache>();

/** What a text defines, by its blob: that never changes, so what was asked for last is kept. What took too long or broke the parser is tried again. */
export const createFileSymbols = (extractor: SymbolExtractor, maxBytes = MAX_BYTES) => {
  const cache = caches.get(extractor) ?? createPageCache(maxBytes);
  caches.set(extractor, cache);
  return async (path: string, blob: string, text: string): Promise<FileSymbols> => {
    // The ending decides on the language. The blob alone names the text: whose repository it is from does not matter.
    const key = `${blob} ${extensionOf(path)} ${text.length}`;
    try {
      return await cache(
        key,
        async () => {
          const found = await extractor.definitionsIn(path, text);
          if (found.notParsed === 'time' || found.notParsed === 'failed') throw new NotKept(found);
          return found;
        },
        bytesOf,
      );
    } catch (error) {
      if (error instanceof NotKept) return error.found;
      throw error;
    }
  };
};

class NotKept extends Error {
  readonly found: FileSymbols;
  constructor(found: FileSymbols) {
    super('not kept');
    this.found = found;
  }
}

const bytesOf = ({ definitions }: FileSymbols): number =>
  definitions.reduce(
    (sum, { name, container, signature }) =>
      sum + BYTES_A_DEFINITION + name.length + signature.length + (container?.length ?? 0),
    BYTES_A_DEFINITION,
  );
