import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GitLimits } from '../../../adapters/git/git-limits.ts';
import { BranchNotFoundError, SourceUnusableError, SyncError } from '../../../core/domain/errors.ts';
import { createGitRepository } from '../../support/git-repository.ts';
import type { HttpFault } from '../../support/http-faults.ts';
import { commitHistory, edits } from '../../support/random-history.ts';
import { readChanges } from '../../support/read-source.ts';
import { bothWays, commitFiles, fromPost } from './server-changes.ts';
import { useSourceLab } from './source-lab.ts';

const lab = useSourceLab();

describe('what changed at a server', () => {
  it('is what two whole listings say, with the exact count, whatever was done between', {
    timeout: 240_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(edits, fc.nat(), fc.nat(), async (history, one, other) => {
        const repository = await createGitRepository();
        try {
          const { url } = await lab.serve({}, repository);
          const commits = await commitHistory(repository, history);
          const [from, to] = [commits[one % commits.length] as string, commits[other % commits.length] as string];
          const [told, expected] = await bothWays(lab, repository, url, from, to);
          expect(told).toEqual(expected);
        } finally {
          await repository.cleanup();
        }
      }),
      { numRuns: 20, endOnFailure: true },
    );
  });

  it('begins to read before it is asked for, and leaves nothing behind where it is not', async () => {
    const from = await lab.repository.head();
    const to = await lab.repository.commit();
    const { url } = await lab.serve();
    const remote = await lab.gitSource().open({ url }, [{ branch: 'main', commit: to, since: from }]);
    const commands = async (): Promise<string> =>
      (
        await Promise.all(
          (await lab.processesHere()).map((pid) => readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')),
        )
      ).join();
    await expect.poll(commands, { timeout: 10_000 }).toContain('cat-file');
    await remote.close();
    expect(await commands()).not.toContain('cat-file');
    // The lab looks for directories that are left over; a second call finds nothing more to do.
    await remote.close();
  });

  it('of a branch that was rewritten, merged or set back, has the exact count of commits', async () => {
    const { repository } = lab;
    const root = await repository.head();
    await repository.branch('side');
    await repository.write({ side: '1' });
    await repository.commit();
    await repository.branch('main', root);
    await repository.write({ 'deep/main': '2' });
    const before = await repository.commit();
    const merged = await repository.merge('side');
    await repository.git('reset', '--quiet', '--hard', before);
    await repository.write({ 'deep/main': 'amended' });
    await repository.git('commit', '--quiet', '--all', '--amend', '--no-edit');
    const amended = await repository.head();
    const { url } = await lab.serve();

    for (const [from, to, count, rewritten] of [
      [before, merged, 2, false],
      [before, amended, 1, true],
      [merged, before, 0, true],
      [before, before, 0, false],
    ] as const) {
      const [told, expected] = await bothWays(lab, repository, url, from, to);
      expect(told).toEqual(expected);
      expect(told.counted).toEqual({ count, rewritten });
    }
  });

  it('is counted for each branch by itself, although they share commits', async () => {
    const { repository } = lab;
    const first = await repository.head();
    await repository.write({ second: '2' });
    const second = await repository.commit();
    await repository.branch('side');
    await repository.write({ side: '1' });
    await repository.commit();
    await repository.branch('develop', second);
    await repository.write({ third: '3' });
    const third = await repository.commit();
    const merged = await repository.merge('side');
    await repository.switch('main');
    const { url } = await lab.serve();

    const snapshot = await lab.gitSource().open({ url }, [
      { branch: 'main', commit: second, since: first },
      { branch: 'develop', commit: merged, since: third },
    ]);
    await Array.fromAsync(snapshot.changes(first, second) ?? []);
    const changes = await Array.fromAsync(snapshot.changes(third, merged) ?? []);

    expect(changes.flat().map(({ path }) => path)).toEqual(['side']);
    expect(await snapshot.countCommits(first, second)).toEqual({ count: 1, rewritten: false });
    expect(await snapshot.countCommits(third, merged)).toEqual({ count: 2, rewritten: false });
    await snapshot.close();
  });

  it('is told of two directories of which the old content of one was in the other one too', async () => {
    const same = { file: '1', 'more/file': '1' };
    const at = (place: string) =>
      Object.fromEntries(Object.entries(same).map(([path, text]) => [`${place}/${path}`, text]));
    const repository = await createGitRepository({
      ...at('a/copied/copied'),
      ...at('b/copied'),
      ...at('c'),
      'a/own': '1',
    });
    try {
      await repository.write({ 'b/own': '1' });
      const from = await repository.commit();
      await repository.write({ 'a/own': '2', 'b/own': '2', 'c/file': '2', 'a/copied/copied/more/file': '2' });
      const to = await repository.commit();
      const { url } = await lab.serve({}, repository);
      const [told, expected] = await bothWays(lab, repository, url, from, to);
      expect(told.changes.map(({ path }) => path)).toEqual(['a/copied/copied/more/file', 'a/own', 'b/own', 'c/file']);
      expect(told).toEqual(expected);
    } finally {
      await repository.cleanup();
    }
  });

  it('is told of a directory whose old content stands below its new one', async () => {
    const repository = await createGitRepository({ 'a/b/c/d/file': '1', 'a/b/other': '2' });
    try {
      const from = await repository.head();
      await repository.rename('a/b/c/d', 'a/b/kept');
      await repository.rename('a/b/kept', 'a/b/c/d/below');
      const to = await repository.commit();
      const [told, expected] = await bothWays(lab, repository, (await lab.serve({}, repository)).url, from, to);
      expect(told).toEqual(expected);
    } finally {
      await repository.cleanup();
    }
  });

  it('is told where the end of an answer comes after git has its pack', async () => {
    const from = await lab.repository.head();
    await lab.repository.write({ 'deep/er/b.txt': 'changed' });
    const to = await lab.repository.commit();
    const { url } = await lab.serve({ fault: fromPost(2, { kind: 'late', last: 4 }) });

    expect(await readChanges(lab.gitSource(), { url }, from, to)).toMatchObject([{ path: 'deep/er/b.txt' }]);
  });

  it('is told of a repository of SHA-256 too', async () => {
    const repository = await createGitRepository({ 'a/b': '1', c: '2' }, { objectFormat: 'sha256' });
    try {
      const from = await repository.head();
      await repository.rename('a', 'd/a');
      const to = await repository.commit();
      const [told, expected] = await bothWays(lab, repository, (await lab.serve({}, repository)).url, from, to);
      expect(told).toEqual(expected);
    } finally {
      await repository.cleanup();
    }
  });

  it('costs as many requests and bytes in 1,000 files as in 10,000', { timeout: 120_000 }, async () => {
    const costs: { requests: number; bytes: number }[] = [];
    for (const files of [1_000, 10_000]) {
      const repository = await createGitRepository();
      try {
        const { url, requests } = await lab.serve({}, repository);
        const [from = '', to = ''] = await commitFiles(repository, files);
        const [told, expected] = await bothWays(lab, repository, url, from, to);
        expect(told).toEqual(expected);
        expect(told.changes).toHaveLength(8);
        costs.push({ requests: requests.length, bytes: requests.reduce((sum, { bytes }) => sum + bytes, 0) });
      } finally {
        await repository.cleanup();
      }
    }
    const [few, many] = costs;
    expect(many?.requests).toBe(few?.requests);
    // The greeting, the branches, the new, the old commit, its root, one level, and all below: however deep the change is.
    expect(many?.requests).toBe(7);
    // Object ids do not compress; what else there is differs by some bytes.
    expect(Math.abs((many?.bytes ?? 0) - (few?.bytes ?? 0))).toBeLessThan(64);
  });
});

describe('what changed is not told, and never comes out as nothing', () => {
  const change = async (): Promise<readonly [string, string]> => {
    const from = await lab.repository.head();
    await lab.repository.write({ 'deep/er/b.txt': 'changed' });
    return [from, await lab.repository.commit()];
  };

  it.each([
    ['has no filters', { filters: false }, 'it has no filters'],
    ['speaks an old version of the protocol', { protocolVersion: 0 }, 'it is not asked by version 2'],
  ] as const)('by a server that %s', async (_name, options, words) => {
    const [from, to] = await change();
    const { url } = await lab.serve(options);

    await expect(readChanges(lab.gitSource(), { url }, from, to)).rejects.toThrow(words);
    expect(await lab.treeOf(lab.gitSource(), url)).toHaveLength(2);
  });

  it('by a server that gives out no single trees', async () => {
    const [from, to] = await change();
    const refusal = 'ERR upload-pack: not our ref';
    const body = `${(refusal.length + 4).toString(16).padStart(4, '0')}${refusal}`;
    const { url } = await lab.serve({ fault: fromPost(4, { kind: 'garbage', body }) });

    await expect(readChanges(lab.gitSource(), { url }, from, to)).rejects.toThrow('not our ref');
  });

  it.each<HttpFault>([
    { kind: 'cut', after: 80 },
    { kind: 'garbage', body: '<html>' },
    { kind: 'status', status: 503 },
  ])('by a server that breaks off: $kind', async (fault) => {
    const [from, to] = await change();
    const { url } = await lab.serve({ fault: fromPost(2, fault) });

    await expect(readChanges(lab.gitSource(), { url }, from, to)).rejects.toThrow(SyncError);
  });

  it('when the old commit is gone, or is of another hash', async () => {
    const [, to] = await change();
    const { url } = await lab.serve();

    await expect(readChanges(lab.gitSource(), { url }, '1'.repeat(40), to)).rejects.toThrow('not have the old commit');
    await expect(readChanges(lab.gitSource(), { url }, '1'.repeat(64), to)).rejects.toThrow('changed its hash');
  });

  it('when the branch is gone', async () => {
    const [from, to] = await change();
    const { url } = await lab.serve();
    await lab.repository.branch('other');
    await lab.repository.git('branch', '-D', 'main');

    await expect(readChanges(lab.gitSource(), { url }, from, to)).rejects.toThrow(BranchNotFoundError);
  });

  it('when more trees and entries would have to be read than a tree may have', async () => {
    const [from, to] = await change();
    const { url } = await lab.serve();
    const read = (limits: Partial<GitLimits>) => readChanges(lab.gitSource({ limits }), { url }, from, to);

    await expect(read({ treeEntries: 3 })).rejects.toThrow('it has more files than 3');
    await expect(read({ pathDepth: 1 })).rejects.toThrow('a path has more directories than 1');
    await expect(read({ pathBytes: 6 })).rejects.toThrow('a path has more bytes than 6');
    await expect(read({ packBytes: 10 })).rejects.toThrow('takes more than 10 bytes');
    await expect(read({ listingBytes: 10 })).rejects.toThrow('its listing has more bytes than 10');
  });

  it('of a tree that git’s checks refuse', async () => {
    const from = await lab.repository.head();
    const blob = await lab.repository.git('rev-parse', 'HEAD:a.txt');
    const tree = Buffer.concat(
      ['b', 'a'].map((name) => Buffer.concat([Buffer.from(`100644 ${name}\0`), Buffer.from(blob, 'hex')])),
    );
    const oid = await lab.repository.gitWithInput(tree, 'hash-object', '-t', 'tree', '--literally', '-w', '--stdin');
    const to = await lab.repository.git('commit-tree', oid, '-p', from, '-m', 'not in order');
    await lab.repository.git('update-ref', 'refs/heads/main', to);
    const { url } = await lab.serve();

    await expect(readChanges(lab.gitSource(), { url }, from, to)).rejects.toThrow(SourceUnusableError);
  });
});
