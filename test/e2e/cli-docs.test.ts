import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGitRepository } from '../support/git-repository.ts';
import { useService } from '../support/use-service.ts';

const root = resolve(import.meta.dirname, '../..');
const page = await readFile(join(root, 'docs/cli.md'), 'utf8');

/** The command lines of the page, each with the exit code that it tells; 0 where it tells none. */
const lines = [...page.matchAll(/```console\n([\s\S]*?)```/g)]
  .flatMap(([, block = '']) => block.trim().split('\n'))
  .map((line) => {
    const [, text = '', code = '0'] = /^\$ (.*?)(?: {2}# exit code (\d+))?$/.exec(line) ?? [];
    return { text, code: Number(code) };
  });

const service = useService(() =>
  createGitRepository({ 'src/retry.ts': 'export const retryWithBackoff = () => 1;\n', 'logo.png': 'a\0b' }),
);
let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'test-cli-docs-'));
  await mkdir(join(home, 'bin'));
  await symlink(join(root, 'cli/repo-sync.js'), join(home, 'bin/repo-sync'));
  await mkdir(join(service.git.path, '.repo-sync'));
  await writeFile(join(service.git.path, '.repo-sync/token'), service.process.token);
  await chmod(join(service.git.path, '.repo-sync'), 0o700);
});
afterAll(() => rm(home, { recursive: true, force: true }));

const run = (text: string): Promise<{ code: number | null; out: string; err: string }> =>
  new Promise((done) => {
    const child = spawn('bash', ['-c', text], {
      cwd: service.git.path,
      env: {
        ...process.env,
        NODE_V8_COVERAGE: '',
        HOME: home,
        XDG_CONFIG_HOME: undefined,
        PATH: [join(home, 'bin'), join(process.execPath, '..'), process.env.PATH].join(delimiter),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const result = { code: null as number | null, out: '', err: '' };
    child.stdout.on('data', (part) => {
      result.out += part;
    });
    child.stderr.on('data', (part) => {
      result.err += part;
    });
    child.once('close', (code) => done({ ...result, code }));
  });

describe('docs/cli.md', () => {
  it('has lines that all are commands', () => {
    expect(lines.length).toBeGreaterThan(40);
    for (const { text } of lines) expect(text).toMatch(/\brepo-sync\b/);
  });

  // In their order: each finds what those before it have made. Only the address is another one.
  it.each(lines)(
    '$text ends with $code',
    async ({ text, code }) => {
      const ran = await run(text.replace('http://127.0.0.1:3000', service.process.url));
      expect(ran, ran.err).toMatchObject({ code });
      if (text.includes('--json'))
        expect(() => JSON.parse(code === 0 ? (ran.out.split('\n')[0] ?? '') : ran.err)).not.toThrow();
    },
    60_000,
  );
});
