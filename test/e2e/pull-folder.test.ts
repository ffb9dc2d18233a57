import { execFileSync } from 'node:child_process';
import { mkdtemp, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BranchList, Problem } from '../../core/contract/api.ts';
import type { GitRepository } from '../support/git-repository.ts';
import { type SmartHttpServer, startSmartHttpServer } from '../support/smart-http-server.ts';
import { useWorld } from '../support/use-world.ts';

/** A folder that is a clone, and what it was cloned from, behind a smart-HTTP server. */
interface Clone {
  readonly upstream: GitRepository;
  readonly server: SmartHttpServer;
  readonly url: string;
  readonly clone: GitRepository;
}

const world = useWorld();
const { api, faults } = world;

const startClone = async (): Promise<Clone> => {
  const upstream = await world.makeRepository({ 'a.ts': 'export const a = "aardwolf";\n' });
  const server = await startSmartHttpServer({ root: upstream.path });
  world.closing(server.close);
  const url = `${server.url}/.git`;
  const clone = await world.makeRepository();
  await clone.git('remote', 'add', 'origin', url);
  await clone.git('fetch', '-q', 'origin');
  await clone.git('reset', '-q', '--hard', 'origin/main');
  return { upstream, server, url, clone };
};

const registered = async (id: string): Promise<Clone> => {
  const made = await startClone();
  await api.register(id, made.clone.path);
  await api.synced(id);
  return made;
};

const commit = async (git: GitRepository, word: string): Promise<string> => {
  await git.write({ [`${word}.ts`]: `export const ${word} = "${word}";\n` });
  return git.commit(word);
};

/** The pull may be looked at for as long as it needs: a busy machine may not do with 350 ms. */
const lookPatiently = (): void =>
  faults.set('remoteLook', (real) => ({
    look: (source, branches, remote) => real.look(source, branches, remote, 20_000),
  }));

/** Every file of a folder, with its content and times. */
const stateOf = (folder: string): string =>
  execFileSync(
    'sh',
    ['-c', 'find . -printf "%p %m %s %T@ %C@\\n" | sort; find . -type f -exec sha256sum {} + | sort'],
    {
      cwd: folder,
    },
  ).toString();

const pulling = { pull_remote: true, remote: 'origin', branch: 'main' };

const refusal = async (id: string, options: object): Promise<string | undefined> => {
  const { status, body } = await api.sync<Problem>(id, options);
  expect([status, body.errors?.map(({ field }) => field)]).toEqual([400, ['remote']]);
  return body.errors?.[0]?.message;
};

describe('scenario 5 on a folder that is connected to remote origin', () => {
  it('pulls the remote’s new commits, counts and indexes them, and does not touch the clone', async () => {
    const { upstream, clone, url } = await registered('folder');
    const from = await upstream.head();
    await commit(upstream, 'bandicoot');
    const to = await commit(upstream, 'capybara');
    const before = stateOf(clone.path);
    lookPatiently();
    const { status, body } = await api.sync('folder', pulling);
    faults.clear();
    expect(status).toBe(202);
    const pull = [{ remote: 'origin', branch: 'main', from, to, commit_count: 2, rewritten: false }];
    expect(body).toMatchObject({
      pull,
      pulled_commits: 2,
      options: { pull_remote: true, remote: 'origin' },
      source: { url, remote: 'origin' },
    });
    expect(await api.ended(body.job_id)).toMatchObject({
      status: 'completed',
      pull,
      pulled_commits: 2,
      counts: { added: 2, unchanged: 1 },
      source: { url, remote: 'origin' },
    });
    expect((await api.found('folder', 'capybara'))[0]).toBe('capybara.ts');
    expect(stateOf(clone.path)).toBe(before);
    expect(await clone.head()).toBe(from);
  });

  it('indexes the folder’s own heads again when it is not asked to pull', async () => {
    const { upstream, clone } = await registered('back-and-forth');
    await commit(upstream, 'bandicoot');
    const local = await commit(clone, 'capybara');
    await api.synced('back-and-forth', pulling);
    expect(await api.found('back-and-forth', 'bandicoot')).toContain('bandicoot.ts');
    expect(await api.found('back-and-forth', 'capybara')).not.toContain('capybara.ts');
    const job = await api.synced('back-and-forth');
    expect(job).toMatchObject({
      status: 'completed',
      source: { url: clone.path, remote: null },
      options: { pull_remote: false },
      pulled_commits: 0,
      counts: { added: 1, deleted: 1, unchanged: 1 },
    });
    expect(await api.found('back-and-forth', 'capybara')).toContain('capybara.ts');
    expect(await api.found('back-and-forth', 'bandicoot')).not.toContain('bandicoot.ts');
    const [main] = (await api.call<BranchList>('GET', '/api/repositories/back-and-forth/branches')).body.branches;
    expect(main).toMatchObject({ indexed_commit: local, source_commit: local, behind: false, remote: null });
    await api.synced('back-and-forth', pulling);
    const [pulled] = (await api.call<BranchList>('GET', '/api/repositories/back-and-forth/branches')).body.branches;
    expect(pulled).toMatchObject({ indexed_commit: await upstream.head(), behind: false, remote: 'origin' });
  });

  it('reads the remote that is named, by its address in the folder’s own configuration', async () => {
    const { clone } = await registered('two-remotes');
    const other = await startClone();
    await commit(other.upstream, 'dingo');
    await clone.git('remote', 'add', 'upstream', other.url);
    const job = await api.synced('two-remotes', { pull_remote: true, remote: 'upstream', branch: 'main' });
    expect(job).toMatchObject({
      status: 'completed',
      source: { url: other.url, remote: 'upstream' },
      pull: [{ remote: 'upstream', to: await other.upstream.head() }],
    });
    expect(await api.found('two-remotes', 'dingo')).toContain('dingo.ts');
  });

  it('means by `current` the branch that the folder is on, whatever the remote’s HEAD is', async () => {
    const { upstream } = await registered('current');
    await commit(upstream, 'bandicoot');
    await upstream.branch('trunk');
    await commit(upstream, 'capybara');
    const job = await api.synced('current', { pull_remote: true });
    expect(job).toMatchObject({ status: 'completed', pull: [{ branch: 'main' }] });
    expect((await api.repository('current')).default_branch).toBe('main');
    expect(await api.found('current', 'bandicoot')).toContain('bandicoot.ts');
  });

  it('takes a branch that only the remote has', async () => {
    const { upstream } = await registered('remote-only');
    await upstream.branch('topic');
    await commit(upstream, 'bandicoot');
    const job = await api.synced('remote-only', { pull_remote: true, branch: 'topic' });
    expect(job).toMatchObject({ status: 'completed', pull: [{ branch: 'topic', from: null }] });
    expect(await api.found('remote-only', 'bandicoot', { branch: 'topic' })).toContain('bandicoot.ts');
  });

  it('is what a retry of such a job reads too', async () => {
    const { upstream, url } = await registered('retried');
    await commit(upstream, 'poison');
    faults.set('embedder', (real) => ({
      embed: (texts, kind) =>
        texts.some((text) => text.includes('poison')) ? Promise.reject(new RangeError('no')) : real.embed(texts, kind),
    }));
    const job = await api.synced('retried', pulling);
    expect(job).toMatchObject({ status: 'completed_with_errors' });
    faults.clear();
    const retry = await api.call<{ job_id: string }>('POST', `/api/jobs/${job.job_id}/retry-failed`);
    expect(await api.ended(retry.body.job_id)).toMatchObject({
      status: 'completed',
      source: { url, remote: 'origin' },
      options: { pull_remote: true },
    });
    expect(await api.found('retried', 'poison')).toContain('poison.ts');
  });
});

describe('branches that one of the two sources has, and the other has not', () => {
  it('are dropped by the source that they were read from, and by no other', async () => {
    const { upstream, clone } = await registered('two-sources');
    await clone.git('branch', 'mine');
    await upstream.git('branch', 'theirs');
    await api.synced('two-sources', { branches: ['main', 'mine'] });
    // The remote has no `mine`, the folder no `theirs`.
    expect(await api.synced('two-sources', { pull_remote: true, branch: 'theirs' })).toMatchObject({
      dropped_branches: [],
    });
    expect(await api.synced('two-sources')).toMatchObject({ dropped_branches: [] });
    await upstream.git('branch', '-D', 'theirs');
    expect(await api.synced('two-sources')).toMatchObject({ dropped_branches: [] });
    expect(await api.synced('two-sources', pulling)).toMatchObject({ dropped_branches: ['theirs'] });
    await clone.git('branch', '-D', 'mine');
    expect(await api.synced('two-sources', pulling)).toMatchObject({ dropped_branches: [] });
    expect(await api.synced('two-sources')).toMatchObject({ dropped_branches: ['mine'] });
  });
});

describe('a remote that is a path', () => {
  it.each([
    ['absolute', (upstream: GitRepository) => upstream.path],
    ['relative to the clone', (upstream: GitRepository, clone: GitRepository) => relative(clone.path, upstream.path)],
    ['file://', (upstream: GitRepository) => `file://${upstream.path}`],
  ])('is read in the folders of SOURCE_ROOTS: %s', async (how, addressOf) => {
    const id = `path-${how.replace(/\W+/g, '')}`;
    const { upstream, clone } = await registered(id);
    await clone.git('remote', 'set-url', 'origin', addressOf(upstream, clone));
    const to = await commit(upstream, 'bandicoot');
    expect(await api.synced(id, pulling)).toMatchObject({ status: 'completed', pulled_commits: 1, pull: [{ to }] });
    expect(await api.found(id, 'bandicoot')).toContain('bandicoot.ts');
  });

  it('is refused elsewhere', async () => {
    const { clone } = await registered('path-out');
    for (const url of ['/srv/git/x.git', '../../srv/x', 'file:///srv/git/x.git']) {
      await clone.git('remote', 'set-url', 'origin', url);
      expect(await refusal('path-out', pulling)).toMatch(
        /must be in .*: the operator sets these folders with SOURCE_ROOTS/,
      );
    }
  });

  it('is refused where a link leads out', async () => {
    const { clone } = await registered('path-link');
    await clone.link('leads-out', '/usr/share');
    await clone.git('remote', 'set-url', 'origin', join(clone.path, 'leads-out'));
    expect(await refusal('path-link', pulling)).toContain('SOURCE_ROOTS');
  });
});

describe('a remote that cannot be pulled is a 400 that names `remote`', () => {
  let made: Clone;
  beforeAll(async () => {
    made = await registered('refused');
  });
  const set = (url: string) => made.clone.git('remote', 'set-url', 'origin', url);

  it('one that the folder does not have, with those that it has', async () => {
    await made.clone.git('remote', 'add', 'upstream', made.url);
    expect(await refusal('refused', { ...pulling, remote: 'fork' })).toBe(
      `must be a remote of ${made.clone.path}, which has origin, upstream`,
    );
  });

  it('any, of a folder that has none', async () => {
    const git = await world.registered('no-remote', { 'a.ts': 'a\n' });
    expect(await refusal('no-remote', pulling)).toBe(`must be a remote of ${git.path}, which has none`);
  });

  it.each(['git@github.com:acme/x.git', 'ssh://git@example.com/x.git', 'github.com:x', 'git+ssh://example.com/x'])(
    'one of ssh, with what is allowed: %s',
    async (url) => {
      await set(url);
      expect(await refusal('refused', pulling)).toBe(
        'must lead to a source that may be read: the address of origin is one of ssh, which is not read here, and url.<base>.insteadOf is not applied: it must be an https:// URL, an http:// URL on loopback, a file:// URL or an absolute path',
      );
    },
  );

  it.each(['http://example.com/x.git', 'git://example.com/x', 'ext::sh -c "touch /tmp/x"', 'ftp://x/y'])(
    'one that no source may have: %s',
    async (url) => {
      await set(url);
      expect(await refusal('refused', pulling)).toContain('must be an https:// URL');
    },
  );

  it('one with a password, which is told to nobody', async () => {
    await set('https://ann:Xyzzy-41f7@example.com/x.git');
    const message = await refusal('refused', pulling);
    expect(message).toContain('must not contain a user name or a password');
    expect(message).not.toContain('Xyzzy');
  });

  it('one that only a rewriting or an included file would make readable', async () => {
    await set('gh:acme/x.git');
    await made.clone.git('config', `url.${made.server.url}/.insteadOf`, 'gh:');
    await refusal('refused', pulling);
    const included = join(dirname(made.clone.path), `included-${Date.now()}`);
    await writeFile(included, `[remote "hidden"]\n\turl = ${made.url}\n`);
    world.closing(() => rm(included, { force: true }));
    await made.clone.git('config', 'include.path', included);
    expect(await refusal('refused', { ...pulling, remote: 'hidden' })).toContain('which has origin, upstream');
  });

  it('one of a configuration that git cannot read', async () => {
    const { clone } = await registered('broken');
    await writeFile(join(clone.path, '.git', 'config'), '[remote "origin"\n');
    expect(await refusal('broken', pulling)).toMatch(
      /whose remotes cannot be read: .*: git cannot read its configuration: .*bad config/,
    );
  });

  it('another than origin, where nothing is pulled', async () => {
    expect(await refusal('refused', { remote: 'upstream' })).toBe('must be origin: a repository has one source');
  });
});

describe('a folder that is no plain clone', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'test-folders-')));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    [
      'a bare one',
      async (clone: GitRepository, at: string) => void (await clone.git('clone', '-q', '--bare', '.', at)),
    ],
    [
      'a linked worktree',
      async (clone: GitRepository, at: string) => void (await clone.git('worktree', 'add', '-q', '-f', at, 'main')),
    ],
    [
      'one whose .git is a file',
      async (clone: GitRepository, at: string) => {
        await clone.git('clone', '-q', '--separate-git-dir', `${at}-git`, '.', at);
      },
    ],
  ])('has its remotes too: %s', async (what, make) => {
    const { clone, upstream, url } = await startClone();
    const id = `plain-${what.replace(/\W+/g, '')}`;
    const at = join(folder, id);
    await make(clone, at);
    await clone
      .git('--git-dir', what === 'a bare one' ? at : join(at, '.git'), 'config', 'remote.origin.url', url)
      .catch(async () => clone.git('-C', at, 'config', 'remote.origin.url', url));
    await api.register(id, at);
    await api.synced(id);
    const to = await commit(upstream, 'bandicoot');
    expect(await api.synced(id, pulling)).toMatchObject({ status: 'completed', pull: [{ to, commit_count: 1 }] });
  });

  it('is moved away between two syncs: the pull is refused, and says why', async () => {
    const { clone } = await registered('moved');
    await rename(clone.path, `${clone.path}-moved`);
    expect(await refusal('moved', pulling)).toContain('which has none');
    await rename(`${clone.path}-moved`, clone.path);
  });
});
