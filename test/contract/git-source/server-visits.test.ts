import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { GitLimits } from '../../../adapters/git/git-limits.ts';
import { BranchNotFoundError, SourceUnavailableError, SyncError } from '../../../core/domain/errors.ts';
import type { GitSource, Visit } from '../../../core/ports/git-source.ts';
import { collectBlobs } from '../../support/collect.ts';
import { createGitRepository } from '../../support/git-repository.ts';
import type { HttpFault } from '../../support/http-faults.ts';
import { commitFiles, fromPost } from './server-changes.ts';
import { useSourceLab } from './source-lab.ts';

const lab = useSourceLab();

/** Nothing that compresses well. */
const noise = (bytes: number): string => randomBytes((bytes * 3) / 4).toString('base64');

describe('a visit to a server', () => {
  /** What one sync asks: where the branches are, what changed, and the new contents. */
  const sync = async (git: GitSource, url: string, from: string, to: string, maxBytes = 1 << 20) => {
    const visit: Visit = {};
    try {
      const heads = await git.heads({ url }, { visit });
      const snapshot = await git.open({ url }, [{ branch: 'main', commit: to, since: from }], { visit });
      try {
        const changes = (await Array.fromAsync(snapshot.changes(from, to) ?? [])).flat();
        const oids = changes.flatMap(({ entry }) => entry?.oid ?? []);
        const blobs = await collectBlobs(snapshot.blobs(oids, maxBytes));
        return { heads, changes, blobs, counted: await snapshot.countCommits(from, to) };
      } finally {
        await snapshot.close();
      }
    } finally {
      await visit.held?.close();
    }
  };

  it('is one conversation, and asks for no tree that the last one has read', { timeout: 60_000 }, async () => {
    const repository = await createGitRepository();
    try {
      const { url, requests } = await lab.serve({}, repository);
      const [from = '', to = ''] = await commitFiles(repository, 600);
      const git = lab.gitSource();
      const first = await sync(git, url, from, to);
      expect(first.heads.branches.get('main')).toBe(to);
      expect(first.changes).toHaveLength(8);
      expect(first.counted).toEqual({ count: 1, rewritten: false });
      expect(first.blobs.map(({ content }) => Buffer.from(content ?? []).toString()).sort()).toEqual(
        [...[0, 1, 2].map((n) => `changed ${n}`), ...[3, 4, 5, 6, 7].map((n) => `new ${n}`)].sort(),
      );
      // The greeting, the branches, the new with its contents, the old commit, its root, one level, and all below.
      expect(requests).toHaveLength(7);
      expect(requests.filter(({ method }) => method === 'GET')).toHaveLength(1);

      await repository.git('checkout', '--quiet', '--force', 'main');
      await repository.write({ 'src/d1/e1/f1.ts': 'again', 'src/d2/e12/f12.ts': 'too' });
      const next = await repository.commit();
      const second = await sync(git, url, to, next);
      expect(second.changes.map(({ path }) => path)).toEqual(['src/d1/e1/f1.ts', 'src/d2/e12/f12.ts']);
      expect(second.blobs).toHaveLength(2);
      // The greeting, the branches, the new with its contents, and a directory that is touched for the first time.
      expect(requests).toHaveLength(7 + 4);

      await repository.write({ 'src/d1/e1/f1.ts': 'once more' });
      expect((await sync(git, url, next, await repository.commit())).changes).toHaveLength(1);
      expect(requests).toHaveLength(7 + 4 + 3);
    } finally {
      await repository.cleanup();
    }
  });

  it('gives fewer contents, or none, rather than more bytes than are wanted', async () => {
    const from = await lab.repository.head();
    await lab.repository.write({ 'large.bin': randomBytes(20_000).toString('base64') });
    const to = await lab.repository.commit();
    const { url } = await lab.serve();

    const { changes, blobs } = await sync(lab.gitSource(), url, from, to, 10_000);
    expect(changes).toHaveLength(1);
    expect(blobs).toEqual([]);
  });

  it.each([
    { what: 'many files', files: Object.fromEntries(Array.from({ length: 2_100 }, (_, n) => [`many/${n}`, `${n}`])) },
    { what: 'many bytes', files: Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`m${n}`, noise(100_000)])) },
  ])('of a large change gets no contents along, and is begun anew: $what', { timeout: 60_000 }, async ({ files }) => {
    const from = await lab.repository.head();
    await lab.repository.write(files);
    const to = await lab.repository.commit();
    const { url, requests } = await lab.serve();

    const { changes, blobs, counted } = await sync(lab.gitSource(), url, from, to, 1_000);
    expect(changes.map(({ path }) => path)).toEqual(Object.keys(files).sort());
    expect(counted).toEqual({ count: 1, rewritten: false });
    expect(blobs).toEqual([]);
    expect(requests.filter(({ method }) => method === 'GET')).toHaveLength(2);
  });

  it('of a large change fails by its reason where the new conversation does, and leaves nothing behind', async () => {
    const from = await lab.repository.head();
    await lab.repository.write(Object.fromEntries(Array.from({ length: 2_100 }, (_, n) => [`many/${n}`, `${n}`])));
    const to = await lab.repository.commit();
    let greetings = 0;
    const { url } = await lab.serve({
      fault: ({ method }) => {
        if (method === 'GET') greetings += 1;
        return greetings > 1 ? { kind: 'status', status: 503 } : null;
      },
    });

    await expect(sync(lab.gitSource(), url, from, to)).rejects.toThrow(SyncError);
    expect(greetings).toBeGreaterThan(1);
    expect(await lab.processesHere()).toEqual([]);
  });

  it('asks for a file by its id that is too large to come along', async () => {
    const from = await lab.repository.head();
    const large = noise(200_000);
    await lab.repository.write({ small: 'small', large });
    const to = await lab.repository.commit();
    const { url, requests } = await lab.serve();

    const { blobs } = await sync(lab.gitSource(), url, from, to);
    expect(blobs.map(({ content }) => Buffer.from(content ?? []).toString())).toEqual(['small', large]);
    expect(requests.filter(({ method }) => method === 'GET')).toHaveLength(1);
  });

  it('with a server that gives out no files by their size is begun anew', async () => {
    await lab.repository.git('config', 'uploadpackfilter.blob:limit.allow', 'false');
    const from = await lab.repository.head();
    await lab.repository.write({ 'deep/er/b.txt': 'changed' });
    const to = await lab.repository.commit();
    const { url, requests } = await lab.serve();

    const { changes, blobs } = await sync(lab.gitSource(), url, from, to);
    expect(changes.map(({ path }) => path)).toEqual(['deep/er/b.txt']);
    expect(blobs.map(({ content }) => Buffer.from(content ?? []).toString())).toEqual(['changed']);
    expect(requests.filter(({ method }) => method === 'GET')).toHaveLength(2);
  });

  it('keeps the contents of each branch apart', async () => {
    const { repository } = lab;
    const from = await repository.head();
    const commits: string[] = [];
    for (const branch of ['one', 'two']) {
      await repository.branch(branch, from);
      await repository.write({ [branch]: `of ${branch}` });
      commits.push(await repository.commit());
    }
    const { url } = await lab.serve();
    const heads = ['one', 'two'].map((branch, n) => ({ branch, commit: commits[n] ?? '', since: from }));
    const snapshot = await lab.gitSource().open({ url }, heads);
    try {
      for (const { branch, commit } of heads) {
        const changes = (await Array.fromAsync(snapshot.changes(from, commit) ?? [])).flat();
        expect(changes.map(({ path }) => path)).toEqual([branch]);
        const oids = changes.flatMap(({ entry }) => entry?.oid ?? []);
        const blobs = await collectBlobs(snapshot.blobs(oids, 1_000));
        expect(blobs.map(({ content }) => Buffer.from(content ?? []).toString())).toEqual([`of ${branch}`]);
      }
    } finally {
      await snapshot.close();
    }
  });

  it.each<HttpFault>([
    { kind: 'cut', after: 20 },
    { kind: 'garbage', body: '<html>' },
    { kind: 'status', status: 503 },
  ])('fails by its reason where the list of branches breaks off: $kind', async (fault) => {
    const { url } = await lab.serve({ fault: fromPost(1, fault) });
    const visit: Visit = {};

    await expect(lab.gitSource().heads({ url }, { visit })).rejects.toThrow(SyncError);
    expect(visit.held).toBeUndefined();
    // An answer that ends too soon names no branch: that is not that there is none.
    const commit = await lab.repository.head();
    const opened = lab.gitSource().open({ url }, [{ branch: 'main', commit, since: commit }]);
    await expect(opened).rejects.not.toThrow(BranchNotFoundError);
  });

  it('gives up a server that lists its branches for too long, or falls silent', async () => {
    const { url } = await lab.serve({ delayMs: 5_000 });
    const heads = (limits: Partial<GitLimits>) => lab.gitSource({ limits }).heads({ url }, { visit: {} });

    await expect(heads({ headsSilenceMs: 100 })).rejects.toThrow('nothing came from there');
    const slow = await lab.serve({ fault: fromPost(1, { kind: 'drip', after: 10 }) });
    await expect(lab.gitSource({ limits: { headsMs: 300 } }).heads({ url: slow.url }, { visit: {} })).rejects.toThrow(
      SourceUnavailableError,
    );
  });

  it('to another address, or over, is none', async () => {
    const from = await lab.repository.head();
    await lab.repository.write({ 'a.txt': 'changed' });
    const to = await lab.repository.commit();
    const { url } = await lab.serve();
    const git = lab.gitSource();
    const visit: Visit = {};
    await git.heads({ url }, { visit });
    const other = await lab.serve();

    const snapshot = await git.open({ url: other.url }, [{ branch: 'main', commit: to, since: from }], { visit });
    expect((await Array.fromAsync(snapshot.changes(from, to) ?? [])).flat()).toHaveLength(1);
    await snapshot.close();
    expect(other.requests.length).toBeGreaterThan(3);
    await git.heads({ url }, { visit });
    await visit.held?.close();
  });
});
