import { access, chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNativeGitSource, type NativeGitSourceOptions } from '../../../adapters/git/native-git-source.ts';
import {
  BranchNotFoundError,
  SourceNotFoundError,
  SourceRefusedError,
  SourceUnavailableError,
  SourceUnusableError,
} from '../../../core/domain/errors.ts';
import type { GitSource } from '../../../core/ports/git-source.ts';
import { collect } from '../../support/collect.ts';
import { createGitRepository, type GitRepository } from '../../support/git-repository.ts';
import { type SmartHttpServerOptions, startSmartHttpServer } from '../../support/smart-http-server.ts';

let tempRoot: string;
let repository: GitRepository;
const closers: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  tempRoot = await mkdtemp(join(tmpdir(), 'test-faults-'));
  repository = await createGitRepository({ 'a.txt': 'alpha', 'deep/er/b.txt': 'beta' });
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await repository.cleanup();
  expect(await readdir(tempRoot), 'temporary directories left over').toEqual([]);
  await rm(tempRoot, { recursive: true });
});

const gitSource = (options: Partial<NativeGitSourceOptions> = {}): GitSource =>
  createNativeGitSource({ policy: 'local', tempRoot, ...options });
const serve = async (options: Omit<SmartHttpServerOptions, 'root'> = {}) => {
  const server = await startSmartHttpServer({ root: tmpdir(), ...options });
  closers.push(server.close);
  return { requests: server.requests, url: `${server.url}/${basename(repository.path)}/.git` };
};
const serveHttp = async (answer: RequestListener): Promise<string> => {
  const server = createServer(answer);
  await listen(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/r.git`;
};
const listen = async (server: Server): Promise<void> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => new Promise((resolve) => server.close(resolve)));
};
const tree = async (git: GitSource, url: string) => {
  const commit = await repository.head();
  const snapshot = await git.open({ url }, [{ branch: 'main', commit }]);
  try {
    return (await collect(snapshot.tree(commit))).flat();
  } finally {
    await snapshot.close();
  }
};
/** Processes that hold the temporary root in their environment: ours, and what they started. */
const processesHere = async (): Promise<string[]> => {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
    if (environment.includes(tempRoot)) found.push(pid);
  }
  return found;
};

describe('a git source’s address', () => {
  it('may be a file:// address in local mode', async () => {
    expect((await gitSource().heads({ url: `file://${repository.path}` })).defaultBranch).toBe('main');
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
      const opening = gitSource().open({ url: repository.path }, [{ branch, commit: await repository.head() }]);

      await expect(opening).rejects.toThrow(BranchNotFoundError);
    },
  );

  it('is left out of the heads', async () => {
    await repository.git('update-ref', 'refs/heads/-x', 'HEAD');
    const oid = await repository.head();
    const packed = Buffer.concat([Buffer.from(`${oid} refs/heads/gr`), Buffer.from([0xf6]), Buffer.from('n\n')]);
    await writeFile(join(repository.path, '.git', 'packed-refs'), packed);

    expect([...(await gitSource().heads({ url: repository.path })).branches.keys()]).toEqual(['main']);
  });

  it('is refused where a commit should stand', async () => {
    const git = gitSource();
    const commit = await repository.head();
    const snapshot = await git.open({ url: repository.path }, [{ branch: 'main', commit }]);

    await expect(collect(snapshot.tree('--help'))).rejects.toThrow(SourceUnusableError);
    await expect(snapshot.countCommits('--all', commit)).rejects.toThrow(SourceUnusableError);
    await snapshot.close();
    await expect(git.open({ url: repository.path }, [{ branch: 'main', commit: '--x' }])).rejects.toThrow(
      SourceUnusableError,
    );
    await expect(collect(git.blobs({ url: repository.path }, [], ['--x'], { maxBytes: 1 }))).rejects.toThrow(
      SourceUnusableError,
    );
  });
});

describe('a server that does not do its part', () => {
  it.each([
    [301, SourceRefusedError],
    [401, SourceNotFoundError],
    [403, SourceNotFoundError],
    [404, SourceNotFoundError],
    [410, SourceNotFoundError],
    [429, SourceUnavailableError],
    [500, SourceUnavailableError],
  ])('answers %i', async (status, expected) => {
    let asked = 0;
    const url = await serveHttp((_request, response) => {
      asked += 1;
      response.writeHead(status, { Location: 'http://127.0.0.1:9/elsewhere', 'WWW-Authenticate': 'Basic' }).end();
    });

    await expect(gitSource().heads({ url })).rejects.toThrow(expected);
    expect(asked).toBe(1);
  });

  it('is not there', async () => {
    const server = createTcpServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));

    await expect(gitSource().heads({ url: `http://127.0.0.1:${port}/r.git` })).rejects.toThrow(SourceUnavailableError);
  });

  it('hangs up', async () => {
    const server = createTcpServer((socket) => socket.destroy());
    await listen(server);
    const { port } = server.address() as AddressInfo;

    await expect(gitSource().heads({ url: `http://127.0.0.1:${port}/r.git` })).rejects.toThrow(SourceUnavailableError);
  });

  it.each(['<html>', '<html>\n', '', '0000'])('is no git server but answers: %j', async (page) => {
    const url = await serveHttp((_request, response) => response.end(page));

    await expect(gitSource().heads({ url })).rejects.toThrow(SourceNotFoundError);
  });

  it('recovers: the next call succeeds', async () => {
    const { url } = await serve({ failFirst: 1 });
    const git = gitSource();

    await expect(git.heads({ url })).rejects.toThrow(SourceUnavailableError);
    expect((await git.heads({ url })).defaultBranch).toBe('main');
  });

  it('does not answer in time', async () => {
    const { url } = await serve({ delayMs: 3_000 });

    await expect(gitSource({ limits: { headsMs: 200 } }).heads({ url })).rejects.toThrow(SourceUnavailableError);
    expect(await processesHere()).toEqual([]);
  });
});

describe('an abort', () => {
  it.each(['heads', 'open', 'blobs'] as const)('of %s leaves no process and no directory', async (call) => {
    const { url, requests } = await serve({ delayMs: 10_000 });
    const git = gitSource();
    const commit = await repository.head();
    const abort = new AbortController();
    const { signal } = abort;
    const running = {
      heads: () => git.heads({ url }, { signal }),
      open: () => git.open({ url }, [{ branch: 'main', commit }], { signal }),
      blobs: () => collect(git.blobs({ url }, [commit], [commit], { signal, maxBytes: 1 })),
    }[call]();
    const settled = expect(running).rejects.toThrow('enough');
    await expect.poll(() => requests.length, { timeout: 10_000 }).toBe(1);
    expect((await processesHere()).length).toBeGreaterThan(0);

    const at = performance.now();
    abort.abort(new Error('enough'));
    await settled;

    expect(performance.now() - at).toBeLessThan(5_000);
    expect(await processesHere()).toEqual([]);
  });

  it('before the call starts nothing', async () => {
    const { url, requests } = await serve();

    await expect(gitSource().heads({ url }, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    );
    expect(requests).toEqual([]);
  });

  it('does not wait for a lookup', async () => {
    const git = gitSource({ policy: 'https-only', lookup: () => new Promise(() => {}) });

    await expect(git.heads({ url: 'https://example.com/r' }, { signal: AbortSignal.timeout(50) })).rejects.toThrow(
      'timeout',
    );
  });

  it('ends a snapshot too', async () => {
    const abort = new AbortController();
    const commit = await repository.head();
    const snapshot = await gitSource().open({ url: repository.path }, [{ branch: 'main', commit }], abort);
    abort.abort(new Error('enough'));

    await expect(collect(snapshot.tree(commit))).rejects.toThrow('enough');
    await expect(snapshot.countCommits('a'.repeat(40), commit)).rejects.toThrow('enough');
    await snapshot.close();
    await snapshot.close();
  });
});

describe('a closed snapshot', () => {
  it('answers no more', async () => {
    const commit = await repository.head();
    const snapshot = await gitSource().open({ url: repository.path }, [{ branch: 'main', commit }]);
    await snapshot.close();

    await expect(collect(snapshot.tree(commit))).rejects.toThrow(SourceUnavailableError);
  });
});

describe('credentials', () => {
  const auth = { username: 'ada', password: 'sésame: open' };
  const use = (name: string) => ({ name, user: 'ann' });
  // Whom it serves was looked at before: see core/repositories/use-credential.ts.
  const credential = (secret: typeof auth) => ({ ...secret, users: '*' as const, hosts: [], prefixes: [] });

  it('reach the server that asks for them', async () => {
    const { url } = await serve({ auth });
    const git = gitSource({ resolveCredential: async ({ name }) => (name === 'ref' ? credential(auth) : null) });

    expect((await git.heads({ url, credential: use('ref') })).defaultBranch).toBe('main');
  });

  it('that are absent, wrong or unknown give no access, and are in no message', async () => {
    const { url } = await serve({ auth });
    const wrong = credential({ username: 'ada', password: 'wr0ng' });
    const git = gitSource({ resolveCredential: async ({ name }) => (name === 'wrong' ? wrong : null) });

    for (const source of [{ url }, { url, credential: use('wrong') }]) {
      const failure: Error = await git.heads(source).catch((error) => error);
      expect(failure).toBeInstanceOf(SourceNotFoundError);
      expect(JSON.stringify([failure.message, failure.stack, String(failure.cause)])).not.toMatch(/wr0ng|YWRh/);
    }
    for (const source of [git, gitSource()]) {
      const failure = source.heads({ url, credential: use('unknown') });
      await expect(failure).rejects.toThrow(SourceRefusedError);
      await expect(failure).rejects.toThrow('the credential unknown may not be used for it by ann');
    }
  });
});

describe('limits', () => {
  const url = () => repository.path;

  it.each([
    ['entries', { treeEntries: 1 }],
    ['path bytes', { pathBytes: 8 }],
    ['path depth', { pathDepth: 1 }],
    ['listing bytes', { listingBytes: 60 }],
  ])('end a listing: %s', async (_name, limits) => {
    await expect(tree(gitSource({ limits }), url())).rejects.toThrow(SourceUnusableError);
  });

  it('end a listing of references', async () => {
    await expect(gitSource({ limits: { refBytes: 20 } }).heads({ url: url() })).rejects.toThrow(SourceUnusableError);
  });

  it('end a fetch', async () => {
    const { url: remote } = await serve();

    await expect(tree(gitSource({ limits: { packBytes: 10 } }), remote)).rejects.toThrow(SourceUnusableError);
  });

  it('end a tree of a billion files early', async () => {
    // Nine levels of ten equal subtrees: a few hundred bytes of pack.
    let oid = await repository.git('hash-object', '-w', 'a.txt');
    let type = 'blob';
    for (let level = 0; level < 9; level++) {
      const mode = type === 'blob' ? '100644' : '040000';
      const lines = Array.from({ length: 10 }, (_, n) => `${mode} ${type} ${oid}\t${n}\n`).join('');
      oid = await repository.gitWithInput(lines, 'mktree');
      type = 'tree';
    }
    await repository.git('update-ref', 'refs/heads/main', await repository.git('commit-tree', '-m', 'bomb', oid));

    await expect(tree(gitSource({ limits: { treeEntries: 1_000 } }), url())).rejects.toThrow('more files than 1000');
    expect(await processesHere()).toEqual([]);
  });

  it.each([
    ['a deepest look', {}, { countDepth: 16 }],
    ['a deepest look without filters', { protocolVersion: 0, filters: false } as const, { countDepthUnfiltered: 16 }],
  ])('end the counting of commits, without a made-up number: %s', async (_name, server, limits) => {
    const first = await repository.head();
    for (let n = 0; n < 17; n++) await repository.commit();
    const commit = await repository.head();
    const { url: address } = await serve(server);

    const snapshot = await gitSource({ limits }).open({ url: address }, [{ branch: 'main', commit }]);
    const counted = await snapshot.countCommits(first, commit);
    await snapshot.close();

    expect(counted).toEqual({ count: null, rewritten: false });
  });
});

describe('what is asked of a server', () => {
  it('is a few requests, whatever the number of files, and nothing is fetched lazily', async () => {
    await repository.write(Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`d${n % 20}/f${n}`, `${n}`])));
    const commit = await repository.commit();
    const { url, requests } = await serve();
    const git = gitSource();
    const during = async <T>(work: () => Promise<T>): Promise<readonly [T, number]> => {
      const before = requests.length;
      return [await work(), requests.length - before];
    };

    const [, forHeads] = await during(() => git.heads({ url }));
    const [snapshot, forOpen] = await during(() => git.open({ url }, [{ branch: 'main', commit }]));
    const [entries, forTree] = await during(async () => (await collect(snapshot.tree(commit))).flat());
    await snapshot.close();
    const oids = entries.map(({ oid }) => oid);
    const [blobs, forBlobs] = await during(() => collect(git.blobs({ url }, [commit], oids, { maxBytes: 100 })));

    expect([forHeads, forOpen, forTree, forBlobs]).toEqual([2, 3, 0, 2]);
    expect(entries).toHaveLength(302);
    expect(blobs.map(({ oid }) => oid)).toEqual(oids);
  });
});

describe('damaged sources', () => {
  const looseObject = (oid: string): string => join(repository.path, '.git', 'objects', oid.slice(0, 2), oid.slice(2));

  it('a blob that is missing is an error, not an empty file', async () => {
    const oid = await repository.head('HEAD:a.txt');
    const commit = await repository.head();
    await rm(looseObject(oid));

    await expect(
      collect(gitSource().blobs({ url: repository.path }, [commit], [oid], { maxBytes: 10 })),
    ).rejects.toThrow(SourceUnusableError);
    await expect(collect(gitSource().blobs({ url: repository.path }, [], [oid], { maxBytes: 10 }))).rejects.toThrow(
      oid,
    );
  });

  it.each([
    ['a local path', SourceUnusableError],
    // The server dies without a word, as it would of a passing fault.
    ['smart HTTP', SourceUnavailableError],
  ])('a blob that is corrupt is an error (%s)', async (transport, expected) => {
    const oid = await repository.head('HEAD:a.txt');
    const commit = await repository.head();
    await chmod(looseObject(oid), 0o644);
    await writeFile(looseObject(oid), 'garbage');
    const url = transport === 'smart HTTP' ? (await serve()).url : repository.path;

    await expect(collect(gitSource().blobs({ url }, [commit], [oid], { maxBytes: 10 }))).rejects.toThrow(expected);
  });

  it('a tree that is missing is an error, not an empty listing', async () => {
    await rm(looseObject(await repository.head('HEAD:deep')));

    await expect(tree(gitSource(), repository.path)).rejects.toThrow(SourceUnusableError);
  });

  it('a commit that is gone from where blobs are asked for is worth another look', async () => {
    const { url } = await serve({ filters: false, protocolVersion: 0 });
    const oid = await repository.head('HEAD:a.txt');

    await expect(collect(gitSource().blobs({ url }, ['c'.repeat(40)], [oid], { maxBytes: 10 }))).rejects.toThrow(
      SourceUnavailableError,
    );
  });
});
