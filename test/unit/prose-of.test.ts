import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { proseOf } from '../support/prose-of.ts';

/** A template's part: in a plain string it would read as a mistake. */
const put = (code: string) => `$\{${code}}`;
const linesOf = (path: string, text: string) =>
  proseOf(path, text).map((passage) => passage.map(({ line, text: each }) => `${line} ${each}`));

describe('what people read', () => {
  it('in Markdown is paragraphs and headings: code and addresses are not', () => {
    const text = '# One `two`\n\nA [link](http://x/y)\nand `code`.\n\n    npm ci\n\n```\nnpm test\n```\n\n- an item\n';
    expect(linesOf('a.md', text)).toEqual([['1 One `…`'], ['3 A link', '4 and `…`.'], ['12 an item']]);
  });

  it('is not the name of a test, a link whose text is quoted', () => {
    expect(linesOf('a.md', 'Shown by ["goes on, whoever asks"](x.test.ts).\n')).toEqual([['1 Shown by `…`.']]);
  });

  it('in TypeScript is comments and messages: code, names and single words are not', () => {
    const text = [
      '/**',
      ' * Says `x`, as {@link y} does,',
      ' * over two lines.',
      ' */',
      "import a from 'some module';",
      '// First',
      '// and second.',
      `export const b = ['one', 'a message', \`the ${put('a')} of it\`];`,
      `f(\`${put('"another message"')}\`);`,
    ].join('\n');
    expect(linesOf('a.ts', text)).toEqual([
      ['1 ', '2 Says `…`, as `…` does,', '3 over two lines.', '4 '],
      ['6 First', '7 and second.'],
      ['5 some module'],
      ['8 a message'],
      ['8 the … of it'],
      ['9 another message'],
    ]);
  });
});

describe('npm run check:prose', () => {
  const lint = (text: string) => {
    const folder = mkdtempSync(join(tmpdir(), 'test-prose-'));
    const path = join(folder, 'a.md');
    try {
      writeFileSync(path, text);
      const { status, stderr } = spawnSync('node', ['test/support/lint-prose.ts', path], { encoding: 'utf8' });
      return { status, stderr: stderr.replaceAll(path, 'a.md') };
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  it('finds a phrase that runs over two lines, and says where and what to write', () => {
    const { status, stderr } = lint('A title\n\nThe lock is taken\naway by a force.\n');
    expect(stderr).toContain('a.md:3: “taken away”: write “removed”\n');
    expect(status).toBe(1);
  });

  it('is quiet where nothing is wrong, and about code', () => {
    expect(lint('The lock is removed by `whoever` forces it.\n')).toEqual({ status: 0, stderr: '' });
  });
});
