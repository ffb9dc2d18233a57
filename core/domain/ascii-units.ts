const encoder = new TextEncoder();

/** Stands for each code unit beyond ASCII, which is to be looked up in the text. */
export const BEYOND_ASCII = 0x80;

/**
 * The UTF-16 code units of a text, a byte for each. A loop over bytes takes a fraction of one over a string, which V8 asks for its form at each unit.
 * @param into is filled and returned if it is long enough; else a longer one is. What is behind the text's length means nothing.
 */
export const asciiUnits = (text: string, into: Uint8Array): Uint8Array => {
  const { length } = text;
  const bytes = into.length < length ? new Uint8Array(Math.max(length, into.length * 2)) : into;
  const { read, written } = encoder.encodeInto(text, bytes);
  if (read === length && written === length) return bytes;
  for (let i = 0; i < length; i++) bytes[i] = Math.min(text.charCodeAt(i), BEYOND_ASCII);
  return bytes;
};
