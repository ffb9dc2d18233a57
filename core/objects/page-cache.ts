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
