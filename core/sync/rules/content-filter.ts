import { extensionOf, fileNameOf, type Language, languageOf } from '../../domain/languages.ts';
import type { SkipReason } from '../../domain/outcomes.ts';

/** Larger files are not indexed. Bytes. */
export const MAX_FILE_BYTES = 1_048_576;

/** Git's own rule (buffer_is_binary in its xdiff-interface.c): a NUL in this many first bytes. */
const binaryProbe = 8000;
/** Where generated markers are looked for. */
const headLines = 20;
const headBytes = 4096;

/**
 * Whether a file's content is not worth indexing, and why; null when it is. The first reason that holds, in this order:
 * `empty` (nothing but white space), `too_large`, `binary` (git's rule, and UTF-16 byte order marks), `generated` (a marker
 * in a comment of the first 20 lines, or a source map), `minified` (scripts and style sheets only, see below).
 */
export const skipByContent = (bytes: Uint8Array, path: string): SkipReason | null => {
  if (bytes.length > MAX_FILE_BYTES) return 'too_large';
  if (isUtf16(bytes) || bytes.subarray(0, binaryProbe).includes(0)) return 'binary';
  if (isEmpty(bytes)) return 'empty';
  const language = languageOf(path);
  if (isGenerated(bytes, path, language)) return 'generated';
  return isMinified(bytes, path, language) ? 'minified' : null;
};

const isUtf16 = (bytes: Uint8Array): boolean =>
  (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);

const isEmpty = (bytes: Uint8Array): boolean => {
  const from = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  for (let i = from; i < bytes.length; i++) if (!isSpace(bytes[i] as number)) return false;
  return true;
};

const isSpace = (byte: number): boolean => byte === 32 || (byte >= 9 && byte <= 13);

/** A line that can only be a comment, in any of the usual languages, or the inside of a block comment. */
const commentLine = /^\s*(?:\/\/|\/\*|\*|#|--|;|<!--|%|"""|'''|\(\*|\{-|rem\b|@rem\b|dnl\b|')/i;
/** Markers that tools agree on: they hold in every language. */
const agreedMarker = /(?:^|[^\w.'"`-])@generated\b(?!['"`])|\bcode generated\b.*\bdo not edit\b|<auto-?generated\b/i;
/** In prose such words are about something; in a comment of code, together, they are about the file. */
const madeByTool = /\b(?:auto(?:matically|-)?[- ]?)?generated\b/i;
const handsOff = /\b(?:do not|don't|never) (?:edit|modify|change|alter|touch)\b/i;
const prose: ReadonlySet<Language | null> = new Set<Language | null>([
  'markdown',
  'restructuredtext',
  'asciidoc',
  'text',
  'tex',
  null,
]);

const isGenerated = (bytes: Uint8Array, path: string, language: Language | null): boolean => {
  const lines = latin1.decode(bytes.subarray(0, headBytes)).split('\n', headLines);
  if (extensionOf(path) === 'map' && /^\{\s*"(?:version|sources|mappings|file)"/.test(lines[0] ?? '')) return true;
  const comments = lines.filter((line) => commentLine.test(line));
  if (comments.some((line) => agreedMarker.test(line))) return true;
  if (prose.has(language)) return false;
  return comments.some((line) => madeByTool.test(line)) && comments.some((line) => handsOff.test(line));
};

/** Markers are ASCII: a byte a character, whatever the encoding, is all that they need, and it cannot fail. */
const latin1 = new TextDecoder('latin1');

/** Only these are minified in practice. Prose, one-line JSON and data have long lines too, and are meant to be read or found. */
const minifiable: ReadonlySet<Language | null> = new Set<Language | null>(['javascript', 'css']);
/** Bytes a line on average, from which a file is looked at closely; hand-written code has 20–40. */
const longMean = 300;
/** One line as long as this is looked at closely too, whatever the others are. */
const longLine = 20_000;
/** Hand-written lines have more white space than this share, indentation not even counted; minifiers leave 1–5 %. */
const leastSpace = 0.1;
/** Text outside ASCII is written without spaces in some scripts: more of it than this share is prose. */
const mostForeign = 0.2;

const isMinified = (bytes: Uint8Array, path: string, language: Language | null): boolean => {
  if (!minifiable.has(language)) return false;
  if (/[.-]min\.[a-z]+$/i.test(fileNameOf(path))) return true;
  let lines = 0;
  for (let from = 0; from < bytes.length; lines++) {
    const end = bytes.indexOf(10, from);
    const next = end < 0 ? bytes.length : end + 1;
    if (next - from > longLine && isDense(bytes.subarray(from, next))) return true;
    from = next;
  }
  return bytes.length / lines > longMean && isDense(bytes);
};

/** Code (or data) with its white space squeezed out, and not sentences. */
const isDense = (bytes: Uint8Array): boolean => {
  let spaces = 0;
  let foreign = 0;
  for (const byte of bytes) {
    if (isSpace(byte)) spaces += 1;
    else if (byte >= 0x80) foreign += 1;
  }
  return spaces < bytes.length * leastSpace && foreign < bytes.length * mostForeign;
};
