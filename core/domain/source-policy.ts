/** `https-only`: what a deployed service may read. `local`: one machine's own paths and loopback servers too. */
export type SourcePolicy = 'https-only' | 'local';

const allowed: Record<SourcePolicy, string> = {
  'https-only': 'an https:// URL',
  local: 'an https:// URL, an http:// URL on loopback, a file:// URL or an absolute path',
};

export const expectedSource = (policy: SourcePolicy): string => `must be ${allowed[policy]}`;

/**
 * Why a source may not be used, or null. What a host name resolves to is checked where the connection is made.
 */
export const refuseSource = (url: string, policy: SourcePolicy): string | null => {
  const expected = expectedSource(policy);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\u0000-\u001f\u007f]/.test(url)) return 'must not contain control characters';
  if (url.startsWith('/')) return policy === 'local' ? null : expected;
  if (!URL.canParse(url)) return expected;
  const { protocol, username, password, hostname } = new URL(url);
  if (username !== '' || password !== '')
    return 'must not contain a user name or a password: give a credential instead';
  if (protocol === 'https:') return hostname === '' ? expected : null;
  if (policy === 'https-only') return expected;
  if (protocol === 'http:') return isLoopback(hostname) ? null : expected;
  if (protocol === 'file:') return hostname === '' || hostname === 'localhost' ? null : expected;
  return expected;
};

/** True for a source that lives on another machine, or behind a server: one that can be pulled from. */
export const isRemote = (url: string): boolean => /^https?:/i.test(url);

/** A path, as git reads an address: nothing before its first slash ends with a colon. */
export const isPathAddress = (address: string): boolean => !/^[^/]*:/.test(address);

/** `ssh://…`, or `host:path` as scp writes it; not `helper::address`, which git hands to a helper. */
export const isSshAddress = (address: string): boolean =>
  /^(?:git\+)?ssh(?:\+git)?:\/\//i.test(address) || /^[^/:]+:(?!:|\/\/)/.test(address);

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
