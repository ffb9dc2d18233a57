import type { EncodingSource } from '../../domain/outcomes.ts';

/** A file's text, and what it was written in; null: UTF-8, as nearly all are. */
export interface FileText {
  readonly text: string;
  readonly encoding: string | null;
  readonly source: EncodingSource | null;
}

/** Git's own rule (buffer_is_binary in its xdiff-interface.c): a NUL in this many first bytes. */
const binaryProbe = 8000;

/** Whether the bytes are their own text: ASCII, which is UTF-8, and not binary. {@link readText} says the same of them, and takes longer. */
export const isPlain = (bytes: Uint8Array): boolean => {
  for (let i = 0; i < bytes.length; i++) if ((bytes[i] as number) >= 0x80) return false;
  return !bytes.subarray(0, binaryProbe).includes(0);
};

/**
 * A file's bytes as text: by their byte order mark; as UTF-8, which is what git stores of a file with `working-tree-encoding`; by
 * that attribute, for a file that was committed before it was set; as UTF-8 with some bytes damaged. Null where none of these holds: its encoding
 * must be guessed. `declared` is the attribute's value, null where there is none.
 */
export const readText = (bytes: Uint8Array, declared: string | null): FileText | 'binary' | null => {
  const mark = markOf(bytes);
  if (mark !== null) return decoded(bytes, mark, 'byte_order_mark') ?? 'binary';
  const named = declared === null ? null : labelOf(declared);
  if (bytes.subarray(0, binaryProbe).includes(0))
    return (named?.startsWith('utf-16') && decoded(bytes, named, 'gitattributes')) || 'binary';
  const plain = decode(bytes, 'utf-8');
  if (plain !== null) return { text: plain, encoding: null, source: null };
  return (named !== null ? decoded(bytes, named, 'gitattributes') : null) ?? damaged(bytes);
};

/** The text in the encoding that a guess named; null when it cannot be. */
export const readAs = (bytes: Uint8Array, encoding: string): FileText | null => decoded(bytes, encoding, 'detected');

const markOf = (bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null => {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null;
};

/** Strictly: an encoding in which these bytes are none is another one. */
const decode = (bytes: Uint8Array, label: string): string | null => {
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch {
    // Not of this encoding, or one that is not known here.
    return null;
  }
};

const decoded = (bytes: Uint8Array, encoding: string, source: EncodingSource): FileText | null => {
  const text = decode(bytes, encoding);
  return text === null || text.includes('\0') ? null : { text, encoding, source };
};

/** What iconv calls encodings that the Encoding Standard knows under other names; `-BOM` is git's own. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ['utf-16', 'utf-16le'],
  ['cp932', 'shift_jis'],
  ['cp936', 'gbk'],
  ['cp949', 'euc-kr'],
  ['uhc', 'euc-kr'],
  ['cp950', 'big5'],
  ['cp874', 'windows-874'],
]);

const labelOf = (declared: string): string => {
  const name = declared.toLowerCase().replace(/-bom$/, '');
  return otherNames.get(name) ?? name;
};

/** Text of other encodings has far fewer byte sequences that are UTF-8 by chance than ones that are not. */
const soundShare = 2;

/** UTF-8 that was cut or pasted wrongly: a few bytes are lost, the rest is text. */
const damaged = (bytes: Uint8Array): FileText | null => {
  const text = new TextDecoder().decode(bytes);
  let sound = 0;
  let lost = 0;
  for (const char of text)
    if (char === '\ufffd') lost += 1;
    else if (char > '\u007f') sound += 1;
  return sound >= lost * soundShare ? { text, encoding: 'utf-8', source: 'damaged' } : null;
};
