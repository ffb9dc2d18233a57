import { beforeAll, describe, expect, it } from 'vitest';
import type { Problem } from '../../core/contract/api.ts';
import { GrepAllAnswer, SymbolsAllAnswer } from '../../core/contract/search-all.ts';
import { OutlineAnswer, SymbolsAnswer } from '../../core/contract/symbols.ts';
import { fieldsOf } from '../support/api.ts';
import { symbolSamples } from '../support/symbol-samples.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const { api } = world;

const texts = Object.fromEntries(Object.entries(symbolSamples).map(([path, { text }]) => [path, text]));
const source = {
  ...texts,
  'odd/"quoted"\tname [x].ts': 'export const __proto__ = 1;\nexport class Größe { "quoted key"() {} }\n',
  'odd/broken.ts': 'class Broken {\n  fn() { return 1\n  }\n}\nconst = (;\nexport function stillFound() {}\n',
  'odd/many.js': `f([\n${'{a(){}},\n'.repeat(45_000)}]);\nclass Wombat {}\n`,
  'uses.ts': 'import { claim } from "./lock.ts";\nawait claim("a");\n',
  'README.md': '# claim\nclass Lock\n',
  'data.bin': 'claim\0',
};

const ask = (path: string, query: Record<string, string> = {}, as = api) =>
  as.call<Problem>('GET', `/api/${path}?${new URLSearchParams(query)}`);
/** One page. */
const page = async (query: Record<string, string>, id = 'lang'): Promise<SymbolsAnswer> => {
  const { status, body } = await ask(`repositories/${id}/symbols`, query);
  expect([status, body.detail]).toEqual([200, undefined]);
  return SymbolsAnswer.parse(body);
};
/** The pages as one: a slow machine ends some of them early. */
const symbols = async (query: Record<string, string>, id?: string): Promise<SymbolsAnswer> => {
  const first = await page(query, id);
  let { next_cursor: cursor, symbols: all, not_parsed } = first;
  while (cursor !== null) {
    const next = await page({ ...query, cursor }, id);
    all = [...all, ...next.symbols];
    not_parsed = [...not_parsed, ...next.not_parsed];
    cursor = next.next_cursor;
  }
  return { ...first, symbols: all, not_parsed, next_cursor: null };
};
const places = async (query: Record<string, string>, id?: string): Promise<string[]> =>
  (await symbols(query, id)).symbols.map(({ path, line, kind, container, name }) =>
    [`${path}:${line}`, kind, container === null ? name : `${container}.${name}`].join(' '),
  );

/** A slow machine gives it up before it has counted them. */
const tooMuch = expect.stringMatching(/^(size|time)$/);

let head: string;
beforeAll(async () => {
  head = await (await world.registered('lang', source)).head();
  await world.registered('lone', { 'a.py': 'def claim():\n    pass\n', 'b.py': 'claim()\n' });
  await world.registered('unsynced', { 'a.py': 'def claim(): pass\n' });
  await api.synced('lang');
  await api.synced('lone');
});

describe('definitions of a branch', () => {
  it('are found by name: where it is defined, and not where it is used', async () => {
    const answer = await symbols({ name: 'claim' });
    expect(answer).toMatchObject({
      branch: 'main',
      commit: head,
      source_commit: head,
      behind: false,
      not_parsed: [],
      not_searched: [{ reason: 'binary', files: 1 }],
      next_cursor: null,
    });
    expect(await places({ name: 'claim' })).toEqual([
      'Lock.php:4 method Claims.claim',
      'Lock.php:12 method Lock.claim',
      'lock.c:9 function claim',
      'lock.rs:5 method Store.claim',
      'lock.rs:9 method Disk.claim',
      'lock.sh:5 function claim',
      'lock.ts:11 function claim',
    ]);
    expect(answer.symbols.at(-1)).toEqual({
      name: 'claim',
      kind: 'function',
      container: null,
      line: 11,
      start_line: 11,
      end_line: 14,
      signature: 'export const claim = async (id: LockId): Promise<Lock> => {',
      path: 'lock.ts',
      language: 'typescript',
    });
  });

  it('are chosen by what they are in, kind, path, language, case and a part of the name', async () => {
    expect(await places({ name: 'Disk::claim' })).toEqual(['lock.rs:9 method Disk.claim']);
    expect(await places({ name: 'claim', kind: 'function', path: '*.ts' })).toEqual(['lock.ts:11 function claim']);
    expect(await places({ name: 'claim', language: 'rs', kind: 'method' })).toHaveLength(2);
    expect(await places({ name: 'CLAIM' })).toEqual([]);
    expect(await places({ name: 'CLAIM', case: 'false', language: 'shell' })).toEqual(['lock.sh:5 function claim']);
    expect(await places({ name: 'Claim', language: 'go' })).toEqual(['lock.go:16 method Store.Claim']);
    expect(await places({ name: 'owner', match: 'prefix', language: 'c' })).toEqual(['lock.c:10 function owner_of']);
    expect(await places({ name: 'Lock', match: 'contains', language: 'powershell' })).toEqual([
      'lock.ps1:1 class Lock',
      'lock.ps1:6 function Get-Lock',
    ]);
    expect((await places({ kind: 'macro' })).map((each) => each.split(' ').at(-1))).toEqual([
      'MAX_TRIES',
      'HELD',
      'held',
    ]);
    expect(await places({ name: 'nowhere' })).toEqual([]);
  });

  it('have odd names, and stand in files of odd names', async () => {
    const file = 'odd/"quoted"\tname [x].ts';
    expect(await places({ name: '__proto__' })).toEqual([`${file}:1 constant __proto__`]);
    expect(await places({ name: 'Größe' })).toEqual([`${file}:2 class Größe`]);
    expect(await places({ name: 'GRÖSSE', case: 'false' })).toEqual([]);
    expect(await places({ name: 'größe', case: 'false' })).toEqual([`${file}:2 class Größe`]);
    for (const name of ['constructor"', '🙂', '%', 'a b', '\\', '(', 'toString', 'hasOwnProperty'])
      expect([name, await places({ name })]).toEqual([name, []]);
    expect(await places({ name: 'stillFound' })).toEqual(['odd/broken.ts:6 function stillFound']);
  });

  it('that cannot be parsed in bounds are named, and nothing is said to be whole that is not', async () => {
    const found = await symbols({ name: 'Wombat' });
    expect([found.symbols, found.not_parsed]).toEqual([[], [{ path: 'odd/many.js', reason: tooMuch }]]);
    expect((await symbols({ name: 'Broken' })).not_parsed).toEqual([]);
  });

  it('come in pages that miss none and repeat none', async () => {
    const whole = await places({ limit: '1000' });
    expect(whole.length).toBeGreaterThan(150);
    expect((await page({ limit: '7' })).symbols.length).toBeLessThanOrEqual(7);
    expect(await places({ limit: '7' })).toEqual(whole);
  });

  it('are asked for by parameters that are right', async () => {
    const wrong = async (query: Record<string, string>) => {
      const { status, body } = await ask('repositories/lang/symbols', query);
      expect(status).toBe(400);
      return fieldsOf(body);
    };
    expect(await wrong({ name: '', kind: 'thing', match: 'fuzzy', case: 'no', limit: '0' })).toEqual(
      expect.arrayContaining(['query.name', 'query.kind', 'query.match', 'query.case', 'query.limit']),
    );
    for (const name of ['a\nb', 'a\0b', 'x'.repeat(201)]) expect(await wrong({ name })).toEqual(['query.name']);
    expect(await wrong({ language: 'kotlin' })).toEqual(['query.language']);
    expect(await wrong({ cursor: 'none' })).toEqual(['query.cursor']);
    expect((await ask('repositories/nowhere/symbols')).status).toBe(404);
    expect((await ask('repositories/lang/symbols', {}, world.as('mallory'))).status).toBe(404);
    expect((await ask('repositories/lang/symbols', {}, world.anonymous)).status).toBe(401);
    expect((await ask('repositories/unsynced/symbols', { name: 'claim' })).body.title).toBe('Not indexed');
    expect((await ask('repositories/lang/symbols', { branch: 'dev' })).body.title).toBe('Not indexed');
  });

  it('are of one commit: a cursor of another one is refused', async () => {
    const git = await world.registered('moved', { 'a.py': 'def one(): pass\ndef two(): pass\n' });
    await api.synced('moved');
    const { next_cursor } = await page({ limit: '1' }, 'moved');
    await git.write({ 'b.py': 'def three(): pass\n' });
    await git.commit();
    await api.synced('moved');
    const { status, body } = await ask('repositories/moved/symbols', { cursor: String(next_cursor) });
    expect([status, body.title]).toEqual([409, 'Branch moved']);
    expect(await places({ name: 'three' }, 'moved')).toEqual(['b.py:1 function three']);
  });
});

describe('the outline of a file', () => {
  const outline = async (path: string) => ask(`repositories/lang/outline/${path}`);

  it('has what the file defines, in order', async () => {
    const { status, body, headers } = await outline('lock.go');
    const { symbols: found, ...about } = OutlineAnswer.parse(body);
    expect(status).toBe(200);
    expect(about).toMatchObject({ path: 'lock.go', branch: 'main', commit: head, language: 'go', behind: false });
    expect(found.map(({ kind, container, name, line }) => `${kind} ${container ?? ''}>${name}@${line}`)).toEqual(
      symbolSamples['lock.go']?.defines,
    );
    const etag = String(headers.get('etag'));
    const again = await api.call('GET', '/api/repositories/lang/outline/lock.go', undefined, { 'if-none-match': etag });
    expect([again.status, again.body]).toEqual([304, null]);
  });

  it('says why it has nothing', async () => {
    expect((await outline('README.md')).body).toMatchObject({ symbols: [], not_parsed: 'language' });
    expect((await outline('odd/many.js')).body).toMatchObject({ symbols: [], not_parsed: tooMuch });
    expect((await outline(encodeURIComponent('odd/"quoted"\tname [x].ts'))).body).toMatchObject({
      symbols: [{ name: '__proto__' }, { name: 'Größe' }],
    });
    for (const [path, title] of [
      ['absent.ts', 'Not found'],
      ['odd', 'Not a file'],
      ['data.bin', 'Not indexed'],
    ] as const)
      expect((await outline(path)).body).toMatchObject({ status: 404, title });
  });
});

describe('all repositories that one may read', () => {
  const all = async (query: Record<string, string>, as = api): Promise<SymbolsAllAnswer> => {
    const found = SymbolsAllAnswer.parse((await ask('symbols', query, as)).body);
    if (found.next_cursor === null) return found;
    const rest = await all({ ...query, cursor: found.next_cursor }, as);
    const repositories = [...found.repositories, ...rest.repositories];
    return {
      ...rest,
      symbols: [...found.symbols, ...rest.symbols],
      not_parsed: [...found.not_parsed, ...rest.not_parsed],
      repositories: repositories.filter(
        ({ repository_id: id }, n) => repositories.findIndex((each) => each.repository_id === id) === n,
      ),
      not_searched: [...found.not_searched, ...rest.not_searched],
    };
  };
  const grepped = async (query: Record<string, string>, as = api) =>
    GrepAllAnswer.parse((await ask('grep', query, as)).body);
  const unsynced = [{ repository_id: 'unsynced', reason: 'not_indexed' }];

  it('are searched for a definition', async () => {
    const found = await all({ name: 'claim', repositories: 'l*,unsynced' });
    expect(found.symbols.map(({ repository_id, path }) => `${repository_id}/${path}`)).toEqual([
      'lang/Lock.php',
      'lang/Lock.php',
      'lang/lock.c',
      'lang/lock.rs',
      'lang/lock.rs',
      'lang/lock.sh',
      'lang/lock.ts',
      'lone/a.py',
    ]);
    expect(found).toMatchObject({ not_searched: unsynced, next_cursor: null, warnings: [] });
    expect(found.repositories.map(({ repository_id }) => repository_id)).toEqual(['lang', 'lone']);
    expect(found.repositories[0]).toMatchObject({ branch: 'main', indexed_commit: head, behind: false });
    const none = await all({ name: 'Wombat', repositories: 'lang,lone' });
    expect(none.not_parsed).toEqual([{ repository_id: 'lang', path: 'odd/many.js', reason: tooMuch }]);
    expect(none.repositories).toEqual([]);
  });

  it('are searched for every line, page by page, and nothing is missed or repeated', async () => {
    const query = { pattern: 'claim', repositories: 'l*' };
    const whole = (await grepped(query)).matches.map(({ repository_id: id, path, line }) => `${id}/${path}:${line}`);
    expect(whole.at(-1)).toBe('lone/b.py:1');
    expect(whole[0]).toBe('lang/Lock.php:4');
    for (const limit of ['1', '3', String(whole.length), String(whole.length - 1)]) {
      const pages: string[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const page: GrepAllAnswer = await grepped({ ...query, limit, ...(cursor === '' ? {} : { cursor }) });
        expect(page.matches.length).toBeLessThanOrEqual(Number(limit));
        pages.push(...page.matches.map(({ repository_id: id, path, line }) => `${id}/${path}:${line}`));
        cursor = page.next_cursor;
      }
      expect([limit, pages]).toEqual([limit, whole]);
    }
    expect((await grepped({ ...query, repositories: 'unsynced', context: '1' })).not_searched).toEqual(unsynced);
  });

  it('are only those: the others are not told of', async () => {
    const bob = world.as('bob');
    const nothing = { searched: 0, not_searched: [], repositories: [], next_cursor: null };
    expect(await all({ name: 'claim' }, bob)).toMatchObject(nothing);
    expect(await grepped({ pattern: 'claim', repositories: 'lang,lone,absent' }, bob)).toMatchObject(nothing);
    await api.call('PUT', '/api/repositories/lone/grants/bob', { role: 'read' });
    expect((await all({ name: 'claim' }, bob)).symbols.map(({ repository_id }) => repository_id)).toEqual(['lone']);
    expect((await grepped({ pattern: 'claim' }, bob)).matches).toHaveLength(2);
  });

  it('are asked for by parameters that are right', async () => {
    const fields = async (path: string, query: Record<string, string>) => fieldsOf((await ask(path, query)).body);
    expect(await fields('grep', { pattern: '(', regex: 'true' })).toEqual(['query.pattern']);
    expect(await fields('grep', { pattern: 'a', repositories: 'A B' })).toEqual(['query.repositories']);
    expect(await fields('grep', { pattern: 'a', cursor: 'none' })).toEqual(['query.cursor']);
    expect(await fields('symbols', { language: 'kotlin' })).toEqual(['query.language']);
    expect(await grepped({ pattern: 'a', language: 'klingon' })).toMatchObject({
      matches: [],
      warnings: [expect.stringContaining('klingon')],
    });
    expect(await fields('symbols', { cursor: 'WzFd' })).toEqual(['query.cursor']);
    expect((await ask('grep', { pattern: 'a' }, world.anonymous)).status).toBe(401);
  });

  it('go on where one has moved, is removed, or has lost what is kept of it', async () => {
    await world.registered('zz-a', { 'a.py': 'quokka\nquokka\n' });
    const git = await world.registered('zz-b', { 'a.py': 'quokka\nquokka\n' });
    await world.registered('zz-c', { 'a.py': 'quokka\n' });
    for (const id of ['zz-a', 'zz-b', 'zz-c']) await api.synced(id);
    const query = { pattern: 'quokka', repositories: 'zz-*', limit: '3' };
    const { next_cursor } = await grepped(query);
    await git.write({ 'b.py': 'quokka\n' });
    await git.commit();
    await api.synced('zz-b');
    const rest = await grepped({ ...query, cursor: String(next_cursor) });
    expect(rest.not_searched).toEqual([{ repository_id: 'zz-b', reason: 'moved' }]);
    expect(rest.matches.map(({ repository_id }) => repository_id)).toEqual(['zz-c']);
    await api.call('DELETE', '/api/repositories/zz-a');
    expect((await grepped(query)).repositories.map(({ repository_id }) => repository_id)).toEqual(['zz-b']);
  });
});
