import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { chmod, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SourceUnusableError } from '../../../core/domain/errors.ts';
import { compareListings, readChanges } from '../../support/read-source.ts';
import { useLocalSource } from './local-source.ts';

const local = useLocalSource();
const { commands, countOf, treeOf } = local;

describe('counting the commits of a local source', () => {
  it('tells a rewritten branch, and what is new in it', async () => {
    await local.repository.git('reset', '--quiet', '--hard', local.first);
    await local.repository.commit();
    const to = await local.repository.commit();

    expect(await countOf(local.repository.path, local.second, to)).toEqual({ count: 2, rewritten: true });
    expect(await countOf(local.repository.path, local.second, local.first).catch(String)).toEqual({
      count: 0,
      rewritten: true,
    });
  });

  it('tells nothing of a shallow clone that is not certain', async () => {
    await local.repository.branch('old', local.first);
    const shallow = join(local.place, 'shallow');
    const url = `file://${local.repository.path}`;
    await local.repository.git('clone', '--quiet', '--bare', '--depth=1', '--no-single-branch', url, shallow);
    await commands();

    expect(await countOf(shallow, local.first, local.second)).toEqual({ count: null, rewritten: false });
    expect((await readFile(join(shallow, 'shallow'), 'utf8')).split('\n')).toContain(local.second);
    expect(await commands()).not.toContain('fetch');
  });
});

describe('the changes between two trees', () => {
  const changesOf = async (from: string, to: string) =>
    (await readChanges(local.git, { url: local.repository.path }, from, to)) ?? [];
  const compared = async (from: string, to: string) =>
    compareListings(await treeOf(local.repository.path, from), await treeOf(local.repository.path, to));

  it('are those of the two listings, whatever happened to a file', async () => {
    await local.repository.write({
      'a-b': 'beside a directory',
      'dir/x': '1',
      'dir/y': '2',
      gone: '3',
      'moved/from': 'the same content',
      'script.sh': 'true',
      target: 'a link was a file',
      'ü/größe\n"q"': 'odd name',
    });
    const before = await local.repository.commit();
    await local.repository.remove('gone', 'target');
    await rm(join(local.repository.path, 'dir'), { recursive: true });
    await local.repository.link('target', 'a.txt');
    await local.repository.rename('moved/from', 'moved/to');
    await chmod(join(local.repository.path, 'script.sh'), 0o755);
    await local.repository.write({ dir: 'a file where a directory was', 'new/one': '4', 'ü/größe\n"q"': 'changed' });
    const after = await local.repository.commit();

    const changes = await changesOf(before, after);

    expect(changes).toEqual(await compared(before, after));
    expect(changes.map(({ path }) => path)).toContain('"\\303\\274/gr\\303\\266\\303\\237e\\n\\"q\\""');
    expect(await changesOf(after, before)).toEqual(await compared(after, before));
    expect(await changesOf(after, after)).toEqual([]);
  });

  it('come by one start of a process, with the count of the commits between', async () => {
    const third = await local.repository.commit();
    const starts: string[] = [];
    const noted = (message: unknown): void =>
      void starts.push((message as { process: { spawnfile: string } }).process.spawnfile);
    await commands();
    const snapshot = await local.git.open({ url: local.repository.path }, [{ branch: 'main', commit: third }]);
    subscribe('child_process', noted);
    const changes = await Array.fromAsync(snapshot.changes(local.first, third) ?? []);
    const counted = await snapshot.countCommits(local.first, third);
    unsubscribe('child_process', noted);
    await snapshot.close();

    expect({ changes: changes.flat(), counted }).toEqual({
      changes: await compared(local.first, third),
      counted: { count: 2, rewritten: false },
    });
    // The other one, if there was none before, is the thread's guard.
    expect(starts.length).toBeLessThanOrEqual(2);
  });

  it('count what was rewritten, too', async () => {
    await local.repository.git('reset', '--quiet', '--hard', local.first);
    const other = await local.repository.commit();
    await commands();
    const snapshot = await local.git.open({ url: local.repository.path }, [{ branch: 'main', commit: other }]);
    await Array.fromAsync(snapshot.changes(local.second, other) ?? []);

    expect(await snapshot.countCommits(local.second, other)).toEqual({ count: 1, rewritten: true });
    expect(await commands()).toEqual(['rev-list', 'diff-tree']);
    await snapshot.close();
  });

  it('are read in place in a shared clone of a partial clone, of commits that were written by plumbing', async () => {
    await local.repository.git('config', 'uploadpack.allowFilter', 'true');
    const [partial, shared] = [join(local.place, 'partial'), join(local.place, 'shared')];
    const url = `file://${local.repository.path}`;
    await local.repository.git('clone', '--quiet', '--bare', '--filter=blob:none', url, partial);
    await local.repository.git('clone', '--quiet', '--bare', '--shared', partial, shared);
    const git = (input: string, ...args: string[]) =>
      local.repository.gitWithInput(input, '--git-dir', shared, ...args);
    const blob = await git('new', 'hash-object', '-w', '--stdin');
    const tree = (await git('', 'ls-tree', local.second)).replace(/^(.*)\ta\.txt$/m, `100644 blob ${blob}\ta.txt`);
    const to = await git('plumbing', 'commit-tree', await git(`${tree}\n`, 'mktree', '--missing'), '-p', local.second);
    await git('', 'update-ref', 'refs/heads/main', to);
    await commands();

    expect(await readChanges(local.git, { url: shared }, local.second, to)).toEqual([
      { path: 'a.txt', entry: { path: 'a.txt', mode: '100644', oid: blob, size: null } },
    ]);
    expect(await commands()).toEqual(['rev-list', 'diff-tree']);
  });

  it('are read in place in a linked worktree, and beside replaced objects and grafts', async () => {
    const worktree = join(local.place, 'worktree');
    await local.repository.git('worktree', 'add', '--quiet', '-b', 'other', worktree);
    await local.repository.git('replace', local.second, local.first);
    await commands();

    const expected = await compared(local.first, local.second);
    await commands();
    expect(await readChanges(local.git, { url: worktree }, local.first, local.second)).toEqual(expected);
    expect(await commands()).toEqual(['rev-list', 'diff-tree']);
  });

  it('fail when the older commit is not there, and do not come out as none', async () => {
    await expect(changesOf('1'.repeat(40), local.second)).rejects.toThrow(SourceUnusableError);
  });

  it('are for opened commits and object ids only', async () => {
    const snapshot = await local.git.open({ url: local.repository.path }, [{ branch: 'main', commit: local.second }]);
    await expect(Array.fromAsync(snapshot.changes(local.second, local.first) ?? [])).rejects.toThrow(
      'was not opened at this commit',
    );
    expect(() => snapshot.changes('--output=x', local.second)).toThrow(SourceUnusableError);
    await snapshot.close();
  });
});
