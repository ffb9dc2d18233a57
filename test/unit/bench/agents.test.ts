import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { byGrep, bySearch, wordsOf } from '../../../bench/agents/policies.ts';
import { readTasks } from '../../../bench/agents/tasks.ts';

const root = resolve(import.meta.dirname, '../../..');

it('has thirty tasks, whose files are there', async () => {
  const tasks = await readTasks(join(root, 'bench/agents/tasks.json'));
  expect(tasks).toHaveLength(30);
  for (const path of tasks.flatMap(({ files }) => files)) expect(existsSync(join(root, path)), path).toBe(true);
});

it('names the member of a task that is wrong', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'test-tasks-'));
  const file = join(folder, 'tasks.json');
  await writeFile(file, JSON.stringify([{ question: 'Where?', files: [] }]));
  await expect(readTasks(file)).rejects.toThrow(/tasks\.json[\s\S]*files/);
  await rm(folder, { recursive: true });
});

const task = { question: 'Where is the numbat fed?', files: ['src/right.ts'] };
const read = async (path: string) => ({ asked: 'read', answered: `${path} ${'x'.repeat(400)}` });

it('searches once and reads what was found, best first, until the file is right', async () => {
  const search = async (asked: string) => ({
    call: { asked, answered: 'hits' },
    paths: ['src/a.ts', 'src/a.ts', 'src/right.ts', 'src/b.ts'],
  });
  expect(await bySearch({ search, read }, task)).toMatchObject({ found: true, calls: 3 });
  expect(await bySearch({ search, read }, { ...task, files: ['src/none.ts'] })).toMatchObject({
    found: false,
    calls: 4,
  });
});

it('greps for the words of the question, the longest first, and reads where the rare ones are', async () => {
  expect(wordsOf(task.question)).toEqual(['numbat', 'fed']);
  const hits: Record<string, string> = { numbat: 'src/right.ts:1\n', fed: 'src/a.ts:9\nsrc/b.ts:2\nsrc/right.ts:1\n' };
  const grep = async (word: string) => ({ asked: word, answered: hits[word] ?? '' });
  const { found, calls, tokens } = await byGrep({ grep, read }, task);
  expect([found, calls]).toEqual([true, 3]);
  expect(tokens).toBeGreaterThan(100);
});
