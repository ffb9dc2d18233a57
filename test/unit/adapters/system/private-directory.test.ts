import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openPrivateDirectory } from '../../../../adapters/system/private-directory.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'private-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

it('makes a directory that only its owner may enter, whatever the umask', async () => {
  const before = process.umask(0);
  try {
    await openPrivateDirectory(join(root, 'a', 'b'));
  } finally {
    process.umask(before);
  }
  expect((await stat(join(root, 'a', 'b'))).mode & 0o777).toBe(0o700);
});

it('takes one that is private, again and again', async () => {
  const path = join(root, 'data');
  await openPrivateDirectory(path);
  await expect(openPrivateDirectory(path)).resolves.toBeUndefined();
});

it.each([0o755, 0o750, 0o701])('refuses one with mode %o, and says the command that mends it', async (mode) => {
  const path = join(root, 'data');
  await mkdir(path);
  await chmod(path, mode);
  await expect(openPrivateDirectory(path)).rejects.toMatchObject({
    name: 'DirectoryRefusedError',
    message: expect.stringContaining(`chmod 700 '${path}'`),
  });
});

it('names the setting when it cannot be made', async () => {
  await writeFile(join(root, 'file'), '');
  await expect(openPrivateDirectory(join(root, 'file', 'data'))).rejects.toThrow(/DATA_DIR/);
});

it.skipIf(process.geteuid?.() !== 0)('refuses one of another user', async () => {
  const path = join(root, 'data');
  await openPrivateDirectory(path);
  const { chown } = await import('node:fs/promises');
  await chown(path, 12_345, 12_345);
  await expect(openPrivateDirectory(path)).rejects.toThrow(/belongs to another user/);
});
