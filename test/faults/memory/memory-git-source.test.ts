import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { describeGitSource } from '../../contract/git-source/git-source.suite.ts';
import { loadRepository } from './load-repository.ts';
import { createMemoryGitSource } from './memory-git-source.ts';
import { MemoryRepository } from './memory-repository.ts';

const run = promisify(execFile);

describeGitSource({
  name: 'a repository in memory, loaded at each look',
  anyObject: true,
  source: () => createMemoryGitSource(loadRepository, () => true),
});

it('makes the objects that git makes', async () => {
  const repository = new MemoryRepository();
  const first = repository.commit(
    new Map([
      ['a.ts', { content: 'one' }],
      ['a/b.ts', { content: 'two' }],
      ['a-b', { content: '' }],
    ]),
    [],
  );
  const second = repository.commit(
    new Map([
      ['a/c.sh', { content: 'three', mode: '100755' }],
      ['l', { content: 'a', mode: '120000' }],
    ]),
    [first],
  );
  const path = await mkdtemp(join(tmpdir(), 'test-memory-git-'));
  try {
    const git = async (...args: string[]) => (await run('git', args, { cwd: path })).stdout;
    await git('init', '--quiet', '--bare');
    for (const [oid, { type, content }] of repository.objects) {
      const running = run('git', ['hash-object', '-w', '-t', type, '--stdin'], { cwd: path });
      running.child.stdin?.end(content);
      expect((await running).stdout.trim()).toBe(oid);
    }
    await git('update-ref', 'refs/heads/main', second);
    expect(await git('fsck', '--strict', '--no-dangling')).toBe('');
    const listed = async (commit: string) =>
      (await git('ls-tree', '-r', '--format=%(objectmode) %(objectname) %(path)', commit)).trim().split('\n');
    for (const commit of [first, second])
      expect(
        [...repository.list(repository.commitOf(commit)?.tree ?? '')].map(
          ({ mode, oid, path }) => `${mode} ${oid} ${path}`,
        ),
      ).toEqual(await listed(commit));
  } finally {
    await rm(path, { recursive: true });
  }
});
