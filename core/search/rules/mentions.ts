/** A found piece of a file. */
export interface FoundText {
  readonly path: string;
  readonly text: string;
  /** 0 to 1, the best hit's 1. */
  readonly share: number;
}

/** A file's name without its folders and its ending, in one writing: `lock-store.ts`, `lock_store.go` and `LockStore.java` are `lockstore`. */
export const bareName = (path: string): string =>
  path
    .slice(path.lastIndexOf('/') + 1)
    .replace(/\.[^.]*$/, '')
    .replaceAll(/[_-]/g, '')
    .toLowerCase();

/**
 * How much the other files that were found name a file, in imports or otherwise, each as much as it was itself found: 0 to 1. What all
 * the others are about is what was asked for. Only the texts that were found are read.
 */
export const mentionShares = (found: readonly FoundText[]): ReadonlyMap<string, number> => {
  const names = new Map<number, Set<string>>();
  const best = new Map<string, number>();
  const wanted = new Map<string, number>();
  for (const { path, share } of found) {
    if (!best.has(path)) {
      const name = nameHash(bareName(path));
      wanted.set(path, name);
      names.set(name, new Set());
    }
    best.set(path, Math.max(best.get(path) ?? 0, share));
  }
  const sieve = new Uint8Array(sieveSize);
  for (const hash of names.keys()) sieve[hash & (sieveSize - 1)] = 1;
  for (const { path, text } of found) eachName(text, sieve, (hash) => names.get(hash)?.add(path));
  const most = Math.log1p([...best.values()].reduce((sum, share) => sum + share, 0));
  return new Map(
    [...wanted].map(([path, name]) => {
      let sum = 0;
      for (const other of names.get(name) ?? []) if (other !== path) sum += best.get(other) ?? 0;
      return [path, most === 0 ? 0 : Math.log1p(sum) / most];
    }),
  );
};

const nameHash = (name: string): number => {
  let result = 0;
  eachName(name, all, (hash) => {
    result = hash;
  });
  return result;
};

/** By the lowest bits of a hash: most words of a text are let go by it. */
const sieveSize = 4096;
const all = new Uint8Array(sieveSize).fill(1);

/** FNV-1a of each word of letters and digits that the sieve has, in lower case and without its hyphens and underscores: no string is made for any. */
const eachName = (text: string, sieve: Uint8Array, take: (hash: number) => void): void => {
  let hash = offsetBasis;
  let length = 0;
  for (let i = 0; i <= text.length; i++) {
    const unit = i < text.length ? text.charCodeAt(i) : 32;
    const kind = unit < 128 ? (kinds[unit] as number) : unit;
    if (kind > 1) {
      hash = Math.imul(hash ^ kind, prime);
      length += 1;
    } else if (kind === 0) {
      if (length > 0 && sieve[hash & (sieveSize - 1)] === 1) take(hash);
      hash = offsetBasis;
      length = 0;
    }
  }
};

const offsetBasis = 0x811c9dc5 | 0;
const prime = 0x01000193;
/** Of an ASCII character: 0 ends a name, 1 is left out of it, all else is the character in lower case. */
const kinds = Uint8Array.from({ length: 128 }, (_, unit) => {
  const char = String.fromCharCode(unit).toLowerCase();
  return /[a-z0-9]/.test(char) ? char.charCodeAt(0) : /[_-]/.test(char) ? 1 : 0;
});
