/** Bytes as text that can be in an address as it is (RFC 4648, section 5, without padding). */
export const toBase64Url = (bytes: Uint8Array): string =>
  toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');

export const toBase64 = (bytes: Uint8Array): string => btoa(inPieces(bytes).join(''));

/** As many arguments as a call may have, and far more. */
const PIECE = 8192;

/** A character for each byte; a call for each would take seconds for some megabytes. */
const inPieces = (bytes: Uint8Array): string[] =>
  Array.from({ length: Math.ceil(bytes.length / PIECE) }, (_, i) =>
    String.fromCharCode(...bytes.subarray(i * PIECE, (i + 1) * PIECE)),
  );

/** Null for what is no such text. */
export const fromBase64Url = (text: string): Uint8Array | null =>
  /^[\w-]+$/.test(text) && text.length % 4 !== 1 ? fromBase64(text) : null;

/** Of either alphabet, with or without padding. Throws for anything else. */
export const fromBase64 = (text: string): Uint8Array => {
  const characters = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = new Uint8Array(characters.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = characters.charCodeAt(at);
  return bytes;
};
