import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { sweepTemporaryFiles, temporaryDirectory } from '../../../local/temporary-files.ts';

it('sweeps what is half written in a data directory, and nothing else', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'test-sweep-'));
  onTestFinished(() => rm(dataDir, { recursive: true }));
  const gone = spawnSync('true').pid;
  await mkdir(join(dataDir, 'tmp', 'repo-sync-git-a', 'git'), { recursive: true });
  await mkdir(join(dataDir, 'objects', '.tmp'), { recursive: true });
  await mkdir(join(dataDir, 'objects', 'repositories'), { recursive: true });
  const files = [
    'objects/.tmp/half',
    'objects/repositories/whole',
    `token.${gone}.tmp`,
    `issuer.json.${process.pid}.tmp`,
    'mine.tmp',
    'token',
  ];
  for (const file of files) await writeFile(join(dataDir, file), 'x');

  await sweepTemporaryFiles(dataDir);

  expect((await readdir(dataDir)).sort()).toEqual(
    [`issuer.json.${process.pid}.tmp`, 'mine.tmp', 'objects', 'tmp', 'token'].sort(),
  );
  expect(await readdir(join(dataDir, 'objects'), { recursive: true })).toEqual(['repositories', 'repositories/whole']);
  expect(await readdir(temporaryDirectory(dataDir))).toEqual([]);
  expect((await stat(temporaryDirectory(dataDir))).mode & 0o777).toBe(0o700);
});
