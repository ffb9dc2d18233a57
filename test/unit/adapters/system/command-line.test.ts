import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NotCarriedOut, readCommandLine } from '../../../../adapters/system/command-line.ts';

const expected = {
  usage: 'npm run thing -- <a> [<b>]',
  options: { user: { type: 'string' }, quick: { type: 'boolean' } },
  words: { least: 1, most: 2 },
} as const;
const outcome = (...args: string[]): NotCarriedOut => {
  try {
    readCommandLine(expected, args);
  } catch (error) {
    if (error instanceof NotCarriedOut) return error;
    throw error;
  }
  throw new Error('was carried out');
};

describe('the command line of a script', () => {
  it('gives options and words', () => {
    const { values, positionals } = readCommandLine(expected, ['--user', 'bob', 'one', '--quick', 'two']);
    expect({ ...values, positionals }).toEqual({ user: 'bob', quick: true, positionals: ['one', 'two'] });
    expect(readCommandLine({ usage: '' }, []).positionals).toEqual([]);
  });
  it('is not carried out with --help, whatever else is there', () => {
    for (const args of [['--help'], ['one', '--help'], ['--nope', '--help', '1', '2', '3']])
      expect(outcome(...args)).toMatchObject({ code: 0, message: expected.usage });
  });
  it.each([
    [['one', '--nope'], '--nope'],
    [['one', '--user'], '--user'],
    [['one', '--quick=yes'], '--quick'],
    [['one', 'two', 'three', 'four'], 'too many words: three four'],
    [[], '1 more must be named'],
  ])('that is wrong is told, with the usage: %j', (args, what) => {
    const { code, message } = outcome(...args);
    expect([code, message.includes(what), message.endsWith(`\n\n${expected.usage}`)]).toEqual([2, true, true]);
  });
});

describe('package.json', () => {
  const root = resolve(import.meta.dirname, '../../../..');
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  /** These have a command line of a library's: commander's, vitest's. */
  const others = ['local/main.ts', 'test/support/run-tests.ts'];
  /** A file that reads its options elsewhere says so. */
  const readers: Readonly<Record<string, string>> = { 'bench/run.ts': 'bench/read-options.ts' };

  it('has no script that begins when it is asked for help', () => {
    const files = Object.entries(scripts).flatMap(([name, line]) => {
      const file = /\bnode(?: --\S+(?: \.\/\S+)?)* ((?!console\/)\S+\.ts)\b/.exec(line)?.[1];
      return file === undefined || name.startsWith('check') || others.includes(file) ? [] : [[name, file] as const];
    });
    expect(files.length).toBeGreaterThan(14);
    for (const [name, file] of files)
      expect([name, readFileSync(join(root, readers[file] ?? file), 'utf8').match(/ommandLine\(\{/)?.length]).toEqual([
        name,
        1,
      ]);
  });
});
