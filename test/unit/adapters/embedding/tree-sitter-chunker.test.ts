import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { grammarOf } from '../../../../adapters/embedding/grammars.ts';
import { createTreeSitterChunker } from '../../../../adapters/embedding/tree-sitter-chunker.ts';
import { defaultWasmDirectory, openTreeSitterRuntime } from '../../../../adapters/embedding/tree-sitter-runtime.ts';
import { planLines } from '../../../../core/chunking/chunk-plan.ts';
import type { Chunk } from '../../../../core/ports/chunker.ts';
import { MAX_CHUNKS, MAX_FILE_BYTES } from '../../../../core/sync/rules/content-filter.ts';
import { awkwardText, expectCover } from '../../../support/chunk-cover.ts';

const chunker = createTreeSitterChunker();
const repeat = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n');
const firstLines = (chunks: readonly Chunk[]): string[] =>
  chunks.map((chunk) => (chunk.text.split('\n')[0] ?? '').trim());

/** Each unit is just heavy enough for a chunk of its own, and has blank lines where a line window would be tempted to cut. */
const filler = (line: string): string => repeat(4, (i) => `${repeat(6, (j) => line.replace('%', `${i}${j}`))}\n`);
const samples: Record<string, { begin: RegExp; unit: (i: number) => string; prefix?: string }> = {
  'a.ts': {
    begin: /^export const f/,
    unit: (i) =>
      `export const f${i} = (): void => {\n${filler("  someFunctionCall('argument', % + 100, anotherOne);")}};`,
  },
  'a.tsx': {
    begin: /^export const F/,
    unit: (i) =>
      `export const F${i} = () => (\n  <div>\n${filler('<span className="some-name other-name" id="n%">text</span>')}</div>\n);`,
  },
  'a.mjs': {
    begin: /^function/,
    unit: (i) => `function f${i}() {\n${filler("someFunctionCall('argument', % + 100, anotherOne);")}}`,
  },
  'a.py': {
    begin: /^def/,
    unit: (i) => `def f${i}(a):\n${filler("    some_function_call('argument', % + 100, another)")}`,
  },
  'a.go': {
    begin: /^func/,
    unit: (i) => `func f${i}() {\n${filler('someFunctionCall("argument", % + 100, anotherOne)')}}`,
    prefix: 'package a\n',
  },
  'a.java': {
    begin: /^void/,
    unit: (i) => `void f${i}() {\n${filler('someFunctionCall("argument", % + 100, anotherOne);')}}`,
    prefix: 'class A {',
  },
  'a.rs': {
    begin: /^fn/,
    unit: (i) => `fn f${i}() {\n${filler('some_function_call("argument", % + 100, another);')}}`,
  },
  'a.rb': { begin: /^def/, unit: (i) => `def f${i}\n${filler("some_function_call('argument', % + 100, another)")}end` },
  'a.php': {
    begin: /^function/,
    unit: (i) => `function f${i}() {\n${filler("someFunctionCall('argument', % + 100, $another);")}}`,
    prefix: '<?php',
  },
  'a.c': {
    begin: /^void/,
    unit: (i) => `void f${i}(void) {\n${filler('some_function_call("argument", % + 100, another);')}}`,
  },
  'a.cs': {
    begin: /^void/,
    unit: (i) => `void F${i}() {\n${filler('SomeFunctionCall("argument", % + 100, another);')}}`,
    prefix: 'class A {',
  },
  'a.css': {
    begin: /^\.rule/,
    unit: (i) => `.rule${i} {\n${filler('background-color-of-some%: rgb(10, 20, 30) url(a.png);')}}`,
  },
  'a.sh': {
    begin: /^f\d/,
    unit: (i) => `f${i}() {\n${filler('some_command --argument \'value\' % --another "$thing"')}}`,
  },
  'a.ps1': {
    begin: /^function/,
    unit: (i) => `function F${i} {\n${filler("Some-Command -Argument 'value' % -Another $thing -And more")}}`,
  },
  'a.ini': {
    begin: /^\[/,
    unit: (i) => `[section${i}]\n${filler('some_key_with_a_name_% = some value with several words')}`,
  },
};

describe('the tree-sitter chunker', () => {
  it.each(Object.keys(samples))('cuts %s between its outer parts', async (path) => {
    const { begin, unit, prefix } = samples[path] as (typeof samples)[string];
    const text = `${prefix === undefined ? '' : `${prefix}\n`}${repeat(6, unit)}`;
    const chunks = await chunker.chunk(path, text);
    expectCover(text, chunks);
    expect(chunks.length).toBeGreaterThanOrEqual(5);
    for (const line of firstLines(chunks).slice(1)) expect(line).toMatch(begin);
  });

  it('opens a class that is too long and cuts between its methods', async () => {
    const methods = repeat(
      5,
      (i) => `  method${i}(): void {\n${filler("someFunctionCall('argument', % + 100, anotherOne);")}}`,
    );
    const chunks = await chunker.chunk('a.ts', `class A {\n${methods}\n}\n`);
    expect(firstLines(chunks).slice(1)).toEqual([
      'method1(): void {',
      'method2(): void {',
      'method3(): void {',
      'method4(): void {',
    ]);
  });

  it('keeps a comment with the function that it describes', async () => {
    const text = repeat(6, (i) => `/** About number ${i}. */\n${samples['a.ts']?.unit(i)}`);
    for (const line of firstLines(await chunker.chunk('a.ts', text))) expect(line).toMatch(/^\/\*\*/);
  });

  it('gives positions in UTF-16 units: characters beyond ASCII move nothing', async () => {
    const text = repeat(5, (i) => `// ${'é😀漢'.repeat(20)}\n${samples['a.ts']?.unit(i)}`);
    const chunks = await chunker.chunk('a.ts', text);
    expectCover(text, chunks);
    for (const line of firstLines(chunks)) expect(line).toMatch(/^\/\/ é/);
  });

  it('cuts Markdown at its headings, and unknown files as lines', async () => {
    const prose = repeat(18, () => 'Some words that fill a paragraph, and then some more of them for good measure.');
    const text = repeat(3, (i) => `# Heading ${i}\n\n${prose}\n`);
    expect(firstLines(await chunker.chunk('README.md', text))).toEqual(['# Heading 0', '# Heading 1', '# Heading 2']);
    expect(await chunker.chunk('data.unknown', text)).toEqual(planLines(text));
    expect(await chunker.chunk('LICENSE', 'short')).toEqual([{ startLine: 1, endLine: 1, text: 'short' }]);
  });

  it('names the versions of the grammars and of the plan', () => {
    const installed = JSON.parse(readFileSync(join(defaultWasmDirectory(), '../package.json'), 'utf8')) as {
      version: string;
    };
    expect(chunker.version).toBe(`ts-${installed.version}+plan-3`);
  });

  it('answers calls made at the same time each with its own file', async () => {
    const texts = Object.entries(samples).map(([path, { unit }]) => ({ path, text: repeat(3, unit) }));
    const atOnce = await Promise.all(texts.map(({ path, text }) => chunker.chunk(path, text)));
    for (const [index, { path, text }] of texts.entries())
      expect(atOnce[index]).toEqual(await chunker.chunk(path, text));
  });
});

describe('bad input', () => {
  const paths = ['a.ts', 'a.tsx', 'a.py', 'a.cpp', 'a.sh', 'a.rb', 'a.php', 'a.md', 'a.txt'];

  it('covers every non-blank line, whatever the text and the language', async () => {
    await fc.assert(
      fc.asyncProperty(awkwardText, fc.constantFrom(...paths), async (text, path) => {
        const chunks = await chunker.chunk(path, text);
        expectCover(text, chunks);
        expect(await chunker.chunk(path, text)).toEqual(chunks);
      }),
      { numRuns: 120 },
    );
  });

  it.each([
    ['a.ts', '('.repeat(10_000) + ')'.repeat(10_000)],
    ['a.py', '[\n'.repeat(10_000)],
    ['a.cpp', '{<(>)}'.repeat(3000)],
    ['a.go', 'NUL \0\0\n'.repeat(2000)],
    ['a.js', `x = "${'y'.repeat(1_048_576 - 6)}"`],
    ['a.md', '#'.repeat(200_000)],
  ])('takes %s with %#', async (path, text) => {
    expectCover(text, await chunker.chunk(path, text));
  });
});

describe('limits', () => {
  // Of a language whose layout does not tell where to cut: it is always parsed.
  const text = repeat(8, samples['a.rb']?.unit ?? String);
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chunker-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('cuts as lines what is too long', async () => {
    const windows = planLines(text);
    expect(await chunker.chunk('a.rb', text)).not.toEqual(windows);
    expect(await createTreeSitterChunker({ maxLength: text.length - 1 }).chunk('a.rb', text)).toEqual(windows);
    expect(await createTreeSitterChunker({ maxLength: text.length }).chunk('a.rb', text)).not.toEqual(windows);
  });

  it('cuts as lines what takes too many steps, and the next text as ever', async () => {
    const limited = createTreeSitterChunker({ maxSteps: 60 });
    expect(await limited.chunk('a.rb', text)).toEqual(planLines(text));
    const short = repeat(2, samples['a.rb']?.unit ?? String);
    expect(await limited.chunk('a.rb', short)).toEqual(await chunker.chunk('a.rb', short));
    expect(await limited.chunk('a.rb', short)).not.toEqual(planLines(short));
  });

  it('cuts as lines what takes too long by the clock', async () => {
    let time = 0;
    const late = createTreeSitterChunker({ maxMilliseconds: 10, now: () => (time += 8) });
    const long = text.repeat(8);
    expect(await late.chunk('a.rb', long)).toEqual(planLines(long));
  });

  it('cuts as lines where the grammars are not to be found, and uses them when they are there', async () => {
    const without = createTreeSitterChunker({ wasmDirectory: folder });
    expect(await without.chunk('a.rb', text)).toEqual(planLines(text));
    expect(await without.chunk('a.rb', text)).toEqual(planLines(text));
  });

  it('survives a text that needs more memory than there may be', async () => {
    // Comparison or template? The parser follows both, ever deeper: 32 MiB, the least there is, are not enough.
    const hungry = `${'a<'.repeat(25)}\n`.repeat(200);
    const language = 'c-sharp';
    const runtime = await openTreeSitterRuntime({ wasmDirectory: defaultWasmDirectory(), maxBytes: 1 });
    const grammar = await runtime.load(language);
    expect(() => runtime.parse(grammar, hungry, () => false)).toThrow('Aborted');
    // The next runtime has nothing of it.
    const roomy = await openTreeSitterRuntime({ wasmDirectory: defaultWasmDirectory(), maxBytes: 2 ** 30 });
    expect(roomy.parse(await roomy.load(language), hungry.slice(0, 2000), () => false)).not.toBeNull();
    expect(roomy.memory()).toBeGreaterThan(runtime.memory());
    const bounded = createTreeSitterChunker({ maxBytes: 1 });
    expect(await bounded.chunk('a.cs', hungry)).toEqual(planLines(hungry));
    expect(await bounded.chunk('a.rb', text)).toEqual(await chunker.chunk('a.rb', text));
    expect(await bounded.chunk('a.rb', text)).not.toEqual(planLines(text));
  });

  it('cuts the same with a runtime that is replaced after every text', async () => {
    const recycling = createTreeSitterChunker({ recycleBytes: 0 });
    const expected = await chunker.chunk('a.rb', text);
    for (let i = 0; i < 3; i++) expect(await recycling.chunk('a.rb', text)).toEqual(expected);
  });

  it('holds no more memory after a hundred texts than after one', async () => {
    const runtime = await openTreeSitterRuntime({ wasmDirectory: defaultWasmDirectory(), maxBytes: 2 ** 28 });
    const language = await runtime.load('ruby');
    runtime.parse(language, text, () => false)?.delete();
    const once = runtime.memory();
    for (let i = 0; i < 100; i++) runtime.parse(language, text, () => false)?.delete();
    expect(runtime.memory()).toBe(once);
  });
});

describe('grammarOf', () => {
  it.each([
    ['a.ts', 'typescript'],
    ['a.TSX', 'tsx'],
    ['a.jsx', 'javascript'],
    ['a.h', 'cpp'],
    ['x/y.cs', 'c-sharp'],
    ['a.yaml', null],
    ['LICENSE', null],
  ])('parses %s with %s', (path, grammar) => expect(grammarOf(path)).toBe(grammar));
});

it('gives the largest file of the shortest lines as many chunks as there may be, and no more', async () => {
  const text = 'x\n'.repeat(MAX_FILE_BYTES / 2);
  expect(await createTreeSitterChunker().chunk('a.txt', text)).toHaveLength(MAX_CHUNKS);
});
