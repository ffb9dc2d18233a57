/** Whom a credential serves, and where it may be shown. */
export interface CredentialBounds {
  readonly users: '*' | readonly string[];
  /** With their port, where it is not the scheme's own. */
  readonly hosts: readonly string[];
  /** Addresses of which a source's must be one, or continue it after a slash. */
  readonly prefixes: readonly string[];
}

/** A credential as it is asked for: by its name, in the name of a user. */
export interface CredentialUse {
  readonly name: string;
  /** The repository's owner, or who is about to become it. */
  readonly user: string;
}

/** Which of its bounds a use of a credential breaks; null when it may be used. `url`: the source's address. */
export const brokenBound = (
  { users, hosts, prefixes }: CredentialBounds,
  user: string,
  url: string,
): keyof CredentialBounds | null => {
  if (users !== '*' && !users.includes(user)) return 'users';
  const source = URL.parse(url);
  if (source === null || !hosts.includes(source.host)) return 'hosts';
  return prefixes.some((prefix) => isBelow(source, new URL(prefix))) ? null : 'prefixes';
};

/** An address whose server may read it otherwise than it stands here: hidden slashes, dots and percent signs, and `..;` (Java servers). */
const ambiguousPath = /%(?:25|2e|2f|3b|5c)|\/\.{1,2};/i;

/** URLs are compared as parsed, so `..` is resolved. A prefix ends at a slash, never within a name. */
const isBelow = (source: URL, prefix: URL): boolean => {
  if (source.origin !== prefix.origin || ambiguousPath.test(source.pathname)) return false;
  const base = prefix.pathname.replace(/\/$/, '');
  return source.pathname === prefix.pathname || source.pathname.startsWith(`${base}/`);
};
