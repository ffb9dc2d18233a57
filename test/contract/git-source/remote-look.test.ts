import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGitRemoteLook } from '../../../adapters/git/remote-look.ts';
import { createGitRepository, type GitRepository } from '../../support/git-repository.ts';
import {
  type SmartHttpServer,
  type SmartHttpServerOptions,
  startSmartHttpServer,
} from '../../support/smart-http-server.ts';

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

interface History {
  readonly url: string;
  /** The first commit, and the last. */
  readonly from: string;
  readonly to: string;
  readonly repository: GitRepository;
  requests(): number;
}

/** A server of its own, with so many commits after the first one on the branches `main` and `same`. */
const withHistory = async (
  commits: number,
  work: (history: History) => Promise<void>,
  kind: Partial<SmartHttpServerOptions> = {},
): Promise<void> => {
  const repository = await createGitRepository({ 'a.ts': 'a' });
  const from = await repository.head();
  for (let i = 0; i < commits; i++) await repository.commit();
  await repository.git('branch', 'same');
  const to = await repository.head();
  const other = await startSmartHttpServer({ root: repository.path, ...kind });
  try {
    await work({ url: `${other.url}/.git`, from, to, repository, requests: () => other.requests.length });
    await isClean();
  } finally {
    await other.close();
    await repository.cleanup();
  }
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

  it('counts any number of commits of one branch in as many requests as one commit', async () => {
    await withHistory(20, async ({ url, from, requests }) => {
      const [report] = await look([{ branch: 'main', from }], ENOUGH, url);
      expect(report).toMatchObject({ commit_count: 20, rewritten: false });
      // The handshake, the branch and the commits.
      expect(requests()).toBe(3);
    });
  });

  it('counts further than the first commits that it asks for, and asks for those once', async () => {
    await withHistory(20, async ({ url, from, requests }) => {
      const both = [
        { branch: 'main', from },
        { branch: 'same', from },
      ];
      expect(await look(both, ENOUGH, url)).toMatchObject([{ commit_count: 20 }, { commit_count: 20 }]);
      // Both at once, 16 deep; then each 64 deep, with a handshake of its own.
      expect(requests()).toBe(3 + 2 * 2);
    });
  });

  it('asks for no commits where the branch has not moved', async () => {
    await withHistory(1, async ({ url, to, requests }) => {
      expect(await look([{ branch: 'main', from: to }], ENOUGH, url)).toMatchObject([{ to, commit_count: 0 }]);
      expect(requests()).toBe(2);
    });
  });

  it('asks what HEAD names in the same request', async () => {
    await withHistory(2, async ({ url, from, requests }) => {
      expect(await look([{ branch: 'main', from, head: true }], ENOUGH, url)).toMatchObject([{ commit_count: 2 }]);
      expect(requests()).toBe(3);
    });
  });

  it('tells of a branch that was set back, and of one that went another way', async () => {
    await withHistory(3, async ({ url, from, to, repository }) => {
      await repository.git('branch', 'kept');
      await repository.git('reset', '--quiet', '--hard', from);
      const back = await look([{ branch: 'main', from: to }], ENOUGH, url);
      expect(back).toMatchObject([{ to: from, commit_count: 0, rewritten: true }]);
      await repository.commit('another');
      await repository.commit('way');
      const other = await look([{ branch: 'main', from: to }], ENOUGH, url);
      expect(other).toMatchObject([{ to: await repository.head(), commit_count: 2, rewritten: true }]);
    });
  });

  it.each([
    ['without filters', { filters: false }],
    ['that speaks version 0', { protocolVersion: 0 }],
    ['that speaks version 0 and gives out branches only', { protocolVersion: 0, filters: false }],
  ] as const)('counts at a server %s', async (_, kind) => {
    await withHistory(
      20,
      async ({ url, from, to }) => {
        const reports = await look([{ branch: 'main', from, head: true }], ENOUGH, url);
        expect(reports).toMatchObject([{ branch: 'main', to, commit_count: 20, rewritten: false }]);
      },
      kind,
    );
  });

  it('counts within a history that is cut off at the server', async () => {
    await withHistory(5, async ({ from, to, repository }) => {
      const parent = await mkdtemp(join(tmpdir(), 'test-look-shallow-'));
      await repository.git('clone', '--quiet', '--bare', '--depth=3', `file://${repository.path}`, join(parent, 'r'));
      const shallow = await startSmartHttpServer({ root: parent });
      try {
        const inside = (await repository.git('rev-parse', 'HEAD~2')).trim();
        const url = `${shallow.url}/r`;
        const [known] = await look([{ branch: 'main', from: inside }], ENOUGH, url);
        expect(known).toMatchObject({ to, commit_count: 2, rewritten: false });
        const [cut] = await look([{ branch: 'main', from }], ENOUGH, url);
        expect(cut).toMatchObject({ to, commit_count: null });
      } finally {
        await shallow.close();
        await rm(parent, { recursive: true, force: true });
      }
    });
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
