import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { scratchDirectory } from '../../../../adapters/system/scratch-directory.ts';

let root: string;
const owners: ChildProcess[] = [];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'test-scratch-'));
});
afterEach(async () => {
  for (const owner of owners.splice(0)) owner.kill('SIGKILL');
  await rm(root, { recursive: true, force: true });
});

/** Another process with a directory of its own there. `unguarded`: its guard is killed, as a sandbox that is reset kills everyone in it. */
const startOwner = async (): Promise<{ path: string; kill(unguarded: boolean): Promise<void> }> => {
  const module = new URL('../../../../adapters/system/scratch-directory.ts', import.meta.url).href;
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { scratchDirectory } from ${JSON.stringify(module)};
       import { execFileSync } from 'node:child_process';
       const path = await scratchDirectory(${JSON.stringify(root)});
       const guard = execFileSync('pgrep', ['-P', String(process.pid), '-f', 'thread-guard']).toString().trim();
       console.log(path + ' ' + guard);
       setInterval(() => undefined, 1000);`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  owners.push(child);
  const said = await new Promise<string>((resolve) => child.stdout?.once('data', (data) => resolve(String(data))));
  const [path = '', guard] = said.trim().split(' ');
  return {
    path,
    kill: async (unguarded) => {
      if (unguarded) process.kill(Number(guard), 'SIGKILL');
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await exited;
    },
  };
};

it('is made once, for this thread alone', async () => {
  const path = await scratchDirectory(root);
  expect(await scratchDirectory(root)).toBe(path);
  expect(dirname(path)).toBe(root);
  await mkdir(join(path, 'below'));
});

it('finds those of dead owners, however young, and leaves those of live ones and of others', async () => {
  const dead = await startOwner();
  const live = await startOwner();
  await writeFile(join(dead.path, 'pack'), 'x');
  await writeFile(join(live.path, 'pack'), 'x');
  await dead.kill(true);
  const others = ['repo-sync-scratch-of-nobody', 'something', 'repo-sync-scratch-1.new'];
  for (const name of [...others, 'repo-sync-scratch-2.new']) await mkdir(join(root, name));
  const old = new Date(Date.now() - 120_000);
  await utimes(join(root, 'repo-sync-scratch-2.new'), old, old);
  expect(await readdir(dead.path)).toContain('pack');

  const path = await scratchDirectory(root);

  const left = (await readdir(root)).map((name) => join(root, name)).sort();
  expect(left).toEqual([path, live.path, ...others.map((name) => join(root, name))].sort());
  expect(await readdir(live.path)).toContain('pack');
});

it('goes with its owner, however that ends', async () => {
  const owner = await startOwner();
  await writeFile(join(owner.path, 'pack'), 'x');

  await owner.kill(false);

  await expect.poll(() => readdir(root), { timeout: 15_000 }).toEqual([]);
});

it('says what is wrong where none can be made, and is made when it can', async () => {
  const missing = join(root, 'not', 'there');
  await expect(scratchDirectory(missing)).rejects.toThrow('ENOENT');
  await mkdir(missing, { recursive: true });
  expect(dirname(await scratchDirectory(missing))).toBe(missing);
});
