import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeTokens } from '../../../core/search/rules/code-tokens.ts';
import { scanTokens, tokenHash } from '../../../core/search/rules/token-scan.ts';

/** A scan is lent: what is compared must be copied. */
const scanned = (text: string): { words: string; hashes: number[] } => {
  const { words, length, hashes, count } = scanTokens(text);
  return { words: new TextDecoder().decode(words.subarray(0, length)), hashes: [...hashes.subarray(0, count)] };
};
const expected = (text: string): { words: string; hashes: number[] } => {
  const tokens = codeTokens(text);
  return { words: tokens.join(' '), hashes: tokens.map(tokenHash) };
};

describe('scanTokens', () => {
  it.each([
    '',
    ' \n=> !',
    'parse_config parseConfig PARSE_CONFIG HTTPServer getHTTP2Server utf8 aB ABC x __init__ A',
    'aBCd ABcD a1B2 1a_ _1 a__b Ab_ X_Y',
    'größe фооБар 配置a İx \u{1f600}',
  ])('has the tokens of codeTokens for %j', (text) => {
    expect(scanned(text)).toEqual(expected(text));
  });

  it.each([63, 64, 65, 66, 100])('cuts and joins as codeTokens does around %d characters', (length) => {
    for (const text of [
      'x'.repeat(length),
      'X'.repeat(length),
      `${'X'.repeat(length)}y`,
      `${'X'.repeat(length)}yz_b`,
      `${'x'.repeat(length - 32)}_${'y'.repeat(32)}`,
      `${'x'.repeat(length - 1)}Y z`,
    ])
      expect(scanned(text)).toEqual(expected(text));
  });

  it('has the tokens of codeTokens for any text', () => {
    const codeLike = fc.string({ unit: fc.constantFrom(...'abzABZ019__ .\n'), maxLength: 300 });
    fc.assert(
      fc.property(fc.oneof(codeLike, fc.string({ unit: 'binary-ascii' }), fc.string({ unit: 'grapheme' })), (text) => {
        expect(scanned(text)).toEqual(expected(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('forgets the text before, whichever way that went', () => {
    scanned(`${'longIdentifier '.repeat(500)}é`);
    scanned('manyWords '.repeat(500));
    expect(scanned('a')).toEqual(expected('a'));
    scanned('é');
    expect(scanned('parseConfig '.repeat(50))).toEqual(expected('parseConfig '.repeat(50)));
  });
});
