import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { NativeGitSourceOptions } from '../../../adapters/git/native-git-source.ts';
import { failureReasons } from '../../../core/domain/failure-reasons.ts';
import { collect } from '../../support/collect.ts';
import type { HttpFault } from '../../support/http-faults.ts';
import { selfSigned } from '../../support/self-signed.ts';
import type { SmartHttpServerOptions } from '../../support/smart-http-server.ts';
import { useSourceLab } from './source-lab.ts';

const lab = useSourceLab();
const { gitSource, listen, processesHere, serve } = lab;

afterEach(() => vi.unstubAllEnvs());

/** Whatever a look at the heads fails with. */
const failureOfHeads = async (url: string, options: Partial<NativeGitSourceOptions> = {}) =>
  gitSource(options)
    .heads({ url })
    .then(
      (heads) => ({ heads }),
      (error: Error & { reason?: string }) => error,
    );

/** Named, in one line that begins with the address and ends with what to do. */
const expectNamed = (failure: unknown, reason: keyof typeof failureReasons, url: string): void => {
  const { code, remedy } = failureReasons[reason];
  expect(failure).toMatchObject({ name: code, reason });
  const { message } = failure as Error;
  expect(message.startsWith(`${url}: `), message).toBe(true);
  expect(message.endsWith(`: ${remedy}`), message).toBe(true);
  expect(message).not.toMatch(/[\n\r]|repo-sync-git-/);
};

const status = (code: number, headers: Record<string, string> = {}): HttpFault => ({
  kind: 'status',
  status: code,
  headers,
});
const page = { kind: 'status', status: 200, headers: { 'Content-Type': 'text/html' } } as const;

describe('a server that answers otherwise than it should', () => {
  it.each([
    ['301', status(301, { Location: 'http://127.0.0.1:9/elsewhere' }), 'redirected'],
    ['400', status(400), 'request_refused'],
    ['401', status(401, { 'WWW-Authenticate': 'Basic' }), 'credentials_needed'],
    ['403', status(403), 'access_denied'],
    ['404', status(404), 'repository_missing'],
    ['408', status(408), 'server_error'],
    ['410', status(410), 'repository_missing'],
    ['418', status(418), 'request_refused'],
    ['429', status(429, { 'Retry-After': '30' }), 'rate_limited'],
    ['500', status(500), 'server_error'],
    ['502', status(502), 'server_error'],
    ['503', status(503, { 'Retry-After': '30' }), 'server_error'],
    ['a web page', page, 'not_git'],
    ['garbage', { kind: 'garbage', body: 'hello world' }, 'answer_garbled'],
    ['bytes', { kind: 'garbage', body: Uint8Array.of(0xff, 0x1b, 0x5b, 0x0a, 0, 0, 0, 0) }, 'answer_garbled'],
    ['nothing', { kind: 'garbage', body: '' }, 'connection_cut'],
  ] as const)('%s', async (_what, fault, reason) => {
    const { url, requests } = await serve({ fault: () => fault });

    expectNamed(await failureOfHeads(url), reason, url);
    // Asked again is only what answered with a page: whether it speaks git.
    expect(requests.length).toBeLessThanOrEqual(4);
  });

  it.each([
    ['301', status(301, { Location: 'http://127.0.0.1:9/elsewhere' }), 'redirected'],
    ['401', status(401, { 'WWW-Authenticate': 'Basic' }), 'credentials_needed'],
    ['403', status(403), 'access_denied'],
    ['429', status(429), 'rate_limited'],
    ['503', status(503), 'server_error'],
    ['a web page', page, 'answer_garbled'],
    ['garbage', { kind: 'garbage', body: 'hello world' }, 'answer_garbled'],
  ] as const)('%s at the second request', async (_what, fault, reason) => {
    const { url } = await serve({ fault: ({ method }) => (method === 'POST' ? fault : null) });

    expectNamed(await failureOfHeads(url), reason, url);
  });

  it('is asked with a credential that it does not accept', async () => {
    const secret = { username: 'ada', password: 'wr0ng', users: '*' as const, hosts: [], prefixes: [] };
    const { url } = await serve({ auth: { username: 'ada', password: 'right' } });
    const git = gitSource({ resolveCredential: async () => secret });

    const failure = await git.heads({ url, credential: { name: 'mine', user: 'ann' } }).catch((error: Error) => error);

    expectNamed(failure, 'credentials_refused', `${url} (with the credential mine)`);
    expect(JSON.stringify(failure) + (failure as Error).message).not.toContain('wr0ng');
  });
});

describe('a host', () => {
  it('where nothing listens', async () => {
    const server = createServer();
    const url = `http://127.0.0.1:${await listen(server)}/r.git`;
    await new Promise((resolve) => server.close(resolve));

    expectNamed(await failureOfHeads(url), 'connection_refused', url);
  });

  it.each([
    ['ENOTFOUND', 'host_unknown'],
    ['EAI_AGAIN', 'host_unresolved'],
  ] as const)('whose name is not resolved (%s)', async (code, reason) => {
    const url = 'https://nowhere.invalid/r.git';
    const lookup = () => Promise.reject(Object.assign(new Error(`getaddrinfo ${code}`), { code }));

    expectNamed(await failureOfHeads(url, { lookup }), reason, url);
  });

  it('whose name this machine’s own resolver does not know', async () => {
    const failure = await failureOfHeads('https://nowhere.invalid/r.git');

    // Without a name server the resolver cannot tell that there is no such name.
    expect((failure as { reason?: string }).reason).toMatch(/^host_un(?:known|resolved)$/);
  });

  it('whose certificate nobody has signed', async () => {
    const { url } = await serve({ tls: await selfSigned() });

    expectNamed(await failureOfHeads(url), 'certificate_untrusted', url);
  });

  it('that speaks no TLS', async () => {
    const url = (await serve()).url.replace('http:', 'https:');

    expectNamed(await failureOfHeads(url), 'tls_failed', url);
  });

  it.each(['http', 'https'])('that hangs up at once (%s)', async (scheme) => {
    const port = await listen(createServer((socket) => socket.destroy()));
    const url = `${scheme}://127.0.0.1:${port}/r.git`;

    expectNamed(await failureOfHeads(url), 'connection_cut', url);
  });
});

describe('a server that is silent', () => {
  const limits = { headsSilenceMs: 400, fetchSilenceMs: 400 };
  const open = async (options: Omit<SmartHttpServerOptions, 'root'>) => (await serve(options)).url;
  /** Takes connections and says nothing. */
  const mute = async (scheme: string): Promise<string> => {
    const sockets = new Set<{ destroy(): void }>();
    const server = createServer((socket) => sockets.add(socket.on('error', () => {})));
    const port = await listen(server);
    lab.atEnd(async () => {
      for (const socket of sockets) socket.destroy();
    });
    return `${scheme}://127.0.0.1:${port}/r.git`;
  };

  it.each([
    ['before its headers', () => open({ fault: () => ({ kind: 'silent' }) })],
    ['in its first answer', () => open({ fault: () => ({ kind: 'stall', after: 20 }) })],
    ['in its second one', () => open({ fault: ({ method }) => (method === 'POST' ? { kind: 'silent' } : null) })],
    ['before a word of HTTP', () => mute('http')],
    ['before a word of TLS', () => mute('https')],
  ])('%s: given up once it has been silent for so long', async (_what, make) => {
    const url = await make();

    expectNamed(await failureOfHeads(url, { limits }), 'no_answer', url);
    expect(await processesHere()).toEqual([]);
  });

  it('is not one that is slow: bytes come, and it goes on', async () => {
    const url = await open({ fault: ({ method }) => (method === 'POST' ? { kind: 'drip', after: 0 } : null) });

    // Some 150 bytes at 20 ms each, and never 2 s without one.
    expect(await failureOfHeads(url, { limits: { headsSilenceMs: 2_000, headsMs: 300_000 } })).toMatchObject({
      heads: { defaultBranch: 'main' },
    });
  });

  it('or slower than its time allows', async () => {
    const url = await open({ fault: () => ({ kind: 'drip', after: 0 }) });

    expectNamed(await failureOfHeads(url, { limits: { headsMs: 600 } }), 'no_answer', url);
  });
});

describe('an answer that breaks off amid its pack', () => {
  const size = 200_000;
  const fetched = async (fault: HttpFault | null, limits: NativeGitSourceOptions['limits'] = {}) => {
    await lab.repository.write({ big: randomBytes(size) });
    const commit = await lab.repository.commit();
    const oid = await lab.repository.head('HEAD:big');
    const { url } = await serve({ fault: () => fault });
    const outcome = await collect(gitSource({ limits }).blobs({ url }, [commit], [oid], { maxBytes: 1 << 20 })).catch(
      (error: Error) => error,
    );
    return { url, outcome };
  };

  it('comes whole without a fault', async () => {
    expect((await fetched(null)).outcome).toMatchObject([{ size }]);
  });

  it('is cut', async () => {
    const { url, outcome } = await fetched({ kind: 'cut', after: 20_000 });

    expectNamed(outcome, 'connection_cut', url);
  });

  it('stalls', async () => {
    const { url, outcome } = await fetched({ kind: 'stall', after: 20_000 }, { fetchSilenceMs: 400 });

    expectNamed(outcome, 'no_answer', url);
    expect(await processesHere()).toEqual([]);
  });

  it('drips: it would take hours, and is given up when its time is over', async () => {
    const { url, outcome } = await fetched({ kind: 'drip', after: 20_000 }, { fetchMs: 2_000 });

    expectNamed(outcome, 'transfer_too_slow', url);
    expect(await processesHere()).toEqual([]);
  });
});

it('a repository without commits is no failure: it has no branches', async () => {
  const { url } = await serve();
  await lab.repository.git('update-ref', '-d', 'HEAD');

  expect(await failureOfHeads(url)).toEqual({ heads: { defaultBranch: null, branches: new Map() } });
});
