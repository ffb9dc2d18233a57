/**
 * Attribute maps whose names are users' own: branches, users. The SDK makes plain objects of them by assignment, where the name
 * `__proto__` sets the prototype and is lost, and takes one with a `constructor` for no plain object. So these two are
 * stored behind a tilde, which no branch and no user has in its name.
 */
const unstorable: readonly string[] = ['__proto__', 'constructor'];
const MARK = '~';

export const storedName = (name: string): string => (unstorable.includes(name) ? `${MARK}${name}` : name);

const givenName = (stored: string): string =>
  stored.startsWith(MARK) && unstorable.includes(stored.slice(1)) ? stored.slice(1) : stored;

const renamed = (record: object, rename: (name: string) => string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [rename(name), value]));

export const storedNames = (record: object): Record<string, unknown> => renamed(record, storedName);

/** What is not a map is left for the schema to refuse. */
export const namesAsGiven = (stored: unknown): unknown =>
  typeof stored === 'object' && stored !== null ? renamed(stored, givenName) : stored;
