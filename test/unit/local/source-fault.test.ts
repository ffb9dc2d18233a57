import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkSource, folderOf } from '../../../local/cli/source-fault.ts';

describe('a source that the command line names', () => {
  let root: string;
  const makeGit = async (folder: string): Promise<void> => {
    await mkdir(join(folder, 'objects'), { recursive: true });
    await writeFile(join(folder, 'HEAD'), 'ref: refs/heads/main\n');
  };
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'source-fault-'));
    await makeGit(join(root, 'clone/.git'));
    await mkdir(join(root, 'clone/src/deep'), { recursive: true });
    await makeGit(join(root, 'bare.git'));
    await mkdir(join(root, 'worktree'));
    await writeFile(join(root, 'worktree/.git'), 'gitdir: elsewhere\n');
    await mkdir(join(root, 'plain/half'), { recursive: true });
    await writeFile(join(root, 'plain/half/HEAD'), '');
    await writeFile(join(root, 'plain/file.txt'), '');
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  it('is a folder of this machine by its path or its file address, and nothing else', () => {
    expect(folderOf('/a/b')).toBe('/a/b');
    expect(folderOf('FILE:///a/b%20c')).toBe('/a/b c');
    for (const url of ['https://example.com/a.git', 'git@example.com:a.git', 'file://%', 'a/b'])
      expect(folderOf(url)).toBeNull();
  });

  it.each(['clone', 'clone/.git', 'bare', 'bare.git', 'worktree'])('may be %s', async (path) => {
    await expect(checkSource(join(root, path))).resolves.toBeUndefined();
    await expect(checkSource(pathToFileURL(join(root, path)).href)).resolves.toBeUndefined();
  });

  it('elsewhere is left to the service', async () => {
    await expect(checkSource('https://example.com/nowhere.git')).resolves.toBeUndefined();
  });

  it.each([
    ['nowhere', 'nowhere: there is no such folder'],
    ['plain/file.txt', 'plain/file.txt is a file: name the folder of a git repository'],
    ['plain', 'plain is no git repository: name a folder that git init or git clone has made'],
    ['plain/half', 'plain/half is no git repository: name a folder that git init or git clone has made'],
    ['clone/src/deep', 'clone/src/deep is a folder of the git repository ROOT/clone: name that'],
  ])('is refused in one line where it is %s', async (path, message) => {
    await expect(checkSource(join(root, path))).rejects.toMatchObject({
      name: 'SourceFault',
      message: `${root}/${message.replace('ROOT', root)}`,
    });
  });
});
