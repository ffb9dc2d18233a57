import type { MemoryObjectStore } from '../faults/memory/memory-objects.ts';

/** A store that says which keys were read of it. To a cache it is another store than the one that it shows, and than any other watched one. */
export const watched = (
  store: MemoryObjectStore,
): { readonly objects: MemoryObjectStore; readonly reads: readonly string[] } => {
  const reads: string[] = [];
  const objects = new Proxy(store, {
    get: (target, member) => {
      const value: unknown = Reflect.get(target, member);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        if (member === 'getText' || member === 'getLines') reads.push(String(args[0]));
        return value.apply(target, args);
      };
    },
  });
  return { objects, reads };
};
