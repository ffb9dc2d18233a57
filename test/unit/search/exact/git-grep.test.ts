import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compilePattern, type Pattern } from '../../../../core/search/rules/exact/compile-pattern.ts';
import { matchLines } from '../../../../core/search/rules/exact/match-lines.ts';
import { createGitRepository, type GitRepository } from '../../../support/git-repository.ts';

const run = promisify(execFile);

const plain = ['a', 'b', 'B', 's', 'k', 'K', '_', '-', '.', ' ', '1', '\t'];
/** Letters that fold in odd ways (long s, Kelvin sign), letters of two and four bytes. */
const wide = [...plain, 'S', 'ſ', '\u212a', 'é', 'É', '🙂'];

const textOf = (letters: readonly string[]) =>
  fc
    .tuple(
      fc.array(fc.string({ unit: fc.constantFrom(...letters), maxLength: 12 }), { maxLength: 8 }),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
    )
    .map(([lines, end, ended]) => lines.join(end) + (ended && lines.length > 0 ? end : ''));

const common = [
  '.',
  '\\.',
  '\\d',
  '\\t',
  '[ab]',
  '[^ab]',
  '[a-k]',
  '(?i:b)',
  'ab',
  'sk',
  'a',
  'b',
  's',
  'k',
  '_',
  '-',
  ' ',
  '1',
];

const places = ['^', '$', '\\b'];
/** What says where is not repeated: PCRE and RE2 disagree on what that means. */
const quantified = ([one, many]: [string, string]): string =>
  places.includes(one) ? one : (/^(.|\\.|\[.*)$/u.test(one) ? one : `(?:${one})`) + many;

const regexOf = (atoms: readonly string[]) =>
  fc.letrec<{ regex: string; branch: string; piece: string }>((tie) => ({
    regex: fc.array(tie('branch'), { minLength: 1, maxLength: 2 }).map((branches) => branches.join('|')),
    branch: fc.array(tie('piece'), { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join('')),
    piece: fc.oneof(
      { depthSize: 'small', maxDepth: 3 },
      fc
        .tuple(fc.constantFrom(...atoms), fc.constantFrom('', '', '', '*', '+', '?', '{2}', '+?', '{1,2}'))
        .map(quantified),
      fc.tuple(tie('regex'), fc.constantFrom('', '?', '{2}')).map(([inner, many]) => `(?:${inner})${many}`),
    ),
  })).regex;

const flags = { ignoreCase: fc.boolean(), word: fc.boolean() };

/** Folders of files, and what is looked for in them. */
const folders = {
  literals: {
    text: textOf(wide),
    pattern: fc.record({
      ...flags,
      regex: fc.constant(false),
      pattern: fc.string({ unit: fc.constantFrom(...wide), minLength: 1, maxLength: 4 }),
    }),
  },
  expressions: {
    text: textOf(wide),
    pattern: fc.record({
      ...flags,
      regex: fc.constant(true),
      pattern: regexOf([...common, 'é', 'ſ', '🙂', '[é_]', '^', '$']),
    }),
  },
  // PCRE and RE2 take different letters outside ASCII for parts of words.
  words: {
    text: textOf(plain),
    pattern: fc.record({
      ...flags,
      regex: fc.constant(true),
      pattern: regexOf([...common, '\\w', '\\W', '\\s', '\\b', '^', '$']),
    }),
  },
} satisfies Record<string, { text: fc.Arbitrary<string>; pattern: fc.Arbitrary<Pattern> }>;

const texts = new Map(
  Object.entries(folders).flatMap(([folder, { text }]) =>
    fc
      .sample(text, { seed: 7, numRuns: 40 })
      .map((content, n) => [`${folder}/${String(n).padStart(2, '0')}`, content] as const),
  ),
);

let repository: GitRepository;
beforeAll(async () => {
  repository = await createGitRepository(Object.fromEntries(texts));
});
afterAll(() => repository.cleanup());

/** `path:line:text` for each line that matches, or for each occurrence `path:line:column:text`. */
const byGit = async (folder: string, asked: Pattern, ...options: string[]): Promise<readonly string[]> => {
  const how = [asked.regex ? '-P' : '-F', ...(asked.ignoreCase ? ['-i'] : []), ...(asked.word ? ['-w'] : [])];
  const args = ['grep', '-n', ...options, ...how, '-e', asked.pattern, 'HEAD', '--', folder];
  try {
    const { stdout } = await run('git', args, { cwd: repository.path, env: { ...process.env, LC_ALL: 'C.UTF-8' } });
    return stdout.slice('HEAD:'.length, -1).split('\nHEAD:');
  } catch (error) {
    // 1: no match.
    if ((error as { code?: unknown }).code === 1) return [];
    // PCRE goes back and forth, and gives some patterns up.
    if (String(error).includes('match limit exceeded')) return fc.pre(false) as never;
    throw error;
  }
};

const byUs = (folder: string, asked: Pattern) => {
  const outcome = compilePattern(asked);
  // Repeats within repeats can make a program that is too large; git takes it.
  if (outcome.kind === 'refused') {
    expect(outcome.why).toMatch(/^it is too large: its program has \d+ instructions/);
    return fc.pre(false) as never;
  }
  return [...texts]
    .filter(([path]) => path.startsWith(folder))
    .flatMap(([path, text]) =>
      [...matchLines(outcome.compiled, text)].flatMap((match) =>
        match.ranges === null ? [] : [{ ...match, path, text: text.slice(match.start, match.end) }],
      ),
    );
};

describe.each(Object.entries(folders))('against git grep: %s', (folder, { pattern }) => {
  it('finds the same lines', async () => {
    const check = async (asked: Pattern) => {
      const ours = byUs(folder, asked).map(({ path, line, text }) => `${path}:${line}:${text}`);
      expect(ours).toEqual(await byGit(folder, asked));
    };
    await fc.assert(fc.asyncProperty(pattern, check), { numRuns: 30 });
  }, 120_000);

  it('finds the same occurrences, and where the first one is', async () => {
    const check = async (asked: Pattern) => {
      const found = byUs(folder, asked);
      // Git shows none of a line from its first empty occurrence on, and takes the end of each for the beginning of a line.
      fc.pre(!/\\b/.test(asked.pattern) && !found.some(({ ranges }) => ranges.some(([start, end]) => start === end)));
      const ours = found.flatMap(({ path, line, text, ranges }) =>
        ranges.map((range) => `${path}:${line}:${text.slice(...range)}`),
      );
      expect(ours).toEqual(await byGit(folder, asked, '-o'));
      const columns = found.map(({ path, line, text, ranges: [first] }) => {
        return `${path}:${line}:${Buffer.byteLength(text.slice(0, first?.[0])) + 1}:${text}`;
      });
      expect(columns).toEqual(await byGit(folder, asked, '--column'));
    };
    await fc.assert(fc.asyncProperty(pattern, check), { numRuns: 15 });
  }, 120_000);
});
