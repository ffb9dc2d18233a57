import type { GitObject } from './object-reader.ts';

/** Commits and trees that were read of servers: the next sync asks for what differs from them. */
export interface TreeCache {
  get(server: string, oid: string): GitObject | undefined;
  put(server: string, oid: string, object: GitObject): void;
}

/** The trees above a change in 100,000 files take some kilobytes: of hundreds of repositories. */
const MAX_BYTES = 4 * 1024 * 1024;
/** One object may not drive all others out. */
const MAX_SHARE = 16;
/** What an entry takes beside its content. */
const BYTES_AN_ENTRY = 256;

/**
 * Those that were used last. An object never changes under its id, and git has checked it when it came, so none is ever wrong: one that is not here is asked for again.
 * Kept apart by server, so that what one has said is no answer of another.
 */
export const createTreeCache = (maxBytes = MAX_BYTES): TreeCache => {
  const held = new Map<string, GitObject>();
  let bytes = 0;
  const sizeOf = (key: string, { content }: GitObject): number => content.length + key.length + BYTES_AN_ENTRY;
  const drop = (key: string): void => {
    const object = held.get(key);
    if (object === undefined) return;
    held.delete(key);
    bytes -= sizeOf(key, object);
  };
  return {
    get(server, oid) {
      const key = `${oid} ${server}`;
      const object = held.get(key);
      if (object === undefined) return undefined;
      held.delete(key);
      held.set(key, object);
      return object;
    },
    put(server, oid, { type, content }) {
      const key = `${oid} ${server}`;
      drop(key);
      // A copy: the content may be a view of a much larger piece.
      const object = { type, content: Buffer.from(content) };
      const size = sizeOf(key, object);
      if (size > maxBytes / MAX_SHARE) return;
      held.set(key, object);
      bytes += size;
      for (const oldest of held.keys()) {
        if (bytes <= maxBytes) return;
        drop(oldest);
      }
    },
  };
};
