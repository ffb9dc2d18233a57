import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPathRules } from '../../../../adapters/path-rules/path-rules.ts';
import { createGitRepository, type GitRepository } from '../../../support/git-repository.ts';

let git: GitRepository;
beforeAll(async () => {
  git = await createGitRepository();
});
afterAll(() => git.cleanup());

const rule = (patterns: readonly string[], attributes = ''): ((path: string) => string | null) =>
  createPathRules().compile(patterns, [{ path: '.gitattributes', text: attributes }]);

const piece = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b', '/', '*', '**', '**/', '/**/', '/**', '**\\/') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('?', '[ab]', '[!a]', '[^b/]', '[a-c]', '[[:alpha:]]', '[[:space:][:upper:]]', '.'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...[
        '[]a]',
        '[!]]',
        '[a-]',
        '[--a]',
        '[\\]]',
        '[a\\-c]',
        '[[:nosuch:]]',
        '[[:a]',
        '[[:punct:]-]',
        '[z-a]',
        '[é-ü]',
        '[a',
      ],
      ...[
        '\\*',
        '\\\\',
        '\\a',
        '\\/',
        '\\',
        '***',
        '[',
        ']',
        '-',
        '!',
        '^',
        '#',
        ' ',
        '  ',
        'é',
        'A',
        '\t',
        '[[:cntrl:]x]',
      ],
    ),
  },
);
const pattern = fc.array(piece, { minLength: 1, maxLength: 7 }).map((pieces) => pieces.join(''));
const part = fc
  .array(
    fc.constantFrom('a', 'a', 'b', 'b', 'c', 'A', '.', '*', '-', '[', ']', '\\', 'é', ' ', '1', '!', '#', '\t', '\v'),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((characters) => characters.join(''))
  .filter((name) => name !== '.' && name !== '..');
const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const some = {
  patterns: fc.array(pattern, { minLength: 100, maxLength: 100 }),
  paths: fc.array(path, { minLength: 60, maxLength: 60 }),
};

/** As .gitattributes quotes a pattern: every byte in octal. */
const quoted = (text: string): string =>
  `"${[...Buffer.from(text)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')}"`;

describe('patterns match as git’s do', () => {
  it('in .gitattributes', async () => {
    await fc.assert(
      fc.asyncProperty(some.patterns, some.paths, async (patterns, paths) => {
        await git.write({ '.gitattributes': patterns.map((one, i) => `${quoted(one)} a${i}\n`).join('') });
        const names = patterns.map((_, i) => `a${i}`);
        const told = await git.gitWithInput(paths.join('\0'), 'check-attr', '-z', '--stdin', ...names);
        const fields = told.split('\0');
        const matches = patterns.map((one) => rule([], `${quoted(one)} linguist-generated`));
        const wrong: unknown[] = [];
        for (let at = 0; at + 2 < fields.length; at += 3) {
          const [of = '', name = '', value] = fields.slice(at, at + 3);
          const index = Number(name.slice(1));
          const ours = matches[index]?.(of) === 'linguist_generated';
          if (ours !== (value === 'set')) wrong.push({ pattern: patterns[index], path: of, ours });
        }
        expect(wrong).toEqual([]);
        expect(fields.length).toBeGreaterThanOrEqual(3 * patterns.length * new Set(paths).size);
      }),
      { numRuns: 25, endOnFailure: true },
    );
  });

  it('in ignore patterns, several together', async () => {
    const lists = fc.array(
      fc.array(fc.tuple(fc.constantFrom('', '', '!'), pattern, fc.constantFrom('', '', '/')), {
        minLength: 1,
        maxLength: 4,
      }),
      {
        minLength: 60,
        maxLength: 60,
      },
    );
    await fc.assert(
      fc.asyncProperty(lists, some.paths, async (made, paths) => {
        const all = made.map((list) => list.map((pieces) => pieces.join('')));
        for (const [i, list] of all.entries()) {
          await mkdir(join(git.path, `s${i}`), { recursive: true });
          await writeFile(join(git.path, `s${i}`, '.gitignore'), list.map((one) => `${one}\n`).join(''));
        }
        const asked = all.flatMap((_, i) => paths.map((one) => `s${i}/${one}`));
        const told = new Set(
          (await git.gitWithInput(asked.join('\0'), 'check-ignore', '--no-index', '-z', '--stdin')).split('\0'),
        );
        const wrong: unknown[] = [];
        for (const [i, list] of all.entries()) {
          const of = rule(list);
          for (const one of paths) {
            const ours = of(one) === 'ignored';
            if (ours !== told.has(`s${i}/${one}`)) wrong.push({ list, path: one, ours });
          }
        }
        expect(wrong).toEqual([]);
      }),
      { numRuns: 15, endOnFailure: true },
    );
  });

  it('in lines of .gitattributes up to git’s own length', async () => {
    const lines = [2047, 2048, 2049].map(
      (length) => `f${'?'.repeat(length - 'f linguist-generated'.length)} linguist-generated`,
    );
    for (const line of lines) {
      const name = `f${'x'.repeat(line.indexOf(' ') - 1)}`;
      await git.write({ '.gitattributes': `${line}\n` });
      const told = await git.gitWithInput(name, 'check-attr', '-z', '--stdin', 'linguist-generated');
      expect(rule([], line)(name) === 'linguist_generated').toBe(told.split('\0')[2] === 'set');
    }
  });
});

describe('no pattern takes long, whatever the path', () => {
  const hard = [
    ['*a*a*a*a*a*b', 'a'.repeat(4000)],
    ['*a*a*a*a*a*b', `${'a'.repeat(3999)}bc`],
    ['x/*a*a*a*a*a*b', `x/${'a'.repeat(3998)}`],
    [`${'*a'.repeat(400)}b`, 'a'.repeat(4000)],
    [`${'[ab]*'.repeat(200)}c`, 'ab'.repeat(2000)],
    ['x/**/**/**/**/**/**/y', `x/${'a/'.repeat(1998)}z`],
    ['x/**/a/**/a/**/a/**/a/**/y', `x/${'a/'.repeat(1998)}z`],
    [`${'**/a*/'.repeat(150)}b`, `${'a/'.repeat(1999)}c`],
    [`${'?*'.repeat(400)}b`, 'a'.repeat(4000)],
    ['[[[[[[[[[[[[[[[[[[[[', '['.repeat(4000)],
    [`${'\\'.repeat(1000)}`, '\\'.repeat(4000)],
    [`a${' '.repeat(900)}b`, ' '.repeat(4000)],
  ] as const;
  it.each(hard)('%s', (one, long) => {
    const started = performance.now();
    for (const each of [rule([one]), rule([`!${one}`, '*.x', one]), rule([], `${quoted(one)} linguist-generated`)]) {
      each(long);
      each(`${long}/deep/er`);
    }
    // About 10 ms each; with regular expressions minutes, and the age of the universe.
    expect(performance.now() - started).toBeLessThan(4_000);
  });
});
