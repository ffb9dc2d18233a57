import { describe, expect, it } from 'vitest';
import type { Problem } from '../../core/contract/api.ts';
import type { FileAnswer, FileList } from '../../core/contract/files.ts';
import { fieldsOf } from '../support/api.ts';
import { commitBytes } from '../support/commit-bytes.ts';
import { sourceFiles as source } from '../support/source-files.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const { api } = world;

const list = async (id: string, query: Record<string, string> = {}): Promise<FileList> => {
  const reply = await api.call<FileList>('GET', `/api/repositories/${id}/files?${new URLSearchParams(query)}`);
  expect(reply.status).toBe(200);
  return reply.body;
};
const namesOf = async (id: string, query: Record<string, string> = {}) =>
  (await list(id, query)).entries.map(({ path, type }) => (type === 'directory' ? `${path}/` : path));
/** Page after page. */
const allOf = async (id: string, query: Record<string, string>): Promise<string[]> => {
  const names: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: FileList = await list(id, { ...query, ...(cursor === '' ? {} : { cursor }) });
    expect(page.entries.length).toBeLessThanOrEqual(Number(query.limit));
    names.push(...page.entries.map(({ path, type }) => (type === 'directory' ? `${path}/` : path)));
    cursor = page.next_cursor;
  }
  return names;
};
const read = (id: string, place: string, headers?: Record<string, string>) =>
  api.call<FileAnswer & Problem>('GET', `/api/repositories/${id}/files/${place}`, undefined, headers);

describe('the files of a branch', () => {
  it('are read whole or by lines, and are the same until the blob is another', async () => {
    const git = await world.registered('read', source);
    const commit = await git.head();
    await api.synced('read');
    const blob = await git.git('rev-parse', 'HEAD:src/a.ts');
    const whole = await read('read', 'src/a.ts');
    expect(whole.body).toEqual({
      path: 'src/a.ts',
      branch: 'main',
      commit,
      blob,
      language: 'typescript',
      bytes: Buffer.byteLength(source['src/a.ts']),
      lines: 4,
      start: 1,
      end: 4,
      text: source['src/a.ts'],
      indexed_at: expect.any(String),
      source_commit: commit,
      source_seen_at: expect.any(String),
      behind: false,
    });
    expect(whole.headers.get('etag')).toBe(`W/"${blob}"`);
    const part = await read('read', 'src%2Fa.ts?start=2&end=3&branch=main');
    expect(part.body).toMatchObject({ start: 2, end: 3, lines: 4, text: '\nexport const b = "Größe";\n' });
    expect((await read('read', 'src/a.ts?start=4&end=99')).body).toMatchObject({
      start: 4,
      end: 4,
      text: 'export const last = 3;',
    });
    expect((await read('read', 'src/deep/er/b.py?start=2')).body.text).toBe('    return 2\r\n');
    expect((await read('read', 'empty.ts')).body).toMatchObject({ text: '', lines: 0, bytes: 0, start: 1, end: 0 });
    const known = { 'if-none-match': `"${blob}"` };
    const same = await read('read', 'src/a.ts', known);
    expect([same.status, same.headers.get('etag')]).toEqual([304, `W/"${blob}"`]);
    // Another commit that leaves it as it was, and one that changes it. What is not committed does not count.
    await git.write({ 'README.md': '# Aardwolf\n', 'src/deep.ts': 'not committed\n' });
    await git.git('add', 'README.md');
    await git.git('commit', '--quiet', '-m', 'readme');
    await api.synced('read');
    expect((await read('read', 'src/a.ts', known)).status).toBe(304);
    expect((await read('read', 'README.md')).body.text).toBe('# Aardwolf\n');
    expect((await read('read', 'src/deep.ts')).body.text).toBe(source['src/deep.ts']);
    await git.write({ 'src/a.ts': 'export const a = 2;\n' });
    await git.commit();
    await api.synced('read');
    const after = await read('read', 'src/a.ts', known);
    expect([after.status, after.body.text, after.body.lines]).toEqual([200, 'export const a = 2;\n', 1]);
  });

  it('say why they cannot be read', async () => {
    const git = await world.registered('why', source);
    const unindexed = await read('why', 'src/a.ts');
    expect([unindexed.status, unindexed.body.title]).toEqual([404, 'Not indexed']);
    await git.link('link', 'src/a.ts');
    await git.commit();
    await api.synced('why');
    const said = async (place: string) => {
      const { status, body } = await read('why', place);
      return [status, body.title, body.detail, (body as { reason?: string }).reason];
    };
    const commit = await git.head();
    expect(await said('logo.bin')).toEqual([
      404,
      'Not indexed',
      'logo.bin is not in the index of branch main: binary',
      'binary',
    ]);
    expect(await said('link')).toEqual([
      404,
      'Not indexed',
      'link is not in the index of branch main: symlink',
      'symlink',
    ]);
    expect((await said('blank.ts'))[3]).toBe('empty');
    expect(await said('src/none.ts')).toEqual([
      404,
      'Not found',
      `there is no file src/none.ts on branch main at ${commit}`,
      undefined,
    ]);
    expect(await said('src/deep')).toEqual([
      404,
      'Not a file',
      'src/deep is a directory of branch main: list it with files?path=',
      undefined,
    ]);
    expect(await said('src/a.ts?branch=other')).toEqual([
      404,
      'Not indexed',
      'branch other has no index yet: sync it first, or name an indexed branch: main',
      undefined,
    ]);
    expect(fieldsOf((await read('why', 'src/a.ts?start=5')).body)).toEqual(['query.start']);
    expect(fieldsOf((await read('why', 'src/a.ts?start=3&end=2')).body)).toEqual(['query.end']);
    expect(fieldsOf((await read('why', 'src/a.ts?start=0&lines=9')).body).sort()).toEqual([
      'query.lines',
      'query.start',
    ]);
    // Who may not read the repository learns nothing.
    const stranger = await world.as('mallory').call('GET', '/api/repositories/why/files/src/a.ts');
    const nowhere = await world.as('mallory').call('GET', '/api/repositories/nowhere/files/src/a.ts');
    expect([stranger.status, stranger.body]).toEqual([404, nowhere.body]);
  });

  it('are listed, a directory at a time, in tree order and in pages', async () => {
    const git = await world.registered('tree', source);
    await api.synced('tree');
    expect(await namesOf('tree')).toEqual(['README.md', 'blank.ts', 'empty.ts', 'logo.bin', 'src-more/', 'src/']);
    expect(await namesOf('tree', { path: 'src' })).toEqual(['src/a.ts', 'src/deep.ts', 'src/deep/']);
    expect(await namesOf('tree', { path: 'src/deep/' })).toEqual(['src/deep/er/']);
    expect(await namesOf('tree', { path: 'src/none' })).toEqual([]);
    expect(await namesOf('tree', { path: 'src/a.ts' })).toEqual([]);
    const { entries, commit, branch, next_cursor } = await list('tree', { branch: 'main' });
    expect([commit, branch, next_cursor]).toEqual([await git.head(), 'main', null]);
    const blob = await git.git('rev-parse', 'HEAD:README.md');
    expect(entries[0]).toEqual({ path: 'README.md', type: 'file', blob, bytes: 33, language: 'markdown' });
    expect(entries[3]).toMatchObject({ path: 'logo.bin', not_indexed: 'binary' });
    expect(entries[5]).toEqual({ path: 'src', type: 'directory' });
    for (const limit of ['1', '2', '5'])
      expect(await allOf('tree', { limit })).toEqual([
        'README.md',
        'blank.ts',
        'empty.ts',
        'logo.bin',
        'src-more/',
        'src/',
      ]);
  });

  it('are found by a pattern', async () => {
    await world.registered('glob', source);
    await api.synced('glob');
    expect(await namesOf('glob', { glob: '*.ts' })).toEqual([
      'blank.ts',
      'empty.ts',
      'src-more/c.ts',
      'src/a.ts',
      'src/deep.ts',
    ]);
    expect(await namesOf('glob', { glob: '*.ts', path: 'src' })).toEqual(['src/a.ts', 'src/deep.ts']);
    expect(await namesOf('glob', { glob: 'src/**/*.py' })).toEqual(['src/deep/er/b.py']);
    expect(await allOf('glob', { glob: '*.ts', limit: '2' })).toEqual([
      'blank.ts',
      'empty.ts',
      'src-more/c.ts',
      'src/a.ts',
      'src/deep.ts',
    ]);
    expect(await namesOf('glob', { glob: '*.rs' })).toEqual([]);
    const bad = await api.call('GET', '/api/repositories/glob/files?cursor=%21&limit=2');
    expect(fieldsOf(bad.body)).toEqual(['query.cursor']);
    const both = await api.call('GET', '/api/repositories/glob/files?path=a&path_bytes=YQ&limit=5000');
    expect(fieldsOf(both.body).sort()).toEqual(['query.limit', 'query.path_bytes']);
    const beside = await api.call('GET', '/api/repositories/glob/files?path=a&path_bytes=YQ');
    expect(fieldsOf(beside.body)).toEqual(['query.path_bytes']);
  });

  it('have names of any bytes', async () => {
    const git = await world.registered('bytes', { 'a.ts': 'export const a = 1;\n' });
    const names = [
      'tab\there.ts',
      '"quoted".ts',
      'back\\slash.ts',
      'new\nline.ts',
      '100% sure?.ts',
      'größe #1.ts',
      '🙂/+ &=.ts',
    ];
    const raw = [
      Buffer.from([0x63, 0x61, 0x66, 0xe9, 0x2e, 0x74, 0x73]),
      Buffer.from([0xff, 0x2f, 0x62, 0x2e, 0x74, 0x73]),
    ] as const;
    await commitBytes(git, [
      ...names.map((name, n) => [Buffer.from(name), `export const named${n} = ${n};\n`] as const),
      ...raw.map((name, n) => [name, `export const raw${n} = ${n};\n`] as const),
    ]);
    await api.synced('bytes');
    const { entries } = await list('bytes', { glob: '*' });
    const told = entries.map(({ path }) => path);
    for (const name of names) expect(told).toContain(name);
    for (const [n, name] of names.entries()) {
      const { status, body } = await read('bytes', encodeURIComponent(name));
      expect([status, body.path, body.text]).toEqual([200, name, `export const named${n} = ${n};\n`]);
      expect(body.path_bytes).toBeUndefined();
    }
    for (const [n, name] of raw.entries()) {
      const place = [...name].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
      const { status, body } = await read('bytes', place);
      expect([status, body.text]).toEqual([200, `export const raw${n} = ${n};\n`]);
      expect(Buffer.from(body.path_bytes ?? '', 'base64').equals(name)).toBe(true);
      expect(body.path).toContain('\ufffd');
    }
    // A search names them the same.
    const reply = await api.search('bytes', { q: 'raw0' });
    expect(reply.body.results[0]).toMatchObject({ path: 'caf\ufffd.ts', path_bytes: raw[0].toString('base64') });
    expect((await api.found('bytes', 'named0'))[0]).toBe(names[0]);
    // A directory of such a name.
    const top = (await list('bytes')).entries;
    expect(top.find(({ path }) => path === '🙂')).toEqual({ path: '🙂', type: 'directory' });
    const odd = top.find(({ path, type }) => type === 'directory' && path === '\ufffd');
    const inside = await list('bytes', { path_bytes: odd?.path_bytes ?? '' });
    expect(inside.entries.map(({ path_bytes }) => path_bytes)).toEqual([raw[1].toString('base64')]);
    expect(await allOf('bytes', { limit: '1' })).toHaveLength(top.length);
  });

  it('are those of each branch, also of content that another branch brought', async () => {
    const git = await world.registered('branches', source);
    await git.branch('topic');
    await git.write({ 'topic.ts': 'export const topic = 1;\n' });
    await git.remove('src/a.ts');
    await git.commit();
    await git.switch('main');
    await api.synced('branches', { branches: ['main', 'topic'] });
    expect((await read('branches', 'topic.ts?branch=topic')).body.text).toBe('export const topic = 1;\n');
    expect((await read('branches', 'topic.ts')).status).toBe(404);
    expect((await read('branches', 'src/a.ts?branch=topic')).status).toBe(404);
    await git.merge('topic');
    const job = await api.synced('branches');
    expect(job.counts?.chunks_embedded).toBe(0);
    expect((await read('branches', 'topic.ts')).body.text).toBe('export const topic = 1;\n');
    expect((await read('branches', 'README.md')).body.text).toBe(source['README.md']);
  });
});
