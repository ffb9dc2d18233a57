import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createHttpSnapshotSource,
  type HttpSnapshotOptions,
} from '../../../../adapters/snapshot/http-snapshot-source.ts';

const asked: IncomingMessage[] = [];
let answer: (response: ServerResponse, n: number) => unknown;
const server = createServer((request, response) => {
  asked.push(request);
  answer(response, asked.length);
});
let url: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/repositories/one`;
});
beforeEach(() => {
  asked.length = 0;
  answer = (response) => response.end('{"a":1}');
});
afterAll(() => server.close());

const source = (options: Partial<HttpSnapshotOptions> = {}) =>
  createHttpSnapshotSource({
    policy: 'local',
    resolveCredential: async ({ name }) =>
      name === 'good' ? { username: 'x', password: 'a-token', users: '*', hosts: [], prefixes: [] } : null,
    waits: [1, 1],
    ...options,
  });
const get = (address: object = {}, options: Partial<HttpSnapshotOptions> = {}, signal = new AbortController().signal) =>
  source(options).get({ url, ...address }, '/snapshot?branch=main', signal);

describe('what another service answers', () => {
  it('is its JSON; the token goes with the request, and nowhere without a credential', async () => {
    expect(await get({ credential: { name: 'good', user: 'ann' } })).toEqual({ a: 1 });
    expect(await get({ url: `${url}/` })).toEqual({ a: 1 });
    expect(asked.map(({ url: path, headers }) => [path, headers.authorization])).toEqual([
      ['/api/repositories/one/snapshot?branch=main', 'Bearer a-token'],
      ['/api/repositories/one/snapshot?branch=main', undefined],
    ]);
  });
  it.each([404, 409, 410])('is nothing with the status %i', async (status) => {
    answer = (response) => response.writeHead(status).end('{}');
    expect(await get()).toBeNull();
    expect(asked).toHaveLength(1);
  });
  it.each([
    [401, 'credentials_needed', 1],
    [403, 'access_denied', 1],
    [302, 'redirected', 1],
    [400, 'request_refused', 1],
    [429, 'rate_limited', 3],
    [503, 'server_error', 3],
  ])('with the status %i is the failure %s, after %i tries', async (status, reason, tries) => {
    answer = (response) =>
      response.writeHead(status, { location: 'https://elsewhere.example/', 'retry-after': '0' }).end();
    await expect(get()).rejects.toMatchObject({ reason });
    expect(asked).toHaveLength(tries);
  });
  it('is asked for again where that helps', async () => {
    answer = (response, n) =>
      n === 1 ? response.destroy() : n === 2 ? response.writeHead(500).end() : response.end('[]');
    expect(await get()).toEqual([]);
    expect(asked).toHaveLength(3);
  });
  it('is held to its digest, and to be JSON', async () => {
    const digest = (text: string) => `sha-256=:${createHash('sha256').update(text).digest('base64')}:`;
    answer = (response) => response.setHeader('content-digest', digest('{"a":1}')).end('{"a":1}');
    expect(await get()).toEqual({ a: 1 });
    answer = (response) => response.setHeader('content-digest', digest('{"a":2}')).end('{"a":1}');
    await expect(get()).rejects.toMatchObject({ reason: 'connection_cut' });
    answer = (response) => response.end('<html>');
    await expect(get()).rejects.toMatchObject({ reason: 'answer_garbled' });
  });
  it('is given up when it takes too long, has no end, or the job is lost', async () => {
    answer = () => undefined;
    await expect(get({}, { timeoutMilliseconds: 20, waits: [] })).rejects.toMatchObject({ reason: 'no_answer' });
    const controller = new AbortController();
    const under = get({}, {}, controller.signal);
    setTimeout(() => controller.abort(new Error('lost')), 20);
    await expect(under).rejects.toThrow('lost');
    answer = (response) => {
      const block = Buffer.alloc(1 << 20, 32);
      const more = () => {
        while (response.write(block));
        response.once('drain', more);
      };
      more();
    };
    await expect(get()).rejects.toMatchObject({ reason: 'too_large' });
  });
});

describe('the address of another service', () => {
  it.each([
    ['ftp://host/api/repositories/one', 'local'],
    ['/srv/one', 'local'],
    ['file:///srv/one', 'local'],
    ['http://192.0.2.1/api/repositories/one', 'local'],
    ['http://127.0.0.1/api/repositories/one', 'https-only'],
    ['https://127.0.0.1/api/repositories/one', 'https-only'],
    ['https://[::1]/api/repositories/one', 'https-only'],
    ['https://10.0.0.1/api/repositories/one', 'https-only'],
    ['https://inward.example/api/repositories/one', 'https-only'],
    ['https://user:pass@outward.example/one', 'https-only'],
    ['https://outward.example/one?a=b', 'https-only'],
  ] as const)('is refused where it is %s, by the policy %s', async (address, policy) => {
    const lookup = async (host: string) => [
      { address: host === 'inward.example' ? '169.254.169.254' : '93.184.215.14', family: 4 },
    ];
    await expect(get({ url: address }, { policy, lookup })).rejects.toMatchObject({ reason: 'address_refused' });
    expect(asked).toHaveLength(0);
  });
  it('is connected to as it was looked up, once', async () => {
    const looked: string[] = [];
    const lookup = async (host: string) => {
      looked.push(host);
      return [{ address: '127.0.0.1', family: 4 }];
    };
    const named = url.replace('127.0.0.1', 'localhost');
    expect(await get({ url: named }, { lookup })).toEqual({ a: 1 });
    expect(looked).toEqual(['localhost']);
  });
  it('is given up when its name or its credential is looked up for too long, or the job is lost meanwhile', async () => {
    const never = () => new Promise<never>(() => undefined);
    const named = { url: 'https://example.com/api/repositories/one' };
    await expect(get(named, { lookup: never, timeoutMilliseconds: 20, waits: [] })).rejects.toMatchObject({
      reason: 'no_answer',
    });
    const credential = { name: 'slow', user: 'ann' };
    await expect(
      get({ credential }, { resolveCredential: never, timeoutMilliseconds: 20, waits: [] }),
    ).rejects.toMatchObject({ reason: 'no_answer' });
    await expect(get(named, { lookup: never }, AbortSignal.timeout(20))).rejects.toThrow('timeout');
    expect(asked).toHaveLength(0);
  });
  it('may have no host of its name, or no name server', async () => {
    const failing = (code: string) => async () => Promise.reject(Object.assign(new Error(code), { code }));
    const named = { url: 'https://other.example/api/repositories/one' };
    await expect(get(named, { lookup: failing('ENOTFOUND') })).rejects.toMatchObject({ reason: 'host_unknown' });
    await expect(get(named, { lookup: failing('EAI_AGAIN') })).rejects.toMatchObject({ reason: 'host_unresolved' });
  });
  it('may have nothing that listens, or no TLS', async () => {
    const port = (server.address() as AddressInfo).port;
    await expect(get({ url: 'http://127.0.0.1:1/api' })).rejects.toMatchObject({ reason: 'connection_refused' });
    await expect(get({ url: `https://127.0.0.1:${port}/api` })).rejects.toMatchObject({ reason: 'tls_failed' });
  });
  it('gets no request with a credential that may not be used for it', async () => {
    await expect(get({ credential: { name: 'bad', user: 'ann' } })).rejects.toMatchObject({
      reason: 'credential_refused',
    });
    answer = (response) => response.writeHead(401).end();
    await expect(get({ credential: { name: 'good', user: 'ann' } })).rejects.toMatchObject({
      reason: 'credentials_refused',
    });
    expect(asked).toHaveLength(1);
  });
});
