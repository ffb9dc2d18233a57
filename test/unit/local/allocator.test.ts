import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allocatorSettings } from '../../../local/allocator.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'test-allocator-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const source = new URL('../../../local/allocator.ts', import.meta.url).href;

/** What a process says of itself, behind the call; and its id as whoever started it knows it. */
const start = async (environment: Record<string, string>) => {
  const script = join(directory, "it's a script.ts");
  await writeFile(
    script,
    `import { useAllocatorSettings } from ${JSON.stringify(source)};
     useAllocatorSettings();
     const { pid, argv, execArgv, env } = process;
     const malloc = Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('MALLOC_')));
     process.stdin.on('data', (data) => console.log(JSON.stringify({ pid, argv: argv.slice(2), execArgv, malloc, said: String(data), kept: env.KEPT })));`,
  );
  const args = ['--conditions=local', '--disable-warning=ExperimentalWarning', script, 'one', "two's"];
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, KEPT: 'yes', ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end('hello');
  let out = '';
  child.stdout.on('data', (data) => {
    out += data;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { code, pid: child.pid, ...(out === '' ? {} : { said: JSON.parse(out) }) };
};

const expected = {
  argv: ['one', "two's"],
  execArgv: expect.arrayContaining(['--conditions=local']),
  said: 'hello',
  kept: 'yes',
};

describe.runIf(process.platform === 'linux')('the allocator’s settings', () => {
  it('are those of the process that a service is, which stays the same otherwise', async () => {
    const { code, pid, said } = await start({});
    expect([code, said]).toEqual([0, { ...expected, pid, malloc: allocatorSettings }]);
  });

  it('are left as they were set', async () => {
    const { code, pid, said } = await start({ MALLOC_ARENA_MAX: '7' });
    expect([code, said]).toEqual([0, { ...expected, pid, malloc: { MALLOC_ARENA_MAX: '7' } }]);
  });
});
