import { execFile } from 'node:child_process';
import { appendFile, chmod, chown, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { failureReasons } from '../../../core/domain/failure-reasons.ts';
import { useLocalSource } from './local-source.ts';

const run = promisify(execFile);
const local = useLocalSource();
const { blobsOf, gitDir, headsOf, treeOf } = local;

const root = process.geteuid?.() === 0;

/** Named, in one line that begins with the path and ends with what to do. */
const expectNamed = async (
  work: Promise<unknown>,
  reason: keyof typeof failureReasons,
  path: string,
): Promise<string> => {
  const failure = (await work.then(
    (value) => value,
    (error: unknown) => error,
  )) as Error;
  const { code, remedy } = failureReasons[reason];
  expect(failure).toMatchObject({ name: code, reason });
  expect(failure.message.startsWith(`${path}: `), failure.message).toBe(true);
  expect(failure.message.endsWith(`: ${remedy}`), failure.message).toBe(true);
  return failure.message;
};

describe('a path', () => {
  it.each(['nothing-here', 'an-empty-folder', 'a-file'])('where no repository is: %s', async (name) => {
    const path = join(local.place, name);
    if (name === 'an-empty-folder') await mkdir(path);
    if (name === 'a-file') await writeFile(path, 'text');

    await expectNamed(headsOf(path), 'repository_missing', path);
  });

  it('whose repository has lost its HEAD', async () => {
    await rm(join(gitDir(), 'HEAD'));

    await expectNamed(headsOf(local.repository.path), 'repository_missing', local.repository.path);
  });

  it.runIf(root)('whose repository is another user’s (needs root)', async () => {
    await chown(gitDir(), 12345, 12345);

    await expectNamed(headsOf(local.repository.path), 'foreign_files', local.repository.path);
  });

  it.runIf(root).each(['', '.git', '.git/objects', '.git/objects/pack'])(
    'that the service’s user may not read: %j (needs root)',
    async (part) => {
      const path = local.repository.path;
      await local.repository.git('gc', '--quiet');
      await run('chown', ['-R', '65534:65534', path]);
      await chmod(join(path, part), 0);
      // Root may read everything, so another user looks.
      await chmod(local.place, 0o755);
      const temporary = join(local.place, 'theirs');
      await mkdir(temporary);
      await chown(temporary, 65534, 65534);
      const reader = join(import.meta.dirname, 'unprivileged.reader.ts');
      const { stdout } = await run(process.execPath, [reader, path, local.second, temporary], {
        uid: 65534,
        gid: 65534,
        env: { PATH: process.env.PATH, HOME: temporary },
      });

      await expectNamed(Promise.resolve(JSON.parse(stdout)), 'permission_denied', path);
    },
  );
});

describe('a configuration', () => {
  it.each([
    ['that ends amid a section', '[broken', 'line '],
    ['with a value that is none', '[core]\n\tbare = perhaps\n', 'cannot read its configuration'],
  ])('%s', async (_what, text, told) => {
    await appendFile(join(gitDir(), 'config'), text);

    expect(await expectNamed(headsOf(local.repository.path), 'config_broken', local.repository.path)).toContain(told);
  });

  it.each(['extensions.wat', 'core.repositoryformatversion'])('that asks for another git: %s', async (name) => {
    await local.repository.git('config', 'core.repositoryformatversion', '1');
    await local.repository.git('config', name, '99');

    await expectNamed(headsOf(local.repository.path), 'format_unknown', local.repository.path);
  });
});

describe('objects', () => {
  const pack = async (ending: string): Promise<string> => {
    const packs = join(gitDir(), 'objects', 'pack');
    const name = (await readdir(packs)).find((found) => found.endsWith(ending));
    return join(packs, name as string);
  };

  it('whose pack is gone', async () => {
    await local.repository.git('gc', '--quiet');
    await rm(await pack('.pack'));

    await expectNamed(treeOf(local.repository.path), 'objects_damaged', local.repository.path);
  });

  it('whose pack is damaged', async () => {
    await local.repository.git('gc', '--quiet');
    const file = await pack('.pack');
    const bytes = await readFile(file);
    await chmod(file, 0o644);
    await writeFile(file, bytes.fill(0x55, 12, bytes.length - 20));

    await expectNamed(treeOf(local.repository.path), 'objects_damaged', local.repository.path);
  });

  it('of which one is gone: named', async () => {
    const oid = await local.repository.head('HEAD:a.txt');
    await rm(join(gitDir(), 'objects', oid.slice(0, 2), oid.slice(2)));

    const told = await expectNamed(blobsOf(local.repository.path, [oid]), 'objects_damaged', local.repository.path);
    expect(told).toContain(oid);
  });
});

describe('a partial clone', () => {
  const cloned = async (...options: readonly string[]): Promise<string> => {
    const path = join(local.place, 'partial');
    await local.repository.git('config', 'uploadpack.allowFilter', 'true');
    await run('git', ['clone', '--quiet', ...options, `file://${local.repository.path}`, path]);
    return path;
  };
  const oid = () => local.repository.head('HEAD:a.txt');

  it('that has what is needed is read where it is', async () => {
    const path = await cloned('--filter=blob:none');

    expect(await treeOf(path)).toHaveLength(2);
    expect(await blobsOf(path, [await oid()])).toEqual(['gamma']);
  });

  it.each(['--bare', '--no-checkout'])(
    'without the contents that are needed (%s): named at once, with what mends it',
    async (how) => {
      const path = await cloned('--filter=blob:none', how);

      expect(await treeOf(path)).toHaveLength(2);
      await expectNamed(blobsOf(path, [await oid()]), 'partial_clone', path);
      // Nothing was looked for elsewhere: that is the owner's to do.
      expect(await local.commands()).not.toContain('fetch');
      // What the message says.
      await run('git', ['-C', path, 'fetch', '--quiet', '--refetch', '--no-filter']);
      expect(await blobsOf(path, [await oid()])).toEqual(['gamma']);
    },
  );

  it('without the trees that are needed', async () => {
    const path = await cloned('--filter=tree:0', '--no-checkout');

    await expectNamed(treeOf(path), 'partial_clone', path);
  });

  it('that cannot be read in place is named too', async () => {
    const path = await cloned('--filter=blob:none', '--bare');
    // A quoted line: left to git.
    await mkdir(join(path, 'objects', 'info'), { recursive: true });
    await writeFile(join(path, 'objects', 'info', 'alternates'), '"/nowhere"\n');

    await expectNamed(blobsOf(path, [await oid()]), 'partial_clone', path);
  });
});

describe('no failure at all', () => {
  it('is a shallow clone, a linked worktree, or a repository whose .git is a file', async () => {
    const shallow = join(local.place, 'shallow');
    await run('git', ['clone', '--quiet', '--depth=1', `file://${local.repository.path}`, shallow]);
    const worktree = join(local.place, 'worktree');
    await local.repository.git('worktree', 'add', '--quiet', '--detach', worktree);
    const apart = join(local.place, 'apart');
    await run('git', [
      'clone',
      '--quiet',
      `--separate-git-dir=${join(local.place, 'dir')}`,
      local.repository.path,
      apart,
    ]);

    for (const path of [shallow, worktree, apart])
      expect((await headsOf(path)).branches.get('main')).toBe(local.second);
    for (const path of [shallow, worktree, apart]) expect(await treeOf(path)).toHaveLength(2);
  });
});
