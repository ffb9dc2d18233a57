import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTreeSitterSymbols } from '../../../../adapters/embedding/symbols/tree-sitter-symbols.ts';
import { nameTest } from '../../../../core/search/rules/symbol-name.ts';
import { codePaths, codeText } from '../../../support/code-pieces.ts';
import { symbolSamples } from '../../../support/symbol-samples.ts';

const symbols = createTreeSitterSymbols();

/** Definitions of a text at whose own line no place of their name is one where it may be defined. */
const passedOver = async (path: string, text: string): Promise<readonly string[]> => {
  const { definitions, notParsed } = await symbols.definitionsIn(path, text);
  expect(notParsed).toBeUndefined();
  const mayStand = symbols.placesIn(path);
  const begins = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return definitions.flatMap(({ name, line, signature }) => {
    const end = begins[line] ?? text.length;
    for (let at = text.indexOf(name, begins[line - 1]); at >= 0 && at < end; at = text.indexOf(name, at + 1))
      if (mayStand === null || mayStand(text, at, at + name.length)) return [];
    return [`${name}@${line}: ${signature}`];
  });
};

const mayDefine = (path: string, name: string, text: string): boolean =>
  nameTest({ name, match: 'exact', case: true }).mayDefine(text, symbols.placesIn(path));

describe('places where a name may be defined', () => {
  it.each(Object.entries(symbolSamples))('are those of all definitions of %s', async (path, { text }) => {
    expect(await passedOver(path, text)).toEqual([]);
  });

  it.each(codePaths)('are those of all definitions of any text like %s', async (path) => {
    await fc.assert(
      fc.asyncProperty(codeText(path), async (text) => {
        expect(await passedOver(path, text)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('are those of all definitions of this project', async () => {
    const root = resolve(import.meta.dirname, '../../../../core/search');
    for (const name of await readdir(root, { recursive: true }))
      if (name.endsWith('.ts'))
        expect([name, await passedOver(name, await readFile(join(root, name), 'utf8'))]).toEqual([name, []]);
  });

  it.each([
    [
      'a.ts',
      `export const f = (name: T, limit = name): U => {\n  if (name.size > limit) {\n    const name = 2;\n    name(\`\${name} is\`);\n  }\n};`,
    ],
    ['a.ts', '/**\n * Of one\n * name: it is\n */\nexport class A {}'],
    ['a.ts', 'import { name } from "x";\nthrow new name();\n// name = 1\nconst { name } = { name: 1, b: name };'],
    [
      'a.go',
      '// F takes a name, and\nfunc F(name *T, b int) (int, error) {\n\tname := 1\n\tvar name int\n\treturn name, nil\n}',
    ],
    [
      'A.java',
      'class A {\n  /** A name, or none. */\n  void f(T name, int b) {\n    int name = 0;\n    if (name > 1) {\n      name = b;\n    }\n    return name;\n  }\n}',
    ],
    [
      'a.py',
      'def f(name, b=name):\n    """name = 1"""\n    name = 2\n    if name == b:\n        name = f(\n            name=1)\n    return name',
    ],
  ])('are not those of uses, parameters, variables of a function, and comments: %s', (path, text) => {
    expect(mayDefine(path, 'name', text)).toBe(false);
  });

  it.each([
    ['a.go', 'func', 'func A() {}'],
    ['a.py', 'else', 'if a:\n  pass\nelse: 1'],
    ['A.java', 'return', 'class A { int f() { return 1; } }'],
    ['a.ts', 'export', '/** A. */\nexport const a = 1;'],
  ])('are none of the words of %s itself', (path, word, text) => {
    expect(mayDefine(path, word, text)).toBe(false);
  });

  it('leave a text with very many of them to the parse, and are looked at in little time', () => {
    for (const path of codePaths)
      for (const line of ['name name ', '(name.', 'name => ', '{ name, ', 'x = name; ', '\n  name = 1', '\n * name,']) {
        const text = line.repeat(1_000_000 / line.length);
        const begun = performance.now();
        for (const match of ['exact', 'contains'] as const)
          nameTest({ name: 'name', match, case: true }).mayDefine(text, symbols.placesIn(path));
        expect([path, line, performance.now() - begun < 3_000]).toEqual([path, line, true]);
      }
  });
});
