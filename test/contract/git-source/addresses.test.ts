import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  BranchNotFoundError,
  SourceNotFoundError,
  SourceRefusedError,
  SourceUnusableError,
} from '../../../core/domain/errors.ts';
import { collect } from '../../support/collect.ts';
import { useSourceLab } from './source-lab.ts';

const lab = useSourceLab();
const { gitSource } = lab;

describe('a git source’s address', () => {
  it('may be a file:// address in local mode', async () => {
    expect((await gitSource().heads({ url: `file://${lab.repository.path}` })).defaultBranch).toBe('main');
  });

  it.each([
    '--upload-pack=touch pwned',
    '-oProxyCommand=touch pwned',
    'ext::sh -c "touch pwned"',
    'ssh://example.com/r.git',
    'git@example.com:r.git',
    'git://127.0.0.1/r.git',
    'http://192.0.2.1/r.git',
    'relative/path',
    'file://elsewhere/path',
    'https://user:secret@example.com/r.git',
    'https://example.com/r.git?x=1',
    'https://example.com/r.git#x',
    'https://example.com./r.git',
    'https://example.com/r\n.git',
    '',
  ])('is refused: %j', async (url) => {
    const failure: Error = await gitSource()
      .heads({ url })
      .catch((error) => error);

    expect(failure).toBeInstanceOf(SourceRefusedError);
    expect(failure.message).not.toContain('secret');
    await expect(access('pwned')).rejects.toThrow();
  });

  it.each(['https-only', 'local'] as const)('is not taken as an option or a command as a path (%s)', async (policy) => {
    const url = '/--upload-pack=touch pwned; $(touch pwned)';

    await expect(gitSource({ policy }).heads({ url })).rejects.toThrow(
      policy === 'local' ? SourceNotFoundError : SourceRefusedError,
    );
    await expect(access('pwned')).rejects.toThrow();
  });
});

describe('a hostile branch name', () => {
  it.each(['--upload-pack=touch pwned', 'a\nb', 'x:refs/heads/y', '../../etc', 'main^{tree}', '*'])(
    'names no branch: %j',
    async (branch) => {
      const opening = gitSource().open({ url: lab.repository.path }, [{ branch, commit: await lab.repository.head() }]);

      await expect(opening).rejects.toThrow(BranchNotFoundError);
    },
  );

  it('is left out of the heads', async () => {
    await lab.repository.git('update-ref', 'refs/heads/-x', 'HEAD');
    const oid = await lab.repository.head();
    const packed = Buffer.concat([Buffer.from(`${oid} refs/heads/gr`), Buffer.from([0xf6]), Buffer.from('n\n')]);
    await writeFile(join(lab.repository.path, '.git', 'packed-refs'), packed);

    expect([...(await gitSource().heads({ url: lab.repository.path })).branches.keys()]).toEqual(['main']);
  });

  it('is refused where a commit should stand', async () => {
    const git = gitSource();
    const commit = await lab.repository.head();
    const snapshot = await git.open({ url: lab.repository.path }, [{ branch: 'main', commit }]);

    await expect(collect(snapshot.tree('--help'))).rejects.toThrow(SourceUnusableError);
    await expect(snapshot.countCommits('--all', commit)).rejects.toThrow(SourceUnusableError);
    await snapshot.close();
    await expect(git.open({ url: lab.repository.path }, [{ branch: 'main', commit: '--x' }])).rejects.toThrow(
      SourceUnusableError,
    );
    await expect(collect(git.blobs({ url: lab.repository.path }, [], ['--x'], { maxBytes: 1 }))).rejects.toThrow(
      SourceUnusableError,
    );
  });
});
