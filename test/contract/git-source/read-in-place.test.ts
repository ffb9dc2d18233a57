import { appendFile, cp, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inPlace, useLocalSource } from './local-source.ts';

const local = useLocalSource();
const { commands, gitDir, readAll, treeOf } = local;

describe('a local source is read in place', () => {
  it('with one process each for its tree, its commits and its blobs, and none for its branches', async () => {
    await local.git.heads({ url: local.repository.path });
    expect(await commands()).toEqual([]);

    expect(await readAll(local.repository.path)).toEqual(inPlace);
    expect(await readAll(`file://${local.repository.path}`)).toEqual(inPlace);
  });

  it('when its branches and objects are packed', async () => {
    await local.repository.git('branch', 'main2', local.first);
    await local.repository.git('gc', '--quiet');
    await local.repository.git('commit-graph', 'write', '--reachable');

    expect(await readdir(join(gitDir(), 'refs', 'heads'))).toEqual([]);
    expect(await readAll(local.repository.path)).toEqual(inPlace);
    expect(await treeOf(local.repository.path, local.first, 'main2')).toHaveLength(2);
  });

  it('when it is bare, with and without its ending', async () => {
    await local.repository.git('clone', '--quiet', '--bare', local.repository.path, join(local.place, 'bare.git'));

    expect(await readAll(join(local.place, 'bare.git'))).toEqual(inPlace);
    expect(await readAll(join(local.place, 'bare'))).toEqual(inPlace);
  });

  it('when it is a linked worktree', async () => {
    await local.repository.git('worktree', 'add', '--quiet', '-b', 'other', join(local.place, 'worktree'));

    expect(await readAll(join(local.place, 'worktree'))).toEqual(inPlace);
  });

  it('when its .git is a file with a relative path, as a submodule’s is', async () => {
    const module = join(local.place, 'modules', 'm');
    await mkdir(join(local.place, 'work'), { recursive: true });
    await cp(gitDir(), module, { recursive: true });
    await writeFile(join(local.place, 'work', '.git'), `gitdir: ${relative(join(local.place, 'work'), module)}\n`);

    expect(await readAll(join(local.place, 'work'))).toEqual(inPlace);
  });

  it('when it borrows from others, by absolute and relative paths, as deep as git goes', async () => {
    let lender = gitDir();
    for (let depth = 1; depth <= 5; depth += 1) {
      const borrower = join(local.place, `borrower-${depth}`);
      await local.repository.git('clone', '--quiet', '--bare', '--shared', lender, borrower);
      const target = join(lender, 'objects');
      const line = depth % 2 === 1 ? relative(join(borrower, 'objects'), target) : target;
      await writeFile(join(borrower, 'objects', 'info', 'alternates'), `# a comment\n${line}\n\n`);
      lender = borrower;
    }

    expect(await readAll(lender)).toEqual(inPlace);
  });

  it.each(['new\nline', '"quoted"', 'back\\slash', '#number', 'größe', ' space '])(
    'from a directory named %j',
    async (name) => {
      await cp(gitDir(), join(local.place, name), { recursive: true });
      // Control characters may not stand in an address, but behind a link.
      await symlink(join(local.place, name), join(local.place, 'link'));

      expect(await readAll(join(local.place, 'link'))).toEqual(inPlace);
    },
  );

  it('when the commit asked for is not the branch’s head any more', async () => {
    await local.repository.commit();

    expect(await treeOf(local.repository.path)).toHaveLength(2);
    expect(await commands()).not.toContain('fetch');
  });

  it('without its replace references, grafts, settings and hooks', async () => {
    await local.repository.git(
      'replace',
      await local.repository.head(`${local.second}:a.txt`),
      await local.repository.head(`${local.first}:a.txt`),
    );
    await local.repository.git('replace', '--graft', local.second);
    await mkdir(join(gitDir(), 'info'), { recursive: true });
    await writeFile(join(gitDir(), 'info', 'grafts'), `${local.second}\n`);
    await appendFile(
      join(gitDir(), 'config'),
      '[extensions]\n\tunknown = true\n[remote "origin"]\n\tpromisor = true\n',
    );

    expect(await readAll(local.repository.path)).toEqual(inPlace);
  });
});
