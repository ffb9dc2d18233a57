/**
 * Git names are bytes. A path is kept as text when its bytes are valid UTF-8 without control characters and it
 * does not begin with a double quote; every other path is kept in git's own C-style quoting, so that two different
 * names never become the same string and a path always fits on one line.
 */

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lossy = new TextDecoder('utf-8', { ignoreBOM: true });
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const needsQuotes = /^"|[\u0000-\u001f\u007f]/;
const escapes: Record<number, string> = {
  7: 'a',
  8: 'b',
  9: 't',
  10: 'n',
  11: 'v',
  12: 'f',
  13: 'r',
  34: '"',
  92: '\\',
};
const unescapes = new Map(Object.entries(escapes).map(([byte, letter]) => [letter, Number(byte)]));

/** The path's text form. */
export const pathFromBytes = (bytes: Uint8Array): string => {
  try {
    const text = utf8.decode(bytes);
    return needsQuotes.test(text) ? quote(bytes) : text;
  } catch {
    return quote(bytes);
  }
};

const quote = (bytes: Uint8Array): string => {
  let out = '"';
  for (const byte of bytes) {
    const letter = escapes[byte];
    if (letter !== undefined) out += `\\${letter}`;
    else if (byte < 32 || byte > 126) out += `\\${byte.toString(8).padStart(3, '0')}`;
    else out += String.fromCharCode(byte);
  }
  return `${out}"`;
};

/** The name's bytes again: the inverse of {@link pathFromBytes}. */
export const pathToBytes = (path: string): Uint8Array => {
  if (!path.startsWith('"')) return new TextEncoder().encode(path);
  const bytes: number[] = [];
  for (let i = 1; i < path.length - 1; i++) {
    const char = path[i] as string;
    if (char !== '\\') {
      bytes.push(char.charCodeAt(0));
      continue;
    }
    const next = path[i + 1] as string;
    const simple = unescapes.get(next);
    if (simple !== undefined) {
      bytes.push(simple);
      i += 1;
    } else {
      bytes.push(Number.parseInt(path.slice(i + 1, i + 4), 8));
      i += 3;
    }
  }
  return Uint8Array.from(bytes);
};

/** A file's name for people and programs: `path` is its text, with U+FFFD for what is not UTF-8; then `path_bytes` has the bytes themselves, in base64. */
export interface ToldName {
  readonly path: string;
  readonly path_bytes?: string;
}

/** The name without git's quoting. */
export const toldName = (path: string): ToldName => {
  if (!path.startsWith('"')) return { path };
  const bytes = pathToBytes(path);
  try {
    return { path: utf8.decode(bytes) };
  } catch {
    return { path: lossy.decode(bytes), path_bytes: btoa(String.fromCharCode(...bytes)) };
  }
};

/** Git's tree order: by bytes. Negative when `a` comes first. */
export const comparePaths = (a: string, b: string): number => {
  if (a === b) return 0;
  if (a.startsWith('"') || b.startsWith('"')) return compareBytes(pathToBytes(a), pathToBytes(b));
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return codeUnitRank(x) - codeUnitRank(y);
  }
  return a.length - b.length;
};

/** UTF-16 sorts surrogate pairs (U+10000 and up) before U+E000–U+FFFF; UTF-8 does not. */
const codeUnitRank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);

const compareBytes = (a: Uint8Array, b: Uint8Array): number => {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
};
