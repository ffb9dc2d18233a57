import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createGitSourceRemotes } from '../../../adapters/git/source-remotes.ts';
import { createGitRepository, type GitRepository } from '../../support/git-repository.ts';

const made: GitRepository[] = [];
afterEach(async () => {
  for (const repository of made.splice(0)) await repository.cleanup();
});

const create = async (): Promise<GitRepository> => {
  const repository = await createGitRepository({ 'a.ts': 'a\n' });
  made.push(repository);
  return repository;
};
const remotes = createGitSourceRemotes({ policy: 'local' });
const of = async (path: string) => Object.fromEntries(await remotes.of(path, 'ann'));

describe('the remotes of a folder', () => {
  it('are those of its configuration: the first address of each, relative ones from the folder', async () => {
    const { git, path } = await create();
    await git('remote', 'add', 'origin', '../elsewhere');
    await git('config', '--add', 'remote.origin.url', 'https://example.com/second.git');
    await git('config', 'remote.a.b.url', 'https://example.com/dots.git');
    await git('config', 'remote.ssh.url', 'git@example.com:x.git');
    await git('config', 'remote.empty.url', '');
    await git('config', 'remote.fetch-only.fetch', '+refs/heads/*:refs/remotes/x/*');
    const found = {
      origin: join(path, '../elsewhere'),
      'a.b': 'https://example.com/dots.git',
      ssh: 'git@example.com:x.git',
    };
    expect(await of(path)).toEqual(found);
    expect(await of(join(path, '.git'))).toEqual(found);
    expect(await of(`file://${path}`)).toEqual(found);
  });

  it('are none where there is no repository, and none of a remote source', async () => {
    const { path } = await create();
    expect(await of(join(path, 'a.ts'))).toEqual({});
    expect(await of('/nowhere/at/all')).toEqual({});
    expect(await of('http://127.0.0.1:1/x.git')).toEqual({});
  });

  it('are not read for whom the folder is not to be read', async () => {
    const { path } = await create();
    const strict = createGitSourceRemotes({ policy: 'local', mayRead: async (_, owner) => owner === 'ann' });
    expect(await strict.of(path, 'ann')).toEqual(new Map());
    await expect(strict.of(path, 'bob')).rejects.toMatchObject({ name: 'SourceRefusedError' });
  });

  it('of a configuration that is damaged, or larger than any, are a named failure', async () => {
    const { path } = await create();
    const config = join(path, '.git', 'config');
    const good = await readFile(config);
    await writeFile(config, '[remote "x"\n');
    await expect(of(path)).rejects.toMatchObject({ name: 'SourceUnusableError', reason: 'config_broken' });
    await writeFile(config, Buffer.concat([good, Buffer.alloc(5 * 1024 * 1024, '# padding\n')]));
    await expect(of(path)).rejects.toThrow('its configuration has more than 4194304 bytes');
  });

  it('change nothing in it: it may be read-only', async () => {
    const { git, path } = await create();
    await git('remote', 'add', 'origin', 'https://example.com/x.git');
    const config = join(path, '.git', 'config');
    await chmod(config, 0o400);
    expect(await of(path)).toEqual({ origin: 'https://example.com/x.git' });
  });
});
