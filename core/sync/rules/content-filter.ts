import { extensionOf, fileNameOf, type Language, languageOf } from '../../domain/languages.ts';
import type { SkipReason } from '../../domain/outcomes.ts';
import { saysGenerated } from './generated-marker.ts';
import { headerComment } from './header-comment.ts';

/** Larger files are not indexed. Bytes. */
export const MAX_FILE_BYTES = 1_048_576;
/** Chunks of a file at most: of the shortest lines, two bytes each with its end, a chunk takes 200. */
export const MAX_CHUNKS = Math.ceil(MAX_FILE_BYTES / 400);

/** Where generated markers are looked for. */
const headBytes = 4096;

/**
 * Whether a file's content, as UTF-8, is not worth indexing, and why; null when it is. The first reason that holds, in this order:
 * `empty` (nothing but white space), `too_large`, `generated` (the
 * header says so, see generated-marker.ts, or it is a source map), `minified` (scripts and style sheets only, see below).
 */
export const skipByContent = (bytes: Uint8Array, path: string): SkipReason | null => {
  if (bytes.length > MAX_FILE_BYTES) return 'too_large';
  if (isEmpty(bytes)) return 'empty';
  const language = languageOf(path);
  if (isGenerated(bytes, path, language)) return 'generated';
  return isMinified(bytes, path, language) ? 'minified' : null;
};

const isEmpty = (bytes: Uint8Array): boolean => {
  for (let i = markLength(bytes); i < bytes.length; i++) if (!isSpace(bytes[i] as number)) return false;
  return true;
};

/** Of UTF-8's byte order mark. */
const markLength = (bytes: Uint8Array): number => (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0);

const isSpace = (byte: number): boolean => byte === 32 || (byte >= 9 && byte <= 13);

const prose: ReadonlySet<Language | null> = new Set<Language | null>([
  'markdown',
  'restructuredtext',
  'asciidoc',
  'text',
  'tex',
  null,
]);

const isGenerated = (bytes: Uint8Array, path: string, language: Language | null): boolean => {
  const head = bytes.subarray(markLength(bytes), headBytes);
  if (extensionOf(path) === 'map' && /^\{\s*"(?:version|sources|mappings|file)"/.test(latin1.decode(head))) return true;
  return hasMarkersWord(head) && saysGenerated(headerComment(latin1.decode(head)), prose.has(language));
};

/** All markers have this word, in whatever case. Most files do not: their head need not become a string. */
const markersWord = Uint8Array.from('generated', (letter) => letter.charCodeAt(0));
/** Of each byte: how far the word's end must move on, at least, to lie on a place where it may stand (Horspool's search). */
const shifts = new Uint8Array(256).fill(markersWord.length);
markersWord.subarray(0, -1).forEach((letter, at) => {
  shifts[letter] = markersWord.length - 1 - at;
  shifts[letter - 32] = markersWord.length - 1 - at;
});

const hasMarkersWord = (head: Uint8Array): boolean => {
  for (let end = markersWord.length - 1; end < head.length; end += shifts[head[end] as number] as number)
    if (endsMarkersWord(head, end)) return true;
  return false;
};

const endsMarkersWord = (head: Uint8Array, end: number): boolean => {
  // In ASCII a letter and its capital differ in one bit.
  for (let at = markersWord.length - 1, from = end - at; at >= 0; at--)
    if (((head[from + at] as number) | 32) !== markersWord[at]) return false;
  return true;
};

/** Markers are ASCII: a byte a character, whatever the encoding, is all that they need, and it cannot fail. */
const latin1 = new TextDecoder('latin1');

/** Only these are minified in practice. Prose, one-line JSON and data have long lines too, and are meant to be read or found. */
const minifiable: ReadonlySet<Language | null> = new Set<Language | null>(['javascript', 'css']);
/** Bytes a line on average, from which a file is looked at closely; hand-written code has 20–40. */
const longMean = 300;
/** Lines as long as this are looked at closely too, where they are most of the file: a table of data in hand-written code is not. */
const longLine = 20_000;
/** Hand-written lines have more white space than this share, indentation not even counted; minifiers leave 1–5 %. */
const leastSpace = 0.1;
/** Text outside ASCII is written without spaces in some scripts: more of it than this share is prose. */
const mostForeign = 0.2;

const isMinified = (bytes: Uint8Array, path: string, language: Language | null): boolean => {
  if (!minifiable.has(language)) return false;
  if (/\.min\.[a-z]+$/i.test(fileNameOf(path))) return true;
  let lines = 0;
  let dense = 0;
  for (let from = 0; from < bytes.length; lines++) {
    const end = bytes.indexOf(10, from);
    const next = end < 0 ? bytes.length : end + 1;
    if (next - from > longLine && isDense(bytes.subarray(from, next))) dense += next - from;
    from = next;
  }
  return dense > bytes.length / 2 || (bytes.length / lines > longMean && isDense(bytes));
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
