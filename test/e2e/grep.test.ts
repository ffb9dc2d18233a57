import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../core/contract/api.ts';
import type { GrepAnswer } from '../../core/contract/grep.ts';
import { fieldsOf } from '../support/api.ts';
import type { GitRepository } from '../support/git-repository.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const { api } = world;

const ask = (id: string, query: Record<string, string>) =>
  api.call<GrepAnswer & Problem>('GET', `/api/repositories/${id}/grep?${new URLSearchParams(query)}`);

const page = async (id: string, query: Record<string, string>): Promise<GrepAnswer> => {
  const { status, body } = await ask(id, query);
  expect([status, body.detail]).toEqual([200, undefined]);
  return body;
};

/** `path:line:text` of all pages. */
const allOf = async (id: string, query: Record<string, string>): Promise<string[]> => {
  const lines: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const one: GrepAnswer = await page(id, { limit: '7', ...query, ...(cursor === '' ? {} : { cursor }) });
    lines.push(...one.matches.map(({ path, line, text }) => `${path}:${line}:${text}`));
    cursor = one.next_cursor;
  }
  return lines;
};

/** The same of `git grep`; `paths` leaves out what is not in the index. */
const byGit = async (git: GitRepository, options: string[], ...paths: string[]): Promise<string[]> => {
  const args = ['-c', 'core.quotePath=false', 'grep', '-I', '-n', ...options, 'HEAD', '--', ...paths];
  const env = { ...process.env, LC_ALL: 'C.UTF-8' };
  try {
    const { stdout } = await promisify(execFile)('git', args, { cwd: git.path, env, maxBuffer: 1 << 28 });
    return stdout.slice('HEAD:'.length, -1).split('\nHEAD:');
  } catch (error) {
    if ((error as { code?: unknown }).code === 1) return [];
    throw error;
  }
};

const source = {
  'a/one.ts': 'const aardwolf = 1;\nconst other = 2;\n\nexport { aardwolf, aardwolf as Wolf };\r\nlast aardwolves',
  'a-b.py': 'Aardwolf = "Größe 🙂 aardwolf"\n',
  'b/"odd".ts': 'aardwolf\n',
  'b/tab\there.md': 'no aardvark\n',
  'b/Ümlaut.md': 'no wolf, an aardwolf\n',
  'logo.bin': 'aardwolf\0',
  'package-lock.json': '{ "aardwolf": 1 }\n',
  'blank.ts': ' \n',
};

describe('every line of a branch that matches', () => {
  it('is told in order, with where and what is beside it', async () => {
    const git = await world.registered('told', source);
    expect((await ask('told', { pattern: 'x' })).body.title).toBe('Not indexed');
    await api.synced('told');
    const answer = await page('told', { pattern: 'aardwolf', context: '1' });
    expect(answer).toEqual({
      branch: 'main',
      commit: await git.head(),
      indexed_at: expect.any(String),
      source_commit: await git.head(),
      source_seen_at: expect.any(String),
      behind: false,
      matches: [
        {
          path: 'a-b.py',
          language: 'python',
          line: 1,
          column: 22,
          text: 'Aardwolf = "Größe 🙂 aardwolf"',
          ranges: [[21, 29]],
          before: [],
          after: [],
        },
        expect.objectContaining({
          path: 'a/one.ts',
          line: 1,
          ranges: [[6, 14]],
          before: [],
          after: ['const other = 2;'],
        }),
        expect.objectContaining({
          line: 4,
          text: 'export { aardwolf, aardwolf as Wolf };\r',
          ranges: [
            [9, 17],
            [19, 27],
          ],
          before: [''],
          after: ['last aardwolves'],
        }),
        expect.objectContaining({ path: 'b/"odd".ts', line: 1 }),
        expect.objectContaining({ path: 'b/Ümlaut.md', line: 1, column: 13 }),
      ],
      not_searched: [
        { reason: 'lockfile', files: 1 },
        { reason: 'binary', files: 1 },
        { reason: 'empty', files: 1 },
      ],
      warnings: [],
      next_cursor: null,
    });
  });

  it('is chosen by case, word, expression, path and language', async () => {
    await world.registered('chosen', source);
    await api.synced('chosen');
    const lines = async (query: Record<string, string>) =>
      (await page('chosen', query)).matches.map(({ path, line }) => `${path}:${line}`);
    expect(await lines({ pattern: 'WOLF', case: 'false', path: 'a/' })).toEqual(['a/one.ts:1', 'a/one.ts:4']);
    expect(await lines({ pattern: 'wolf', word: 'true' })).toEqual(['b/Ümlaut.md:1']);
    expect(await lines({ pattern: 'aardwol(f|ves)$', regex: 'true' })).toEqual([
      'a/one.ts:5',
      'b/"odd".ts:1',
      'b/Ümlaut.md:1',
    ]);
    expect(await lines({ pattern: 'vark', path: 'b/*.md' })).toEqual(['b/tab\there.md:1']);
    expect(await lines({ pattern: 'aardwolf', language: 'Python' })).toEqual(['a-b.py:1']);
    expect(await lines({ pattern: 'aardwolf$', language: 'python' })).toEqual([]);
    expect(await page('chosen', { pattern: 'aardwolf', language: 'klingon' })).toMatchObject({
      matches: [],
      warnings: [expect.stringMatching(/^no language is called klingon.*typescript/)],
    });
    expect((await page('chosen', { pattern: 'x', path: '*.ts' })).not_searched).toEqual([
      { reason: 'empty', files: 1 },
    ]);
    expect(await lines({ pattern: 'wolf', path: 'b/*.md' })).toEqual(['b/Ümlaut.md:1']);
  });

  it('is what git grep finds in this project’s own sources, page by page', async () => {
    const root = join(import.meta.dirname, '../..');
    const files: Record<string, Uint8Array> = {};
    for (const folder of ['core', 'docs/adr'])
      for (const entry of await readdir(join(root, folder), { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const path = join(entry.parentPath, entry.name);
        files[path.slice(root.length + 1)] = await readFile(path);
      }
    const git = await world.registered('own', files);
    await api.synced('own');
    const left = await page('own', { pattern: 'x' });
    expect(left.not_searched).toEqual([]);
    const cases: [Record<string, string>, string[]][] = [
      [{ pattern: 'GenerationNotFoundError' }, ['-F', '-e', 'GenerationNotFoundError']],
      [{ pattern: 'generationnotfound', case: 'false' }, ['-F', '-i', '-e', 'generationnotfound']],
      [{ pattern: 'page', word: 'true', limit: '1000' }, ['-F', '-w', '-e', 'page']],
      [{ pattern: '}', limit: '1000' }, ['-F', '-e', '}']],
      [{ pattern: '\\bread[A-Z]\\w*\\(', regex: 'true' }, ['-P', '-e', '\\bread[A-Z]\\w*\\(']],
      [
        { pattern: '^export (const|type) [a-z]+ ', regex: 'true', limit: '50' },
        ['-E', '-e', '^export (const|type) [a-z]+ '],
      ],
      [{ pattern: '^$', regex: 'true', limit: '1000' }, ['-P', '-e', '^$']],
      [{ pattern: 'no such walrus' }, ['-F', '-e', 'no such walrus']],
    ];
    for (const [query, options] of cases) expect(await allOf('own', query)).toEqual(await byGit(git, options));
  });

  it('is of one commit: a cursor of another one is refused', async () => {
    const git = await world.registered('moved', source);
    await api.synced('moved');
    const { next_cursor } = await page('moved', { pattern: 'aardwolf', limit: '1' });
    const cursor = String(next_cursor);
    expect((await page('moved', { pattern: 'aardwolf', limit: '1', cursor })).matches[0]?.path).toBe('a/one.ts');
    await git.write({ 'new.ts': 'aardwolf\n' });
    await git.commit();
    await api.synced('moved');
    const { status, body } = await ask('moved', { pattern: 'aardwolf', limit: '1', cursor });
    expect([status, body.title]).toEqual([409, 'Branch moved']);
    expect(body.detail).toContain(await git.head());
  });

  it('is not looked for by what cannot be a pattern', async () => {
    await world.registered('refused', source);
    await api.synced('refused');
    const wrong = async (query: Record<string, string>) => fieldsOf((await ask('refused', query)).body);
    expect(await wrong({})).toEqual(['query.pattern']);
    for (const pattern of ['(', 'a{2000}', '(?=a)', '(a)\\1', '(?:a{100}){20}', 'a\nb'])
      expect([pattern, await wrong({ pattern, regex: 'true' })]).toEqual([pattern, ['query.pattern']]);
    expect(await wrong({ pattern: 'a', cursor: 'none' })).toEqual(['query.cursor']);
    expect(await wrong({ pattern: 'a', limit: '0', case: 'maybe', context: '99' })).toEqual([
      'query.case',
      'query.context',
      'query.limit',
    ]);
    expect((await ask('nowhere', { pattern: 'a' })).status).toBe(404);
  });
});
