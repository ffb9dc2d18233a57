import { chown, cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SourceNotFoundError, SourceRefusedError } from '../../../core/domain/errors.ts';
import { everything, useLocalSource } from './local-source.ts';

const local = useLocalSource();
const { blobsOf, commands, gitDir, readAll, treeOf } = local;

describe('a local source that is out of the ordinary is fetched from', () => {
  it.each<[string, () => Promise<unknown>]>([
    [
      'borrows from a place that is gone',
      () => writeFile(join(gitDir(), 'objects', 'info', 'alternates'), '/nowhere\n'),
    ],
    ['borrows by a quoted path', () => writeFile(join(gitDir(), 'objects', 'info', 'alternates'), '"/nowhere"\n')],
    [
      'borrows by one path more than git follows',
      async () => {
        await cp(join(gitDir(), 'objects'), join(local.place, 'objects-0'), { recursive: true });
        for (let n = 1; n <= 6; n += 1) {
          await mkdir(join(local.place, `objects-${n}`, 'info'), { recursive: true });
          await mkdir(join(local.place, `objects-${n}`, 'pack'));
          await writeFile(join(local.place, `objects-${n}`, 'info', 'alternates'), `../objects-${n - 1}\n`);
        }
        await writeFile(join(gitDir(), 'objects', 'info', 'alternates'), `${local.place}/objects-6\n`);
      },
    ],
    [
      'has a branch that is another’s name',
      async () => {
        await local.repository.git('branch', '-m', 'main', 'real');
        await local.repository.git('symbolic-ref', 'refs/heads/main', 'refs/heads/real');
      },
    ],
  ])('when it %s', async (_name, prepare) => {
    await mkdir(join(gitDir(), 'objects', 'info'), { recursive: true });
    await prepare();

    const read = await readAll(local.repository.path);

    expect(read).toMatchObject(everything);
    expect(read.commands).toContain('fetch');
  });

  it('when it borrows deeper than git goes, and git says so', async () => {
    let lender = gitDir();
    for (let depth = 1; depth <= 8; depth += 1) {
      const borrower = join(local.place, `borrower-${depth}`);
      await cp(gitDir(), borrower, { recursive: true });
      await rm(join(borrower, 'objects'), { recursive: true });
      await mkdir(join(borrower, 'objects', 'info'), { recursive: true });
      await mkdir(join(borrower, 'objects', 'pack'));
      await writeFile(join(borrower, 'objects', 'info', 'alternates'), `${join(lender, 'objects')}\n`);
      lender = borrower;
    }

    await expect(treeOf(lender)).rejects.toThrow();
    expect(await commands()).toContain('fetch');
  });

  it.each(['gitdir: /nowhere\n', 'no link\n', `gitdir: /${'x'.repeat(10_000)}\n`])(
    'when its .git file leads nowhere (%#)',
    async (text) => {
      await rename(gitDir(), join(local.place, 'away'));
      await writeFile(gitDir(), text);

      await expect(treeOf(local.repository.path)).rejects.toThrow(SourceNotFoundError);
      await expect(blobsOf(local.repository.path, ['a'.repeat(40)])).rejects.toThrow(SourceNotFoundError);
    },
  );

  it.skipIf(process.geteuid?.() !== 0)('when it belongs to another user, and git refuses that', async () => {
    const oid = await local.repository.head(`${local.second}:a.txt`);
    await chown(gitDir(), 12345, 12345);

    await expect(local.git.heads({ url: local.repository.path })).rejects.toThrow(SourceRefusedError);
    await expect(treeOf(local.repository.path)).rejects.toThrow(SourceRefusedError);
    await expect(blobsOf(local.repository.path, [oid])).rejects.toThrow(SourceRefusedError);

    await mkdir(join(local.place, 'work'));
    await writeFile(join(local.place, 'work', '.git'), `gitdir: ${gitDir()}\n`);
    await expect(treeOf(join(local.place, 'work'))).rejects.toThrow(SourceRefusedError);
    await chown(gitDir(), 0, 0);
    await chown(join(local.place, 'work', '.git'), 12345, 12345);
    await expect(treeOf(join(local.place, 'work'))).rejects.toThrow(SourceRefusedError);
  });
});
