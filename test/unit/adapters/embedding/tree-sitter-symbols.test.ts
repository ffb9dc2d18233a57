import { describe, expect, it } from 'vitest';
import { createTreeSitterSymbols } from '../../../../adapters/embedding/symbols/tree-sitter-symbols.ts';
import { languageOf } from '../../../../core/domain/languages.ts';
import { symbolKinds } from '../../../../core/domain/symbol-kinds.ts';
import type { FileSymbols } from '../../../../core/ports/symbol-extractor.ts';
import { nameTest } from '../../../../core/search/rules/symbol-name.ts';
import { symbolSamples } from '../../../support/symbol-samples.ts';

const symbols = createTreeSitterSymbols();
const told = ({ definitions }: FileSymbols): string[] =>
  definitions.map(({ kind, container, name, line }) => `${kind} ${container ?? ''}>${name}@${line}`);

describe('definitions by syntax', () => {
  it.each(Object.entries(symbolSamples))('are found in %s', async (path, { text, defines }) => {
    expect(symbols.covers(path)).toBe(true);
    expect(told(await symbols.definitionsIn(path, text))).toEqual(defines);
  });

  it('are of every language and kind that is told of', () => {
    const languages = new Set(Object.keys(symbolSamples).map(languageOf));
    expect([...languages].sort()).toEqual(symbols.languages);
    const kinds = new Set(
      Object.values(symbolSamples).flatMap(({ defines }) => defines.map((each) => each.split(' ')[0])),
    );
    expect([...kinds].sort()).toEqual([...symbolKinds]);
  });

  /** A text that is not parsed for a name must not define it. */
  it.each(Object.entries(symbolSamples))('are not passed over by a look at the text of %s', async (path, { text }) => {
    const { definitions } = await symbols.definitionsIn(path, text);
    for (const { name } of definitions)
      for (const match of ['exact', 'prefix', 'contains'] as const)
        for (const isCased of [true, false]) {
          const test = nameTest({ name, match, case: isCased });
          expect([name, match, test.mayDefine(text, symbols.placesIn(path))]).toEqual([name, match, true]);
        }
  });

  it('tell where they begin and end, and how they look', async () => {
    const text =
      'const a = 1;\n\n/** Doc. */\nexport async function claim(\n  name: string,\n): Promise<void> {\n  return;\n}\n';
    expect((await symbols.definitionsIn('a.ts', text)).definitions.at(-1)).toEqual({
      name: 'claim',
      kind: 'function',
      container: null,
      line: 4,
      startLine: 4,
      endLine: 8,
      signature: 'export async function claim(',
    });
    const [long] = (await symbols.definitionsIn('a.ts', `const x = "${'🙂'.repeat(300)}";`)).definitions;
    expect(long?.signature.length).toBeLessThanOrEqual(200);
    expect(long?.signature.isWellFormed()).toBe(true);
  });

  it('are found as far as they can be made out where the syntax is wrong', async () => {
    const text = 'class Lock {\n  release() { return 1\n  }\n}\nconst = (;\nexport function after() {}\n';
    expect(told(await symbols.definitionsIn('a.ts', text))).toEqual(
      expect.arrayContaining(['class >Lock@1', 'method Lock>release@2', 'function >after@6']),
    );
    for (const odd of ['', '\0', '\ud800', '🙂'.repeat(100), '<?php', '}'.repeat(1000)])
      for (const path of Object.keys(symbolSamples))
        expect((await symbols.definitionsIn(path, odd)).notParsed).toBeUndefined();
  });

  it('are of no other language', async () => {
    for (const path of ['a.md', 'a.css', 'a.ini', 'a.kt', 'a.swift', 'LICENSE', '__proto__', 'a.constructor']) {
      expect([path, symbols.covers(path), symbols.placesIn(path)]).toEqual([path, false, null]);
      expect(await symbols.definitionsIn(path, 'class Lock {}')).toEqual({ definitions: [] });
    }
  });

  it('are not looked for in a text that is too long, and one line of data costs no more than lines of it', async () => {
    const line = `const a = [${'{a:1},'.repeat(1_700_000)}];`;
    expect(line.length).toBeGreaterThan(10_000_000);
    expect(await symbols.definitionsIn('a.js', line)).toEqual({ definitions: [], notParsed: 'size' });
    const begun = performance.now();
    const many = await symbols.definitionsIn('a.js', `f(${'{a(){}},'.repeat(30_000)});`);
    expect(performance.now() - begun).toBeLessThan(15_000);
    // As far as its time went: all or nothing.
    expect(many.notParsed ?? many.definitions.length).toSatisfy(
      (of) => of === 'time' || of === 'size' || of === 30_000,
    );
  });

  it('have their time: a text that takes longer gives none, and the next one is parsed', async () => {
    let now = 0;
    const hurried = createTreeSitterSymbols({ maxMilliseconds: 100, now: () => (now += 60) });
    const deep = 'f(['.repeat(40_000);
    expect(await hurried.definitionsIn('a.js', deep)).toEqual({ definitions: [], notParsed: 'time' });
    now = Number.NEGATIVE_INFINITY;
    expect(told(await hurried.definitionsIn('a.js', 'class A {}'))).toEqual(['class >A@1']);
  });

  it('go on after a text that exhausts the parser’s memory', async () => {
    const small = createTreeSitterSymbols({ maxBytes: 33 * 1024 * 1024, maxMilliseconds: 60_000 });
    const found = await small.definitionsIn('a.js', 'a+'.repeat(500_000));
    expect(found.notParsed).toBe('failed');
    expect(told(await small.definitionsIn('a.js', 'class A {}'))).toEqual(['class >A@1']);
  });

  it('are not kept from others by grammars that are not there', async () => {
    const none = createTreeSitterSymbols({ wasmDirectory: '/nonexistent' });
    expect(await none.definitionsIn('a.js', 'class A {}')).toEqual({ definitions: [], notParsed: 'failed' });
  });
});
