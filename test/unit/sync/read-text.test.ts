import { describe, expect, it } from 'vitest';
import { isPlain, readAs, readText } from '../../../core/sync/rules/read-text.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** With its byte order mark. */
const utf16 = (text: string, isBig = false): Buffer => {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
  return isBig ? bytes.swap16() : bytes;
};
const text = 'const größe = "漢字";\n';
const sjis = hex('2f2f 2083 6583 5883 670a');

describe('bytes that are plain', () => {
  const ascii = Buffer.from(Array.from({ length: 128 }, (_, unit) => unit).filter((unit) => unit !== 0));

  it.each([
    ['nothing', Buffer.alloc(0), true],
    ['all of ASCII', ascii, true],
    ['a NUL behind the first 8,000 bytes', utf8(`${'x\n'.repeat(4000)}\0`), true],
    ['a NUL among them', utf8(`${'x'.repeat(7999)}\0`), false],
    ['one byte outside ASCII, the last', Buffer.concat([ascii, hex('80')]), false],
    ['the mark of UTF-8', utf8('\ufeffplain'), false],
    ['the mark of UTF-16', utf16('plain'), false],
    ['UTF-8', utf8(text), false],
  ])('%s', (_, bytes, expected) => {
    expect(isPlain(bytes)).toBe(expected);
    if (!expected) return;
    const same = { text: Buffer.from(bytes).toString('latin1'), encoding: null, source: null };
    for (const declared of [null, 'UTF-16LE', 'shift_jis']) expect(readText(bytes, declared)).toEqual(same);
  });
});

describe('a file’s text', () => {
  it.each(['', 'plain\n', text, '😀'])('is UTF-8, and then nothing is said of it: %j', (each) => {
    expect(readText(utf8(each), null)).toEqual({ text: each, encoding: null, source: null });
  });

  it('has no mark of UTF-8', () => {
    expect(readText(utf8(`\ufeff${text}`), null)).toEqual({ text, encoding: null, source: null });
  });

  it.each([
    ['utf-16le', false],
    ['utf-16be', true],
  ])('is %s by its mark', (encoding, isBig) => {
    expect(readText(utf16(text, isBig), null)).toEqual({ text, encoding, source: 'byte_order_mark' });
  });

  it('is none behind a mark that is no mark', () => {
    expect(readText(Uint8Array.of(0xff, 0xfe, 65, 66, 67), null)).toBe('binary');
    expect(readText(Uint8Array.of(0xff, 0xfe, 0, 0xd8, 65, 0), null)).toBe('binary');
    expect(readText(Uint8Array.of(0xff, 0xfe, 65, 0, 0, 0), null)).toBe('binary');
  });

  it('is none with a NUL among the first 8,000 bytes, and some with one after them', () => {
    expect(readText(utf8(`${'x'.repeat(7999)}\0`), null)).toBe('binary');
    expect(readText(utf8(`${'x\n'.repeat(4000)}\0`), null)).toMatchObject({ encoding: null });
    expect(readText(utf8(`${'x'.repeat(7999)}\0`), 'shift_jis')).toBe('binary');
  });

  it.each([
    ['Shift_JIS', 'shift_jis'],
    ['SJIS', 'sjis'],
    ['CP932', 'shift_jis'],
  ])('is what working-tree-encoding=%s says', (declared, encoding) => {
    expect(readText(sjis, declared)).toEqual({ text: '// テスト\n', encoding, source: 'gitattributes' });
  });

  it.each(['UTF-16LE', 'UTF-16', 'utf-16le-bom'])('of UTF-16 without a mark is told by %s', (declared) => {
    expect(readText(Buffer.from(text, 'utf16le'), declared)).toEqual({
      text,
      encoding: 'utf-16le',
      source: 'gitattributes',
    });
    expect(readText(Buffer.from(text, 'utf16le'), null)).toBe('binary');
  });

  it('is UTF-8 whatever is declared: git stores it so', () => {
    expect(readText(utf8(text), 'shift_jis')).toEqual({ text, encoding: null, source: null });
  });

  it.each(['no-such-encoding', 'utf-16le', 'euc-jp', 'constructor'])(
    'is not what %s says when it is none of it',
    (declared) => {
      expect(readText(hex('2f2f 20e9 74e9 0a'), declared)).toBeNull();
    },
  );

  it('is UTF-8 with a few bytes lost, never something else', () => {
    const damaged = Buffer.from(text.repeat(3));
    damaged[8] = 0xff;
    expect(readText(damaged, null)).toMatchObject({ encoding: 'utf-8', source: 'damaged' });
    expect(readText(Buffer.from('// 日本語').subarray(0, -1), null)).toMatchObject({ source: 'damaged' });
  });

  it.each([
    ['latin-1', '2f2f 20e9 74e9 0a'],
    ['Shift_JIS', '2f2f 2083 6583 5883 670a'],
    ['GBK', '2f2f 20b2 e2ca d40a'],
    ['EUC-KR', '2f2f 20c5 d7bd bac6 ae0a'],
    ['windows-1251', '2f2f 20f2 e5f1 f20a'],
  ])('of %s is left to a guess', (_encoding, bytes) => expect(readText(hex(bytes), null)).toBeNull());

  it('is read as guessed, strictly', () => {
    expect(readAs(sjis, 'shift_jis')).toEqual({ text: '// テスト\n', encoding: 'shift_jis', source: 'detected' });
    expect(readAs(sjis, 'utf-8')).toBeNull();
  });
});
