import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeable, changeRealFiles, chooseEight, withFunction } from '../../../bench/change-files.ts';
import { changeEightFiles, generateRepository } from '../../../bench/generate-repository.ts';
import {
  gitOutput,
  headBranch,
  listFiles,
  parseBatch,
  parseTree,
  readBlobs,
  runGit,
  shareRepository,
} from '../../../bench/git.ts';
import { makeQueries, sampleFiles, sampleTexts } from '../../../bench/queries.ts';
import { shareTrees } from '../../../bench/share-trees.ts';

let directory: string;
let made: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'test-bench-'));
  made = join(directory, 'made');
  await generateRepository(made, 120);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const git = async (...args: string[]): Promise<string> => (await gitOutput(made, args)).toString();
const headOf = async (path: string): Promise<string> => (await gitOutput(path, ['rev-parse', 'HEAD'])).toString();
const changesOf = async (path: string): Promise<readonly string[]> =>
  (await gitOutput(path, ['diff-tree', '-r', '--no-renames', '--name-status', 'HEAD~1', 'HEAD']))
    .toString()
    .trim()
    .split('\n')
    .map((line) => line.charAt(0))
    .sort();

describe('a generated repository', () => {
  it('is the same for the same numbers, and another for others', async () => {
    const [again, other] = [join(directory, 'again'), join(directory, 'other')];
    await generateRepository(again, 120);
    await generateRepository(other, 120, 5000);
    expect(await headOf(again)).toBe(await headOf(made));
    expect(await headOf(other)).not.toBe(await headOf(made));
    expect(await listFiles(made)).toHaveLength(120);
  });

  it('has its tree several times over where more files are asked for, and changes in eight files all the same', async () => {
    const copy = join(directory, 'shared-trees');
    await generateRepository(copy, 120);
    const before = await listFiles(copy);
    await shareTrees(copy, 3);
    const files = await listFiles(copy);
    expect(files.length).toBe(before.length * 4);
    for (const { path, oid } of before)
      expect(files).toContainEqual(expect.objectContaining({ path: `part-3/${path}`, oid }));
    await changeEightFiles(copy, 120, 1);
    expect(await changesOf(copy)).toEqual([...'AAAAAMMM']);
  });

  it('is refused where its files cannot be shared out', async () => {
    await expect(generateRepository(join(directory, 'odd'), 150_000)).rejects.toThrow(RangeError);
  });

  it('changes in eight files a round', async () => {
    const copy = join(directory, 'rounds');
    await generateRepository(copy, 120);
    for (const round of [1, 2]) {
      await changeEightFiles(copy, 120, round);
      expect(await changesOf(copy)).toEqual([...'AAAAAMMM']);
    }
  });
});

describe('somebody’s repository', () => {
  it('is never written to: a copy that shares its objects is changed in eight files a round', async () => {
    const before = await git('rev-parse', 'HEAD');
    const objects = await git('count-objects', '-v');
    const copy = join(directory, 'shared');
    await shareRepository(made, copy);
    expect(await headBranch(copy)).toBe('refs/heads/main');
    for (const round of [1, 2, 3]) {
      await changeRealFiles(copy, round);
      expect(await changesOf(copy)).toEqual([...'AAAAAMMM']);
    }
    expect(await listFiles(copy)).toHaveLength(120 + 15);
    expect(await git('rev-parse', 'HEAD')).toBe(before);
    expect(await git('count-objects', '-v')).toBe(objects);
  });

  it('is changed where a person would: in source of a usual size', () => {
    const file = (path: string, size = 1000) => ({ oid: 'a', path, size });
    const kept = [file('a/b.ts'), file('x.py')];
    const left = [
      file('a.png'),
      file('big.ts', 60_000),
      file('tiny.go', 10),
      file('sp ace.ts'),
      file('bench-added-1.ts'),
    ];
    expect(changeable([...kept, ...left])).toEqual(kept);
    expect(() => chooseEight(kept, 1)).toThrow(/only 2 source files/);
    const twenty = Array.from({ length: 20 }, (_, i) => file(`${i}.ts`));
    expect(new Set(chooseEight(twenty, 5).map(({ path }) => path)).size).toBe(8);
    expect(chooseEight(twenty, 0)).not.toEqual(chooseEight(twenty, 1));
  });

  it.each(['c', 'cs', 'go', 'java', 'js', 'php', 'py', 'rb', 'rs', 'ts', 'txt'])(
    'gets a function more in .%s',
    (ending) => {
      const text = withFunction(`a.${ending}`, Buffer.from('before\n'), 'benchName', 41).toString();
      expect(text).toMatch(/^before\n.*benchName.*41/s);
    },
  );
});

describe('git’s output', () => {
  it('is read with any name and size', async () => {
    const oid = 'a'.repeat(40);
    const entries = [`100644 blob ${oid}      12\ta\nb`, `120000 blob ${oid} 3\tlink`, `160000 commit ${oid} -\tsub`];
    const listing = entries.map((entry) => `${entry}\0`).join('');
    expect(parseTree(listing)).toEqual([{ oid, path: 'a\nb', size: 12 }]);
    expect(parseBatch(Buffer.from(`${oid} blob 3\nx\ny\n${oid} blob 0\n\n`)).map(String)).toEqual(['x\ny', '']);
    expect(() => parseBatch(Buffer.from(`${oid} missing\n`))).toThrow(/missing/);
    const [file] = await listFiles(made);
    if (file === undefined) throw new Error('it has files');
    expect((await readBlobs(made, [file.oid]))[0]).toHaveLength(file.size);
  });

  it('tells in git’s own words why it failed', async () => {
    await expect(runGit(made, ['rev-parse', '--verify', 'nothing'])).rejects.toThrow(/rev-parse ended with 128.*fatal/);
  });
});

describe('queries', () => {
  it('are of words of the files, and the same each time', async () => {
    const files = await listFiles(made);
    const texts = (await sampleTexts(made, files, 30)).map(({ text }) => text);
    const queries = makeQueries(texts, 50);
    expect(queries).toEqual(makeQueries(texts, 50));
    expect(makeQueries(texts, 50, 2)).not.toEqual(queries);
    const all = texts.join(' ');
    for (const word of queries.flatMap((query) => query.split(' '))) expect(all).toContain(word);
    expect(new Set(queries.map((query) => query.split(' ').length))).toEqual(new Set([1, 2, 3]));
    expect(() => makeQueries(['', '1 2'], 1)).toThrow(/no names/);
  });

  it('come from files all over the repository', () => {
    const files = Array.from({ length: 10 }, (_, i) => ({ oid: 'a', path: String(i), size: 1 }));
    expect(sampleFiles(files, 3).map(({ path }) => path)).toEqual(['0', '3', '6']);
    expect(sampleFiles(files, 99)).toEqual(files);
  });
});
