import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { SourceNotFoundError, SourceRefusedError, SourceUnavailableError } from '../../../core/domain/errors.ts';
import { collect, collectBlobs } from '../../support/collect.ts';
import { useSourceLab } from './source-lab.ts';

const lab = useSourceLab();
const { gitSource, listen, processesHere, serve, serveHttp } = lab;

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
    const server = createServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));

    await expect(gitSource().heads({ url: `http://127.0.0.1:${port}/r.git` })).rejects.toThrow(SourceUnavailableError);
  });

  it('hangs up', async () => {
    const port = await listen(createServer((socket) => socket.destroy()));

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

describe('what is asked of a server', () => {
  it('is a few requests, whatever the number of files, and nothing is fetched lazily', async () => {
    await lab.repository.write(Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`d${n % 20}/f${n}`, `${n}`])));
    const commit = await lab.repository.commit();
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
    const [blobs, forBlobs] = await during(() => collectBlobs(git.blobs({ url }, [commit], oids, { maxBytes: 100 })));

    expect([forHeads, forOpen, forTree, forBlobs]).toEqual([2, 3, 0, 2]);
    expect(entries).toHaveLength(302);
    expect(blobs.map(({ oid }) => oid)).toEqual(oids);
  });
});
