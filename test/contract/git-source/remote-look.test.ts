import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGitRemoteLook } from '../../../adapters/git/remote-look.ts';
import { createGitRepository, type GitRepository } from '../../support/git-repository.ts';
import { type SmartHttpServer, startSmartHttpServer } from '../../support/smart-http-server.ts';

let git: GitRepository;
let server: SmartHttpServer;
let tempRoot: string;
let first: string;
const options = { delayMs: 0, root: '' };
beforeAll(async () => {
  tempRoot = await mkdtemp(join(tmpdir(), 'test-look-'));
  git = await createGitRepository({ 'a.ts': 'a' });
  first = await git.head();
  await git.commit('second');
  await git.branch('develop');
  await git.commit('third');
  await git.switch('main');
  options.root = git.path;
  server = await startSmartHttpServer(options);
});
afterAll(async () => {
  await server.close();
  await git.cleanup();
  await rm(tempRoot, { recursive: true, force: true });
});

const ENOUGH = 20_000;
const look = (
  branches: { branch: string; from: string | null; head?: boolean }[],
  budget = ENOUGH,
  url = `${server.url}/.git`,
) => createGitRemoteLook({ policy: 'local', tempRoot }).look({ url }, branches, 'origin', budget);

/** Git is killed behind the caller's back: nothing of it stays. */
const isClean = async (): Promise<void> => {
  while ((await readdir(tempRoot)).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
};

describe('a look at a remote', () => {
  it('tells where indexed branches are and how many commits are new, without asking for the list first', async () => {
    const before = server.requests.length;
    const reports = await look([
      { branch: 'main', from: first },
      { branch: 'develop', from: first },
    ]);
    expect(reports).toEqual([
      { remote: 'origin', branch: 'main', from: first, to: await git.head('main'), commit_count: 1, rewritten: false },
      {
        remote: 'origin',
        branch: 'develop',
        from: first,
        to: await git.head('develop'),
        commit_count: 2,
        rewritten: false,
      },
    ]);
    // The handshake, the two names and the commits.
    expect(server.requests.length - before).toBe(3);
    await isClean();
  });

  it('tells that a branch has not moved', async () => {
    const head = await git.head('main');
    expect(await look([{ branch: 'main', from: head }])).toMatchObject([{ to: head, commit_count: 0 }]);
  });

  it('tells what it can where one branch is not there, or has no index', async () => {
    const reports = await look([
      { branch: 'main', from: first },
      { branch: 'nope', from: first },
      { branch: 'develop', from: null },
    ]);
    expect(reports).toMatchObject([
      { branch: 'main', commit_count: 1 },
      { branch: 'nope', to: null, commit_count: null },
      { branch: 'develop', to: await git.head('develop'), commit_count: null },
    ]);
  });

  it('tells that a branch was rewritten when what is indexed is gone', async () => {
    expect(await look([{ branch: 'main', from: 'f'.repeat(40) }])).toMatchObject([
      { to: await git.head('main'), commit_count: null, rewritten: true },
    ]);
  });

  it('counts further than the first commits that it asks for', async () => {
    const many = await createGitRepository({ 'a.ts': 'a' });
    const from = await many.head();
    for (let i = 0; i < 20; i++) await many.commit();
    const other = await startSmartHttpServer({ root: many.path });
    try {
      const [report] = await look([{ branch: 'main', from }], ENOUGH, `${other.url}/.git`);
      expect(report).toMatchObject({ commit_count: 20, rewritten: false });
    } finally {
      await other.close();
      await many.cleanup();
    }
  });

  it('finds the default branch, and names it once', async () => {
    const reports = await look([
      { branch: 'current', from: null },
      { branch: 'main', from: first },
    ]);
    expect(reports).toMatchObject([{ branch: 'main', to: await git.head('main') }]);
  });

  it('asks beside it whether HEAD names the same branch still', async () => {
    const [report] = await look([{ branch: 'main', from: first, head: true }]);
    expect(report).toMatchObject({ branch: 'main', from: first, commit_count: 1 });
  });

  it('tells of the branch that HEAD names now, and names it once', async () => {
    await git.switch('develop');
    try {
      const to = await git.head('develop');
      const moved = await look([{ branch: 'main', from: first, head: true }]);
      expect(moved).toMatchObject([{ branch: 'develop', from: null, to, commit_count: null }]);
      const both = await look([
        { branch: 'main', from: first, head: true },
        { branch: 'develop', from: first },
      ]);
      expect(both).toMatchObject([{ branch: 'develop', from: first, to, commit_count: 2 }]);
    } finally {
      await git.switch('main');
    }
  });

  it('knows the last branch that HEAD named when it names none, there or not', async () => {
    await git.git('checkout', '--quiet', '--detach');
    try {
      expect(await look([{ branch: 'main', from: first, head: true }])).toMatchObject([{ commit_count: 1 }]);
      expect(await look([{ branch: 'nope', from: first, head: true }])).toMatchObject([{ branch: 'nope', to: null }]);
    } finally {
      await git.switch('main');
    }
  });

  it('knows nothing of a branch that cannot be one', async () => {
    const reports = await look([{ branch: 'main:refs/heads/x', from: first }]);
    expect(reports).toMatchObject([{ to: null, commit_count: null }]);
  });

  it('never throws: nobody is there', async () => {
    expect(await look([{ branch: 'main', from: first }], ENOUGH, 'http://127.0.0.1:1/.git')).toMatchObject([
      { from: first, to: null, commit_count: null },
    ]);
  });

  it('never waits longer than its budget, and leaves nothing behind', async () => {
    options.delayMs = 3000;
    const begun = performance.now();
    expect(await look([{ branch: 'main', from: first }], 100)).toMatchObject([{ to: null, commit_count: null }]);
    expect(performance.now() - begun).toBeLessThan(1000);
    options.delayMs = 0;
    await isClean();
  });
});
