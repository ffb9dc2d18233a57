import { appendFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLocalHeads } from '../../../adapters/git/local-heads.ts';
import { createGitRepository } from '../../support/git-repository.ts';
import { useLocalSource } from './local-source.ts';

const local = useLocalSource();
const { commands, gitDir } = local;

/** Where the branches are, as git itself tells it, and as the source does; with the git commands that took. */
const told = async (path = local.repository.path) => {
  const lines = (await local.repository.git('ls-remote', '--quiet', '--symref', path)).split('\n');
  const branches = lines.flatMap((line) => {
    const [, commit, name] = /^([0-9a-f]+)\trefs\/heads\/(.+)$/.exec(line) ?? [];
    return commit === undefined || name === undefined ? [] : [[name, commit] as const];
  });
  const head = lines.map((line) => /^ref: refs\/heads\/(.+)\tHEAD$/.exec(line)?.[1]).find((name) => name);
  await commands();
  const { defaultBranch, branches: found } = await local.headsOf(path);
  return {
    git: { defaultBranch: head ?? null, branches },
    source: { defaultBranch, branches: [...found] },
    commands: await commands(),
  };
};

describe('the branches of a repository of this machine', () => {
  it.each<{ form: string; make: () => Promise<unknown> }>([
    { form: 'of files', make: () => local.repository.git('branch', 'feature/größe/x', local.first) },
    { form: 'packed', make: () => local.repository.git('pack-refs', '--all') },
    {
      form: 'packed, and moved since',
      make: async () => {
        await local.repository.git('branch', 'a/b', local.first);
        await local.repository.git('pack-refs', '--all');
        await local.repository.git('branch', '--force', 'a/b', local.second);
        await local.repository.git('tag', '-a', '-m', 'annotated', 'v1');
        await local.repository.git('pack-refs', '--all');
        await local.repository.write({ more: 'more' });
        await local.repository.commit();
      },
    },
    { form: 'with a detached HEAD', make: () => local.repository.git('checkout', '--quiet', '--detach') },
    { form: 'with spaces behind its HEAD', make: () => writeFile(join(gitDir(), 'HEAD'), 'ref: refs/heads/main \n\n') },
    { form: 'with an unborn HEAD', make: () => local.repository.git('symbolic-ref', 'HEAD', 'refs/heads/none') },
    {
      form: 'with remotes and comments in its configuration',
      make: async () => {
        await local.repository.git('remote', 'add', 'origin', 'https://example.com/x.git');
        await local.repository.git('config', 'branch.main.merge', 'refs/heads/main');
        await appendFile(join(gitDir(), 'config'), '# a comment\n; another\n\n[user]\n\tname = Someone\n');
      },
    },
    { form: 'with a lock beside them', make: () => writeFile(join(gitDir(), 'refs/heads/main.lock'), '') },
  ])('are read from its files: $form', async ({ make }) => {
    await make();
    const { git, source, commands: used } = await told();

    expect(source).toEqual(git);
    expect(used).toEqual([]);
  });

  it('are those of a linked worktree, whose HEAD is its own', async () => {
    const path = join(local.place, 'worktree');
    await local.repository.git('worktree', 'add', '--quiet', '-b', 'other', path);
    const { git, source, commands: used } = await told(path);

    expect(source).toEqual(git);
    expect(source.defaultBranch).toBe('other');
    expect(used).toEqual([]);
  });

  it.each<{ form: string; make: () => Promise<unknown> }>([
    {
      form: 'a symbolic branch',
      make: () => local.repository.git('symbolic-ref', 'refs/heads/alias', 'refs/heads/main'),
    },
    { form: 'hidden branches', make: () => local.repository.git('config', 'uploadpack.hideRefs', 'refs/heads/secret') },
    {
      form: 'hidden branches in an included file',
      make: async () => {
        await writeFile(join(gitDir(), 'more'), '[transfer]\n\thideRefs = refs/heads/secret\n');
        await local.repository.git('config', 'include.path', 'more');
      },
    },
    {
      form: 'a HEAD that is a link',
      make: async () => {
        await rm(join(gitDir(), 'HEAD'));
        await symlink('refs/heads/main', join(gitDir(), 'HEAD'));
      },
    },
    { form: 'a HEAD that names no branch', make: () => local.repository.git('symbolic-ref', 'HEAD', 'refs/other/x') },
    { form: 'a quoted setting', make: () => local.repository.git('config', 'user.name', 'a # b') },
  ])('are asked of git: $form', async ({ make }) => {
    await local.repository.git('branch', 'secret', local.first);
    await make();
    const { git, source, commands: used } = await told();

    expect(source).toEqual(git);
    expect(used).toEqual(['ls-remote']);
  });

  it('are asked of git where a reference is none, or they are too many', async () => {
    await writeFile(join(gitDir(), 'refs/heads/broken'), 'no id\n');
    expect(await readLocalHeads(local.repository.path, 1e6)).toBeNull();
    await rm(join(gitDir(), 'refs/heads/broken'));
    expect(await readLocalHeads(local.repository.path, 40)).toBeNull();
    await local.repository.git('pack-refs', '--all');
    expect(await readLocalHeads(local.repository.path, 40)).toBeNull();
    expect(await readLocalHeads(local.repository.path, 1e6)).not.toBeNull();
  });

  it('of a repository of SHA-256 are asked of git', async () => {
    const repository = await createGitRepository({ a: 'a' }, { objectFormat: 'sha256' });
    try {
      const { git, source, commands: used } = await told(repository.path);
      expect(source).toEqual(git);
      expect(used).toEqual(['ls-remote']);
    } finally {
      await repository.cleanup();
    }
  });

  it('are what git tells, whatever was packed, moved and deleted in what order', { timeout: 120_000 }, async () => {
    const name = fc.constantFrom('a', 'b/c', 'b/d/e', 'main', 'zoë');
    const step = fc.oneof(
      fc.record({ do: fc.constant('move' as const), name, first: fc.boolean() }),
      fc.record({ do: fc.constant('delete' as const), name, first: fc.boolean() }),
      fc.record({ do: fc.constant('pack' as const), name, first: fc.boolean() }),
    );
    await local.repository.git('checkout', '--quiet', '--detach');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 6 }), async (steps) => {
        for (const { do: what, name: branch, first } of steps) {
          const ref = `refs/heads/${branch}`;
          if (what === 'pack') await local.repository.git('pack-refs', '--all', '--prune');
          else if (what === 'delete') await local.repository.git('update-ref', '-d', ref);
          else await local.repository.git('update-ref', ref, first ? local.first : local.second);
        }
        const { git, source } = await told();
        expect(source).toEqual(git);
      }),
      { numRuns: 15, endOnFailure: true },
    );
  });
});
