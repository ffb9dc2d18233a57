/**
 * The member that the object itself has under this name. Plain indexing also finds what every object inherits, so a branch
 * called `constructor` would be found in every list of branches. `test/unit/docs/own-names.test.ts` finds plain indexing.
 */
export const own = <Value>(record: Readonly<Record<string, Value>> | undefined, name: string): Value | undefined =>
  record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;

/** Counts on under a name. */
export const addUnder = (counts: Record<string, number>, name: string, more: number): void => {
  const value = (own(counts, name) ?? 0) + more;
  Object.defineProperty(counts, name, { value, enumerable: true, writable: true, configurable: true });
};
