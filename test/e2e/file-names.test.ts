import { beforeAll, describe, expect, it } from 'vitest';
import type { JobFileList } from '../../core/contract/api.ts';
import { commitBytes } from '../support/commit-bytes.ts';
import { useMcpOverHttp } from '../support/use-mcp.ts';
import { useRepoSync } from '../support/use-repo-sync.ts';
import { useWorld } from '../support/use-world.ts';

/** Names that cannot be typed as they are shown: in Latin-1, with a tab, and a folder of such a name; of a file that is skipped too. */
const latin = Buffer.from('caf\xe9.ts', 'latin1');
const tabbed = Buffer.from('tab\there.ts');
const inside = Buffer.from('\xff/inside.ts', 'latin1');
const skipped = Buffer.from('\xe9.bin', 'latin1');
const base64 = (name: Buffer): string => name.toString('base64');

const world = useWorld();
const mcp = useMcpOverHttp(world);
const { run, json } = useRepoSync(world);
let job: string;
beforeAll(async () => {
  const git = await world.registered('names', { 'a.ts': 'export const plain = 1;\n' });
  await commitBytes(git, [
    [latin, 'export const numbatLatin = 1;\n'],
    [tabbed, 'export const numbatTabbed = 2;\n'],
    [inside, 'export const numbatInside = 3;\n'],
    [skipped, 'a\0b'],
  ]);
  job = (await world.api.synced('names')).job_id;
});

describe('a name that is not UTF-8, or has control characters', () => {
  it('is in the ledger as everywhere: its text, and its bytes where those are not UTF-8', async () => {
    const { body } = await world.api.call<JobFileList>('GET', `/api/jobs/${job}/files`);
    expect(body.files).toEqual([
      { branch: 'main', path: '\ufffd.bin', path_bytes: base64(skipped), outcome: 'skipped', reason: 'binary' },
    ]);
    expect((await run(['files', 'names'])).out).toContain(`\ufffd.bin (--path-bytes ${base64(skipped)})`);
  });

  it('is shown to agents with its bytes, by which they read it', async () => {
    const { call } = await mcp.connect();
    const text = async (tool: string, args: object) => (await call(tool, { repository: 'names', ...args })).text;
    expect(await text('list_tree', {})).toContain(`caf\ufffd.ts  (path_bytes ${base64(latin)}, 30 bytes)`);
    expect(await text('list_tree', {})).toContain(`tab?here.ts  (path_bytes ${base64(tabbed)}, 31 bytes)`);
    expect(await text('list_tree', {})).toContain('\na.ts  (24 bytes)\n');
    expect(await text('list_tree', {})).toContain(`\ufffd/  (path_bytes ${base64(inside.subarray(0, 1))})`);
    expect(await text('list_tree', { path_bytes: base64(inside.subarray(0, 1)) })).toContain(base64(inside));
    expect(await text('search_code', { query: 'numbatLatin' })).toMatch(
      new RegExp(`caf\ufffd\\.ts:1-1 \\(typescript, score [\\d.]+, path_bytes ${base64(latin)}\\)`),
    );
    for (const [tool, args] of [
      ['grep', { pattern: 'numbat' }],
      ['find_symbol', { name: 'numbat', match: 'prefix' }],
    ] as const) {
      const found = await text(tool, args);
      expect(found).toContain(`path_bytes of caf\ufffd.ts: ${base64(latin)}\n`);
      expect(found).toContain(`path_bytes of tab?here.ts: ${base64(tabbed)}\n`);
      expect(found).toMatch(/^3 (lines match|definitions) on this page/);
    }
    expect(await text('grep', { pattern: 'plain' })).not.toContain('path_bytes');
    for (const name of [latin, tabbed, inside])
      expect(await text('read_file', { path_bytes: base64(name) })).toContain('1  export const numbat');
    for (const wrong of [{}, { path: 'a.ts', path_bytes: base64(latin) }])
      expect(await call('read_file', { repository: 'names', ...wrong })).toMatchObject({
        isError: true,
        text: expect.stringContaining('path, path_bytes: give one of them'),
      });
    expect(await call('read_file', { repository: 'names', path_bytes: 'caf.ts' })).toMatchObject({
      isError: true,
      text: expect.stringContaining('must be base64'),
    });
  });

  it('is shown to people with its bytes, by which the commands find it', async () => {
    const out = async (...args: string[]) => (await run(args)).out;
    const shown = `caf\ufffd.ts (--path-bytes ${base64(latin)})`;
    expect(await out('tree', 'names')).toContain(`${shown}\n`);
    expect(await out('tree', 'names')).toContain(`\ufffd/ (--path-bytes ${base64(inside.subarray(0, 1))})\n`);
    expect(await out('tree', 'names', '--path-bytes', base64(inside.subarray(0, 1)))).toContain(base64(inside));
    expect(await out('search', 'names', 'numbatLatin')).toContain(`${shown}:1-1`);
    expect(await out('search', '--all', 'numbatLatin')).toContain(`names:${shown}:1-1`);
    expect(await out('grep', 'names', 'numbatLatin')).toBe(`${shown}:1:export const numbatLatin = 1;\n`);
    expect(await out('symbols', 'names', 'numbatLatin')).toContain(`${shown}:1: `);
    expect(await out('tree', 'names', '--glob', 'tab*')).toBe(`tab?here.ts (--path-bytes ${base64(tabbed)})\n`);
    expect(await out('tree', 'names', '--glob', 'a.ts')).toBe('a.ts\n');
    for (const name of [latin, tabbed, inside]) {
      expect(await out('cat', 'names', '--path-bytes', base64(name))).toContain('export const numbat');
      expect(await json(['outline', 'names', '--path-bytes', base64(name)])).toMatchObject({ symbols: [{}] });
    }
    for (const wrong of [
      ['cat', 'names'],
      ['cat', 'names', 'a.ts', '--path-bytes', base64(latin)],
      ['cat', 'names', '--path-bytes', 'a.ts'],
      ['outline', 'names'],
      ['tree', 'names', 'src', '--path-bytes', base64(latin)],
    ])
      expect(await run(wrong)).toMatchObject({ code: 2, err: expect.stringMatching(/path|base64/) });
  });
});

it('a text is written as it is; on a screen nothing in it moves the cursor, and the prompt comes on a line of its own', async () => {
  const texts = {
    'open.txt': 'no line feed at its end',
    'two.txt': 'two line feeds at its end\n\n',
    'crlf.txt': 'one\r\ntwo\r\n',
    'escape.txt': 'a\u001b[2Jb\tc\n',
  };
  await world.registered('texts', texts);
  await world.api.synced('texts');
  for (const [name, text] of Object.entries(texts)) expect((await run(['cat', 'texts', name])).out, name).toBe(text);
  const onScreen = async (name: string) => (await run(['cat', 'texts', name], { tty: true })).out;
  expect(await onScreen('open.txt')).toBe('no line feed at its end\n');
  expect(await onScreen('two.txt')).toBe('two line feeds at its end\n\n');
  expect(await onScreen('crlf.txt')).toBe('one\ntwo\n');
  expect(await onScreen('escape.txt')).toBe('a?[2Jb\tc\n');
});
