import { isIP } from 'node:net';

/** Whether a `Host` header names this service. */
export type HostCheck = (host: string | undefined) => boolean;

/**
 * Lets through addresses, localhost, and the names given. A page of any origin can have its own name resolved to 127.0.0.1 and then
 * read what is answered there (DNS rebinding); its requests bear that name, and no page can make it an address. Without the
 * header, as HTTP/1.0 allows, it was no browser.
 */
export const createHostCheck = (names: readonly string[]): HostCheck => {
  const known = new Set(['localhost', ...names.map((name) => name.toLowerCase())]);
  return (host) => {
    if (host === undefined) return true;
    const name = nameOf(host);
    return name !== null && (isIP(name) !== 0 || known.has(name) || name.endsWith('.localhost'));
  };
};

/** Without its port and the brackets of IPv6; null for what is no host. */
const nameOf = (host: string): string | null => {
  const [, bracketed, plain] = /^(?:\[([^\]]+)\]|([^:]+))(?::\d{0,5})?$/.exec(host.toLowerCase()) ?? [];
  return bracketed ?? plain ?? null;
};
