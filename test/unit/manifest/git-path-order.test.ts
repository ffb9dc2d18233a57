import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparePaths, pathFromBytes, pathToBytes } from '../../../core/manifest/git-path.ts';

const name = fc.uint8Array({ minLength: 1, maxLength: 12 }).filter((bytes) => !bytes.includes(0));
const unicode = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
  .map((text) => new TextEncoder().encode(text));
const anyName = fc.oneof(name, unicode);

describe('a path in text form', () => {
  it('is the name itself where that is plain UTF-8', () => {
    expect(pathFromBytes(new TextEncoder().encode('src/naïve 文.ts'))).toBe('src/naïve 文.ts');
  });

  it('is quoted as git quotes where it is not', () => {
    expect(pathFromBytes(Uint8Array.from([0x63, 0xe9, 0x0a, 0x22, 0x5c]))).toBe('"c\\351\\n\\"\\\\"');
  });

  it('gives the same bytes back, whatever they were', () => {
    fc.assert(
      fc.property(anyName, (bytes) => {
        expect(pathToBytes(pathFromBytes(bytes))).toEqual(bytes);
      }),
    );
  });

  it('never holds a character that would end a line or a field', () => {
    fc.assert(
      fc.property(anyName, (bytes) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
        expect(pathFromBytes(bytes)).not.toMatch(/[\u0000-\u001f]/);
      }),
    );
  });

  it('sorts as git sorts: by bytes', () => {
    fc.assert(
      fc.property(anyName, anyName, (a, b) => {
        const expected = Math.sign(Buffer.compare(a, b));
        expect(Math.sign(comparePaths(pathFromBytes(a), pathFromBytes(b)))).toBe(expected);
      }),
    );
  });

  it('sorts a surrogate pair after U+FFFD, as UTF-8 does and UTF-16 does not', () => {
    expect(comparePaths('\u{1F600}', '\uFFFD')).toBeGreaterThan(0);
  });
});
