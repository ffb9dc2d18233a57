import { describe, expect, it } from 'vitest';
import {
  type CompiledPattern,
  compilePattern,
  type Pattern,
} from '../../../../core/search/rules/exact/compile-pattern.ts';
import { type LineMatch, matchLines } from '../../../../core/search/rules/exact/match-lines.ts';
import { MAX_RANGES, occurrencesIn } from '../../../../core/search/rules/exact/occurrences.ts';
import { MAX_TEXT, toldMatch } from '../../../../core/search/rules/exact/told-match.ts';
import { readText } from '../../../../core/sync/rules/read-text.ts';

const compiled = (pattern: string, flags: Partial<Pattern> = {}): CompiledPattern => {
  const outcome = compilePattern({ pattern, regex: false, ignoreCase: false, word: false, ...flags });
  if (outcome.kind === 'refused') throw new Error(outcome.why);
  return outcome.compiled;
};
const matches = (pattern: CompiledPattern, text: string, from?: number): LineMatch[] =>
  [...matchLines(pattern, text, from)].filter((found): found is LineMatch => found.ranges !== null);
const linesOf = (...asked: Parameters<typeof matches>) => matches(...asked).map(({ line }) => line);

describe('lines that match', () => {
  const text = 'one\ntwo one\n\nthree\nONE one';

  it('are found from a line on', () => {
    for (const pattern of [compiled('one'), compiled('o[n]e', { regex: true })]) {
      expect(linesOf(pattern, text)).toEqual([1, 2, 5]);
      expect(linesOf(pattern, text, 2)).toEqual([2, 5]);
      expect(linesOf(pattern, text, 5)).toEqual([5]);
      expect(linesOf(pattern, text, 6)).toEqual([]);
      expect(linesOf(pattern, '')).toEqual([]);
    }
    expect(linesOf(compiled('^$', { regex: true }), 'a\n\nb\n')).toEqual([2]);
    expect(linesOf(compiled('^$', { regex: true }), '\n')).toEqual([1]);
  });

  it('are found where folding would make the text longer', () => {
    const dotted = 'İ one\nİ ONE İ\nno\n';
    const pattern = compiled('one', { ignoreCase: true });
    expect(matches(pattern, dotted).map(({ line, ranges }) => [line, ranges])).toEqual([
      [1, [[2, 5]]],
      [2, [[2, 5]]],
    ]);
  });

  it('begin with their first letter in a file that begins with a byte order mark', () => {
    const read = readText(Buffer.from('\ufeffusing System;\nusing X;\n'), null);
    if (read === null || read === 'binary') throw new Error('no text');
    const found = matches(compiled('^using', { regex: true }), read.text);
    expect(found.map(({ line, ranges }) => [line, ranges])).toEqual([
      [1, [[0, 5]]],
      [2, [[0, 5]]],
    ]);
    expect(linesOf(compiled('\ufeff'), read.text)).toEqual([]);
  });

  it('leave moments to stop, none of which loses a line', () => {
    const long = `${'x'.repeat(100)}\n`.repeat(1_000).replaceAll(/(x{100}\n){250}/g, '$&y\n');
    const pattern = compiled('y|z{3}', { regex: true, word: true });
    const bare = { ...pattern, anchors: null };
    const ticks = [...matchLines(bare, long)].filter(({ ranges }) => ranges === null);
    expect(ticks.length).toBeGreaterThan(4);
    expect(linesOf(bare, long)).toEqual([251, 502, 753, 1004]);
    for (const { line } of ticks) {
      const rest = linesOf(bare, long, line);
      expect(rest).toEqual([251, 502, 753, 1004].filter((each) => each >= line));
    }
  });
});

describe('occurrences', () => {
  it('are those of the longest prefix first, empty ones only alone', () => {
    const of = (pattern: string, line: string) => occurrencesIn(compiled(pattern, { regex: true }), line).ranges;
    expect(of('x*', 'axxbx')).toEqual([
      [1, 3],
      [4, 5],
    ]);
    expect(of('x*', 'ab')).toEqual([[0, 0]]);
    expect(of('^a', 'aaa')).toEqual([[0, 1]]);
    expect(of('.', '🙂')).toEqual([[0, 2]]);
  });

  it('are told up to a number of them', () => {
    const found = occurrencesIn(compiled('a'), 'a'.repeat(1_000));
    expect([found.ranges.length, found.complete]).toEqual([MAX_RANGES, false]);
    expect(occurrencesIn(compiled('a'), 'a'.repeat(MAX_RANGES)).complete).toBe(true);
  });

  it('are given up where looking for each would take the square of the line', () => {
    const begun = process.cpuUsage();
    for (const word of [false, true]) {
      const pattern = compiled('.*a|b', { regex: true, word });
      const found = occurrencesIn(pattern, 'bb '.repeat(20_000));
      expect(found.complete).toBe(false);
      expect(found.ranges.length).toBeLessThan(MAX_RANGES);
    }
    // Without a bound it is a minute and more.
    expect(process.cpuUsage(begun).user).toBeLessThan(20_000_000);
  });
});

describe('a line is told', () => {
  const told = (text: string, pattern: string, context = 0) => {
    const [found] = matches(compiled(pattern), text);
    if (found === undefined) throw new Error('no match');
    return toldMatch(text, found, context);
  };

  it('with lines before and after it, as far as there are any', () => {
    const text = 'a\n\nb\nc x\nd\ne';
    expect(told(text, 'x', 2)).toMatchObject({ line: 4, column: 3, before: ['', 'b'], after: ['d', 'e'] });
    expect(told(text, 'x', 9)).toMatchObject({ before: ['a', '', 'b'], after: ['d', 'e'] });
    expect(told('\nx', 'x', 1)).toMatchObject({ before: [''], after: [] });
    expect(told('x\n', 'x', 1)).toMatchObject({ before: [], after: [] });
    expect(told(text, 'x')).toEqual({ line: 4, column: 3, text: 'c x', ranges: [[2, 3]] });
  });

  it('in part where it is long, from shortly before the first occurrence', () => {
    const text = `${'.'.repeat(5_000)}x${'.'.repeat(1_000)}x${'.'.repeat(3_000)}x`;
    const match = told(text, 'x');
    expect(match).toMatchObject({ column: 5_001, text_column: 4_801, more: true });
    expect(match.text).toHaveLength(MAX_TEXT);
    expect(match.ranges.map((range) => match.text.slice(...range))).toEqual(['x', 'x']);
    // Never through the middle of a character.
    const smileys = told(`x${'🙂'.repeat(2_000)}`, 'x');
    expect(smileys.text.isWellFormed()).toBe(true);
    expect(told(`${'🙂'.repeat(2_000)}x`, 'x').text.isWellFormed()).toBe(true);
    expect(smileys.more).toBeUndefined();
  });
});
