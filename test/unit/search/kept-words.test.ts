import { describe, expect, it } from 'vitest';
import { scanAndKeep, takeWords } from '../../../core/search/rules/kept-words.ts';
import { scanTokens } from '../../../core/search/rules/token-scan.ts';

const wordsOf = (text: string): string => {
  const { words, length } = scanTokens(text);
  return Buffer.from(words.subarray(0, length)).toString();
};
const taken = (text: string): string => Buffer.from(takeWords(text)).toString();

describe('words that are kept from a scan', () => {
  const texts = ['const parseHTTPRequest = 1;', 'für λ parseIt', '', 'a_b aB'];

  it('are those of a scan, whatever was scanned since', () => {
    for (const text of texts) scanAndKeep(text);
    scanTokens(
      'something else, much longer than all of these texts are together, so that what was lent is overwritten',
    );
    for (const text of texts) expect(taken(text)).toBe(wordsOf(text));
  });

  it('are those of a scan while others are kept and taken around them', () => {
    const wordsFor = (n: number): string => `word${n} `.repeat((n * 7919) % 3000);
    const scanned = Array.from({ length: 600 }, (_, n) => wordsFor(n));
    for (const [n, text] of scanned.entries()) {
      scanAndKeep(text);
      // Most are taken early, and every tenth stays to the end: their blocks are filled anew beside those that are not empty yet.
      const early = scanned[n - 40];
      if (early !== undefined && n % 10 !== 0) expect(taken(early)).toBe(wordsOf(early));
    }
    for (const text of scanned) expect(taken(text)).toBe(wordsOf(text));
  });

  it('are given away once, and made anew after that or where none were kept', () => {
    scanAndKeep('one two');
    const first = takeWords('one two');
    // What is kept is a copy of its own; what is lent is overwritten by the next scan.
    scanTokens('three four');
    expect(Buffer.from(first).toString()).toBe('one two');
    const lent = takeWords('one two');
    expect(Buffer.from(lent).toString()).toBe('one two');
    scanTokens('three four');
    expect(Buffer.from(lent).toString()).not.toBe('one two');
    expect(taken('never scanned')).toBe('never scanned');
  });

  it('are those of the newest texts: older ones are scanned again', () => {
    const large = (n: number): string => `${'abcdefghijklm'[n]} ${'nopqrstuvwxyzabcdefghijklm '.repeat(150_000)}`;
    scanAndKeep('the oldest of all');
    for (let n = 0; n < 5; n++) scanAndKeep(large(n));
    const oldest = takeWords('the oldest of all');
    scanTokens('other words of the same length or longer');
    expect(Buffer.from(oldest).toString()).not.toBe('the oldest of all');
    const newest = takeWords(large(4));
    scanTokens('other');
    expect(Buffer.from(newest.subarray(0, 5)).toString()).toBe('e nop');
  });
});
