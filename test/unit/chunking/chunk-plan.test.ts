import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainBoundaries, type SyntaxNode } from '../../../core/chunking/chunk-boundaries.ts';
import { type PlannedChunk, planLines, planMarkdown, planSyntax } from '../../../core/chunking/chunk-plan.ts';
import { maxChunkLength, unitsOf } from '../../../core/chunking/chunk-units.ts';
import { awkwardText, expectCover } from '../../support/chunk-cover.ts';

const repeat = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n');
const firstLines = (chunks: readonly PlannedChunk[]): string[] =>
  chunks.map((chunk) => (chunk.text.split('\n')[0] ?? '').trim());
const weightOf = (text: string): number => text.replace(/\s/g, '').length;
const leaf = (startIndex: number): SyntaxNode => ({ startIndex, children: [] });
/** A tree as a parser would give it: one node for each line that matches, below the root. */
const treeOf = (text: string, starts: RegExp): SyntaxNode => ({
  startIndex: 0,
  children: [...text.matchAll(starts)].map((match) => leaf(match.index)),
});

/** The lines with which chunks of plain text begin, by all ways that there are up to each unit. */
const cheapestWay = (text: string): number[] => {
  const units = unitsOf(text);
  const { count, before, start, end, line } = units;
  const boundaries = plainBoundaries(text, units);
  const ways: { cost: number; cuts: number[] }[] = [{ cost: 0, cuts: [] }];
  for (let to = 1; to <= count; to++) {
    let best = { cost: Number.POSITIVE_INFINITY, cuts: [0] };
    for (let from = to - 1; from >= Math.max(0, to - 200); from--) {
      const weight = (before[to] as number) - (before[from] as number);
      const length = (end[to - 1] as number) - (start[from] as number);
      if (from < to - 1 && (weight > 1500 || length > maxChunkLength)) continue;
      const lack = (1350 - weight) / 1350;
      const way = ways[from] as (typeof ways)[0];
      const cost = way.cost + (boundaries[from] as number) + lack * lack;
      if (cost < best.cost) best = { cost, cuts: [...way.cuts, from] };
    }
    ways.push(best);
  }
  // What fits one chunk is one, whatever a cut would gain.
  const whole =
    (before[count] as number) <= 1500 && count <= 200 && (end[count - 1] as number) - (start[0] as number) <= 4000;
  return count === 0 ? [] : whole ? [line[0] as number] : (ways[count]?.cuts ?? []).map((unit) => line[unit] as number);
};

describe('what every plan keeps', () => {
  it('covers every non-blank line once and in order, whatever the text', () => {
    fc.assert(
      fc.property(awkwardText, (text) => {
        for (const plan of [planLines, planMarkdown]) expectCover(text, plan(text));
      }),
      { numRuns: 300 },
    );
  });

  it('covers every line whatever tree it is given', () => {
    const node = fc.letrec<{ node: SyntaxNode }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 6 },
        fc.record({ startIndex: fc.nat(9000), children: fc.constant([]) }),
        fc.record({ startIndex: fc.nat(9000), children: fc.array(tie('node'), { maxLength: 5 }) }),
      ),
    })).node;
    fc.assert(
      fc.property(awkwardText, node, (text, root) => expectCover(text, planSyntax(text, root))),
      { numRuns: 200 },
    );
  });

  it('is the cheapest way to cover all units, and of two such ways the one with the later last cuts', () => {
    const word = fc.stringMatching(/^[a-z(){};]{1,12}$/);
    const line = fc.tuple(fc.nat(6), fc.array(word, { maxLength: 14 }), fc.integer({ min: 1, max: 40 }));
    fc.assert(
      fc.property(fc.array(line, { minLength: 5, maxLength: 60 }), (lines) => {
        const text = lines
          .map(([indent, words, times]) => `${' '.repeat(indent)}${words.join(' ')}\n`.repeat(times))
          .join('');
        expect(planLines(text).map(({ startLine }) => startLine)).toEqual(cheapestWay(text));
      }),
      { numRuns: 100 },
    );
    for (const text of [
      'x\n'.repeat(3000),
      `${'y'.repeat(1400)}\n\n`.repeat(40),
      `${'z'.repeat(3900)}\na\n`.repeat(20),
    ])
      expect(planLines(text).map(({ startLine }) => startLine)).toEqual(cheapestWay(text));
  });

  it.each(['', '\n\n', ' \t\r\n\u00a0\u3000\ufeff'])('finds nothing in blank text %j', (text) => {
    expect(planLines(text)).toEqual([]);
    expect(planMarkdown(text)).toEqual([]);
    expect(planSyntax(text, leaf(0))).toEqual([]);
  });

  it('keeps a short text whole, without the blank lines around it', () => {
    expect(planLines('\n\n  a\n\n b\r\n\n')).toEqual([{ startLine: 3, endLine: 5, text: '  a\n\n b' }]);
  });

  it('counts lines as git does: a lone carriage return ends none', () => {
    expect(planLines('a\rb\nc')).toEqual([{ startLine: 1, endLine: 2, text: 'a\rb\nc' }]);
  });

  it('fills chunks to about 1,350 non-blank characters and never over 1,500', () => {
    const chunks = planLines(repeat(2000, (i) => `some line of text number ${i}`));
    const weights = chunks.map((chunk) => weightOf(chunk.text));
    expect(Math.max(...weights)).toBeLessThanOrEqual(1500);
    expect(weights.reduce((sum, weight) => sum + weight, 0) / weights.length).toBeGreaterThan(1200);
  });

  it('takes 200 lines at most', () => {
    for (const { startLine, endLine } of planLines(repeat(401, () => 'x')))
      expect(endLine - startLine).toBeLessThan(200);
  });

  it('bounds a chunk’s length even where white space makes most of it', () => {
    const text = repeat(60, () => `${' '.repeat(390)}x`);
    for (const chunk of planLines(text)) expect(chunk.text.length).toBeLessThanOrEqual(maxChunkLength);
    expect(planLines(text).length).toBeGreaterThan(5);
  });
});

describe('long lines', () => {
  it('stay whole up to the longest chunk', () => {
    const line = 'x'.repeat(maxChunkLength);
    expect(planLines(`a\n${line}\nb`).map((chunk) => chunk.text)).toContain(line);
  });

  it('are cut beyond it, and all pieces keep the line’s number', () => {
    const chunks = planLines(`a\n${'x'.repeat(maxChunkLength + 1)}`);
    expect(chunks.map(({ startLine, endLine }) => [startLine, endLine])).toEqual([
      [1, 1],
      [2, 2],
      [2, 2],
      [2, 2],
    ]);
    expect(chunks.map((chunk) => chunk.text).join('')).toBe(`a${'x'.repeat(maxChunkLength + 1)}`);
  });

  it.each([' ', ';', ',', '}'])('are cut after %j where there is one near', (seam) => {
    const text = `${'x'.repeat(1400)}${seam}${'y'.repeat(1400)}${seam}${'z'.repeat(1400)}`;
    expect(planLines(text).map((chunk) => chunk.text.at(-1))).toEqual([seam, seam, 'z']);
  });

  it('are never cut inside a character of two units', () => {
    const text = `x${'😀'.repeat(3000)}`;
    const chunks = planLines(text);
    expect(chunks.length).toBeGreaterThan(3);
    for (const { text: piece } of chunks) expect(piece.isWellFormed()).toBe(true);
    expect(chunks.map((chunk) => chunk.text).join('')).toBe(text);
  });

  it('lose nothing but blank pieces', () => {
    const text = `${'x'.repeat(1500)}${' '.repeat(6000)}y`;
    expect(planLines(text).map((chunk) => chunk.text.trim())).toEqual(['x'.repeat(1500), 'y']);
  });
});

describe('planSyntax', () => {
  const body = repeat(24, (i) => `  statement_number_${i}_of_the_body();`);
  const functions = repeat(4, (i) => `function f${i}() {\n${body}\n}`);

  it('cuts between the outer nodes', () => {
    const chunks = planSyntax(functions, treeOf(functions, /^function/gm));
    expect(firstLines(chunks)).toEqual(['function f0() {', 'function f1() {', 'function f2() {', 'function f3() {']);
  });

  it('merges small siblings', () => {
    const text = repeat(12, (i) => `const value${i} = [\n  ${'1, '.repeat(100)}\n];`);
    const chunks = planSyntax(text, treeOf(text, /^const/gm));
    expect(chunks.length).toBeGreaterThan(1);
    expect(chunks.length).toBeLessThan(6);
    for (const line of firstLines(chunks)) expect(line).toMatch(/^const/);
  });

  it('opens a node that is too heavy, however deep', () => {
    const text = `class A {\n${functions}\n}`;
    const members = treeOf(text, /^function/gm);
    let root: SyntaxNode = { startIndex: 0, children: [leaf(0), { startIndex: 8, children: members.children }] };
    for (let depth = 0; depth < 50_000; depth++) root = { startIndex: 0, children: [root] };
    const deep = planSyntax(text, root);
    expectCover(text, deep);
    // 50,000 nodes around it are more than are opened: it is cut as if the tree told nothing.
    expect(deep).not.toEqual(planSyntax(text, { startIndex: 0, children: members.children }));
    let shallow: SyntaxNode = { startIndex: 8, children: members.children };
    for (let depth = 0; depth < 5000; depth++) shallow = { startIndex: 0, children: [shallow] };
    expect(firstLines(planSyntax(text, shallow)).slice(1)).toEqual([
      'function f1() {',
      'function f2() {',
      'function f3() {',
    ]);
  });

  it('ignores nodes that begin in the middle of a line', () => {
    const text = repeat(8, (i) => `first_${i} ${'x'.repeat(300)}\nsecond_${i} then ${'y'.repeat(300)}`);
    const tree = {
      startIndex: 0,
      children: [...text.matchAll(/^first|then/gm)].map((match) => leaf(match.index)),
    };
    for (const line of firstLines(planSyntax(text, tree))) expect(line).toMatch(/^first/);
  });

  it.each(['// why', '/** why */', '# why', '-- why', '@Decorated', '#[derive(Debug)]', '[Fact]', '<!-- why -->'])(
    'leaves %j with what it stands before',
    (comment) => {
      const text = repeat(6, (i) => `${comment}\nfunction f${i}() {\n${body}\n}`);
      const tree = {
        startIndex: 0,
        children: [...text.matchAll(/^(?:function|\/|#|--|@|\[|<)/gm)].map((match) => leaf(match.index)),
      };
      for (const line of firstLines(planSyntax(text, tree))) expect(line).toBe(comment);
    },
  );

  it('does not take an include for a comment', () => {
    const text = repeat(60, (i) => `#include <some/quite/long/path/to/a/header_${i}.h>`);
    const tree = treeOf(text, /^#/gm);
    expect(planSyntax(text, tree).length).toBe(2);
  });

  it.each(['}', ')', ']', 'end', 'else:', 'catch (e) {'])('does not begin a chunk with %j', (closer) => {
    const text = repeat(12, (i) => `begin_${i}\n${'x'.repeat(320)}\n${closer}`);
    const tree = { startIndex: 0, children: [...text.matchAll(/^./gm)].map((match) => leaf(match.index)) };
    for (const line of firstLines(planSyntax(text, tree))) expect(line).not.toBe(closer);
  });

  it('takes a word that only begins like a closing one for what it is', () => {
    const text = repeat(12, (i) => `ending_${i} ${'x'.repeat(640)}`);
    for (const line of firstLines(planSyntax(text, treeOf(text, /^/gm)))) expect(line).toMatch(/^ending/);
  });

  it('leaves chunks far from an edit as they were', () => {
    const before = repeat(
      300,
      (i) => `function f${i}() {\n${repeat((i * 7) % 11, (j) => `  line_${i}_${j}(${i * j});`)}\n}`,
    );
    const lines = before.split('\n');
    lines.splice(100, 0, '  one_more_line();', '  and_another();');
    const after = lines.join('\n');
    const known = new Set(planSyntax(before, treeOf(before, /^function/gm)).map((chunk) => chunk.text));
    const again = planSyntax(after, treeOf(after, /^function/gm));
    expect(again.filter((chunk) => !known.has(chunk.text)).length).toBeLessThanOrEqual(2);
    expect(again.length).toBeGreaterThan(15);
  });
});

describe('planMarkdown', () => {
  const prose = repeat(18, () => 'Some words that fill a paragraph, and then some more of them for good measure.');

  it('cuts at headings, of either kind', () => {
    const text = `# One\n\n${prose}\n\nTwo\n===\n\n${prose}\n\n### Three\n\n${prose}\n\nFour\n---\n\n${prose}\n`;
    expect(firstLines(planMarkdown(text))).toEqual(['# One', 'Two', '### Three', 'Four']);
  });

  it('takes neither a comment in fenced code nor a hashtag for a heading', () => {
    const code = repeat(
      10,
      (i) => `# step ${i}\n\nrun --something --with "a fairly long argument" --number ${i} --of ten --and --then more`,
    );
    const text = `# Title\n\n${prose}\n\n#hashtag ${prose}\n\n~~~~sh\n${code}\n~~~\n~~~~\n\n# Next\n\n${prose}`;
    const lines = firstLines(planMarkdown(text));
    expect(lines).toContain('# Next');
    expect(lines.filter((line) => line.startsWith('# step'))).toEqual([]);
  });

  it('prefers a paragraph’s beginning to a list item’s, and both to the middle', () => {
    const paragraphs = repeat(12, (i) => `Paragraph ${i} ${'x '.repeat(60)}\nsecond line ${'y '.repeat(60)}\n`);
    for (const line of firstLines(planMarkdown(paragraphs))) expect(line).toMatch(/^Paragraph/);
    const mixed = repeat(12, (i) => `Paragraph ${i} ${'x '.repeat(100)}\n\n- item ${'y '.repeat(100)}\n`);
    for (const line of firstLines(planMarkdown(mixed))) expect(line).toMatch(/^Paragraph/);
  });

  it('does not take a rule after a blank line for an underline', () => {
    const text = repeat(5, (i) => `Paragraph ${i}\n${prose}\n\n---\n`);
    for (const line of firstLines(planMarkdown(text))) expect(line).toMatch(/^(Paragraph|---)/);
  });
});

describe('planLines', () => {
  it('prefers what is least indented, after a blank line', () => {
    const text = repeat(
      6,
      (i) =>
        `def f${i}():\n${repeat(12, (j) => `    call_number_${j}(with_arguments, and_more)`)}\n\n    return ${i}\n`,
    );
    for (const line of firstLines(planLines(text))) expect(line).toMatch(/^def/);
  });

  it('does not divide a comment from what follows', () => {
    const text = repeat(8, (i) => `\n// about ${i}\ncall_${i}(${'x'.repeat(420)})`);
    for (const line of firstLines(planLines(text))) expect(line).toMatch(/^\/\//);
  });
});
