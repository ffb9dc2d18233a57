import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PlannedChunk, planLayout, planLines } from '../../../core/chunking/chunk-plan.ts';
import { awkwardText, expectCover } from '../../support/chunk-cover.ts';

const repeat = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n');
const firstLines = (chunks: readonly PlannedChunk[]): string[] =>
  chunks.map((chunk) => (chunk.text.split('\n')[0] ?? '').trim());

describe('planLayout', () => {
  const body = (indent: string): string => repeat(19, (i) => `${indent}statement_number_${i}_of_the_body();`);
  const functions = (count: number): string =>
    repeat(count, (i) => `function f${i}() {\n${body('  ')}\n\n${body('  ')}\n}\n`);

  it('leaves whole what no plan would divide', () => {
    expect(planLayout('', true)).toEqual([]);
    for (const text of [repeat(10, () => 'short'), 'x'.repeat(1600)])
      for (const tells of [true, false]) expect(planLayout(text, tells)).toEqual(planLines(text));
    for (const text of [repeat(2, () => 'x'.repeat(800)), repeat(201, () => 'x')])
      expect(planLayout(text, true)).toBeNull();
  });

  it('cuts between functions that stand at the margin', () => {
    const chunks = planLayout(functions(4), true) ?? [];
    expect(firstLines(chunks)).toEqual(['function f0() {', 'function f1() {', 'function f2() {', 'function f3() {']);
    expectCover(functions(4), chunks);
  });

  it('leaves it to a parse where words, not brackets, hold code together', () => {
    expect(planLayout(functions(4), false)).toBeNull();
  });

  it('cuts between the methods of a class', () => {
    const methods = repeat(4, (i) => `  method${i}() {\n${body('    ')}\n${body('    ')}\n  }\n`);
    expect(firstLines(planLayout(`class A {\n${methods}\n}\n`, true) ?? []).slice(1)).toEqual([
      'method1() {',
      'method2() {',
      'method3() {',
    ]);
  });

  const spans = [
    ['a comment', '/*', '*/'],
    ['a comment of markup', '<!--', '-->'],
    ['a template', '`', '`'],
    ['a long string', '"""', '"""'],
    ['another long string', "'''", "'''"],
  ] as const;
  const paragraphs = (count: number): string =>
    repeat(count, () => `${repeat(10, (i) => `statement number ${i} of the text;`)}\n`);

  it.each(spans)('does not cut inside %s that a chunk can hold', (_, open, close) => {
    const text = `${functions(2)}\n${open}\n${paragraphs(3)}\n${close}\n\n${functions(2)}`;
    const lines = firstLines(planLayout(text, true) ?? []);
    expect(lines).toEqual(['function f0() {', 'function f1() {', open, 'function f0() {', 'function f1() {']);
  });

  it.each([...spans, ['a comment that does not end', '/*', ''] as const])(
    'cuts %s that no chunk can hold at its paragraphs',
    (_, open, close) => {
      const lines = firstLines(planLayout(`${open}\n${paragraphs(9)}\n${close}\n`, true) ?? []);
      expect(lines.length).toBeGreaterThan(1);
      for (const line of lines.slice(1)) expect(line).toBe('statement number 0 of the text;');
    },
  );

  it.each([
    ['parentheses', 'f(', ')'],
    ['square brackets', '[', ']'],
    ['brackets that do not match', 'f(]', ''],
  ])('leaves it to a parse where something long is in %s', (_, open, close) => {
    expect(planLayout(`${open}\n${paragraphs(9)}\n${close}\n`, true)).toBeNull();
  });

  it('does not part a comment from what it describes, nor an else from its if', () => {
    const text = repeat(
      4,
      (i) => `// About number ${i}; it is short.\n${functions(1).trimEnd()}\nelse {\n${body('  ')}\n}`,
    );
    for (const line of firstLines(planLayout(text, true) ?? [])) expect(line).not.toMatch(/^(function|else)/);
  });

  it.each(['"{"', "'\\'{'", '"a\\"{"', '// {', '# {', "it's {}", '/ 2', '<b>', '/* { */', '`{`'])(
    'is not led astray by %s',
    (line) => {
      expect(planLayout(`${line}\n\n${functions(4)}`, true)).not.toBeNull();
    },
  );

  it('cuts a function that is too long between its statements, and the others between each other', () => {
    const text = `function long() {\n${`${body('  ')}\n\n`.repeat(4)}}\n\n${functions(2)}`;
    const lines = firstLines(planLayout(text, true) ?? []);
    expect(lines[0]).toBe('function long() {');
    expect(lines.slice(-2)).toEqual(['function f0() {', 'function f1() {']);
    for (const line of lines.slice(1, -2)) expect(line).toBe('statement_number_0_of_the_body();');
  });

  it('cuts between functions that follow each other without a blank line', () => {
    const chunks = planLayout(
      repeat(4, () => functions(1).trimEnd()),
      true,
    );
    expect(firstLines(chunks ?? [])).toEqual(Array.from({ length: 4 }, () => 'function f0() {'));
  });

  it('covers every non-blank line, whatever the text', () => {
    fc.assert(
      fc.property(awkwardText, (text) => expectCover(text, planLayout(text, true) ?? planLines(text))),
      { numRuns: 300 },
    );
  });
});
