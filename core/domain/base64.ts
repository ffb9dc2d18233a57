/** Bytes as text that can be in an address as it is (RFC 4648, section 5, without padding). */
export const toBase64Url = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');

/** Null for what is no such text. */
export const fromBase64Url = (text: string): Uint8Array | null =>
  /^[\w-]+$/.test(text) && text.length % 4 !== 1 ? fromBase64(text) : null;

/** Of either alphabet, with or without padding. Throws for anything else. */
export const fromBase64 = (text: string): Uint8Array =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
