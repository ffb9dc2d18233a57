import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createClient,
  PathPartError,
  ProblemError,
  UnexpectedAnswerError,
  UnreachableError,
} from '../../../client/src/client.ts';
import { problemBody } from '../../../core/contract/problem-body.ts';

type Act = (request: IncomingMessage, response: ServerResponse) => void;

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server that does one act after another, the last again and again, and what it was asked. */
const serve = async (...acts: Act[]) => {
  const asked: { method: string; url: string; headers: IncomingMessage['headers'] }[] = [];
  const server = createServer((request, response) => {
    const act = acts[Math.min(asked.length, acts.length - 1)];
    asked.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
    act?.(request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { asked, url };
};

const answer =
  (status: number, body: unknown, headers: Record<string, string> = {}): Act =>
  (_request, response) => {
    response.writeHead(status, {
      'content-type': status < 400 ? 'application/json' : 'application/problem+json',
      ...headers,
    });
    response.end(JSON.stringify(body));
  };
const busy = (seconds: string, status = 503) =>
  answer(status, problemBody(status, 'Busy', 'the database is busy'), { 'retry-after': seconds });
const cut: Act = (request) => request.socket.destroy();
const ok = answer(200, { repositories: [], next: null });

describe('a part of a path', () => {
  const dots = new TextEncoder().encode('..');
  it.each(['', '.', '..', dots, dots.subarray(1)])('that would name another call is refused: %j', async (part) => {
    const { url, asked } = await serve(ok);
    const client = createClient({ url });
    const path = { repo_id: 'demo', name: part } as { repo_id: string; name: string };
    await expect(client.call('delete-branch', { path })).rejects.toThrow('name must not be empty, . or ..');
    const began = performance.now();
    await expect(client.ended(part as string)).rejects.toThrow(PathPartError);
    await expect(client.ended(part as string)).rejects.toThrow('job_id must not be empty, . or ..');
    // It was tried again for half a minute.
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(asked).toEqual([]);
  });

  it.each([
    ['...', '...'],
    ['../x', '..%2Fx'],
    ['%2e%2e', '%252e%252e'],
    [Uint8Array.of(0x2e, 0xff), '%2e%ff'],
  ] as const)('arrives as it is: %j', async (part, sent) => {
    const { url, asked } = await serve(ok);
    await createClient({ url }).call('read-file', { path: { repo_id: 'demo', file_path: part } });
    expect(asked.map((each) => each.url)).toEqual([`/api/repositories/demo/files/${sent}`]);
  });
});

describe('a call', () => {
  it.each([429, 503])('is made again after a %i, when Retry-After says', async (status) => {
    const { url, asked } = await serve(busy('1', status), busy('0', status), ok);
    const began = performance.now();
    expect(await createClient({ url }).call('list-repositories')).toEqual({ repositories: [], next: null });
    expect(asked).toHaveLength(3);
    expect(performance.now() - began).toBeGreaterThan(950);
  });

  it('is given up after as many tries as are allowed, and where the wait is too long', async () => {
    const { url, asked } = await serve(busy('0'));
    const client = createClient({ url, retries: { times: 2 } });
    await expect(client.call('list-repositories')).rejects.toMatchObject({ status: 503, retryAfter: 0, kind: 'busy' });
    expect(asked).toHaveLength(3);
    const long = await serve(busy('3600', 429));
    await expect(createClient({ url: long.url }).call('list-repositories')).rejects.toMatchObject({ retryAfter: 3600 });
    expect(long.asked).toHaveLength(1);
  });

  it.each([
    [
      'a quota that is used up',
      answer(429, problemBody(429, 'Quota exceeded', 'no more', { quota: 'repositories', limit: 1 })),
    ],
    [
      'an index that only a sync mends',
      answer(503, problemBody(503, 'Index lost', 'it is gone', { fault: 'index_lost' })),
    ],
    ['a conflict', answer(409, problemBody(409, 'Sync already in progress', 'it runs'))],
    ['a defect', answer(500, problemBody(500, 'Internal error', 'its id is 1'))],
  ])('is not made again after %s', async (_what, act) => {
    const { url, asked } = await serve(act);
    await expect(createClient({ url }).call('list-repositories')).rejects.toBeInstanceOf(ProblemError);
    expect(asked).toHaveLength(1);
  });

  it('is made again after a lost connection only where that does no harm', async () => {
    const read = await serve(cut, ok);
    await createClient({ url: read.url }).call('list-repositories');
    expect(read.asked).toHaveLength(2);
    const write = await serve(cut, ok);
    const source = { url: '/x' };
    await expect(
      createClient({ url: write.url }).call('create-repository', { body: { source } }),
    ).rejects.toBeInstanceOf(UnreachableError);
    expect(write.asked).toHaveLength(1);
    const keyed = await serve(cut, answer(202, { job_id: 'sync-1' }));
    await createClient({ url: keyed.url }).sync('r');
    const keys = keyed.asked.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
  });

  it('says what is wrong with the address', async () => {
    const { url } = await serve(answer(404, '', { 'content-type': 'text/html' }));
    await expect(createClient({ url }).call('list-repositories')).rejects.toBeInstanceOf(UnexpectedAnswerError);
    const page = await serve(answer(200, 'hello', { 'content-type': 'text/html' }));
    await expect(createClient({ url: page.url }).call('list-repositories')).rejects.toThrow('not from the API');
    const nobody = createClient({ url: 'http://127.0.0.1:2', retries: { times: 0 } });
    await expect(nobody.call('get-health')).rejects.toThrow(/no answer from http:\/\/127\.0\.0\.1:2: .*ECONNREFUSED/);
  });

  it('puts every part where it belongs, and its token in the header', async () => {
    const { url, asked } = await serve(ok);
    const client = createClient({ url: `${url}/api/`, token: async () => 't1' });
    await client.call('delete-branch', { path: { repo_id: 'r', name: 'feature/a b' } });
    await client.call('search', { path: { repo_id: 'r' }, query: { q: 'a&b', limit: 3 } });
    expect(asked.map(({ method, url, headers }) => [method, url, headers.authorization])).toEqual([
      ['DELETE', '/api/repositories/r/branches/feature%2Fa%20b', 'Bearer t1'],
      ['GET', '/api/repositories/r/search?q=a%26b&limit=3', 'Bearer t1'],
    ]);
  });

  it('ends when its signal is aborted, while it waits too', async () => {
    const { url } = await serve(busy('30'));
    const stop = new AbortController();
    const waiting = createClient({ url }).call('list-repositories', {}, { signal: stop.signal });
    setTimeout(() => stop.abort(new Error('enough')), 50);
    await expect(waiting).rejects.toThrow('enough');
  });
});

describe('following a job', () => {
  const stream =
    (...events: string[]): Act =>
    (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(`retry: 10\n\n${events.join('')}`);
    };
  const event = (id: string, type: string) => `id: ${id}\nevent: ${type}\ndata: {"job_id":"sync-1","at":"${id}"}\n\n`;

  it('goes on after the last event where a stream ends early, and ends with the job', async () => {
    const { url, asked } = await serve(
      stream(event('a', 'progress')),
      stream(),
      cut,
      stream(event('b', 'progress'), event('c', 'failed')),
    );
    const client = createClient({ url, retries: { times: 0 } });
    const seen = await Array.fromAsync(client.follow('sync-1'));
    expect(seen.map(({ id, type }) => [id, type])).toEqual([
      ['a', 'progress'],
      ['b', 'progress'],
      ['c', 'failed'],
    ]);
    expect(asked.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, 'a', 'a', 'a']);
  });

  it('ends at once where the end was the last event that is known', async () => {
    const { url } = await serve((_request, response) => response.writeHead(204).end());
    expect(await Array.fromAsync(createClient({ url }).follow('sync-1', { after: 'c' }))).toEqual([]);
  });

  it('throws what the service refuses', async () => {
    const { url, asked } = await serve(answer(404, problemBody(404, 'Not found', 'Job not found')));
    await expect(createClient({ url }).ended('sync-1')).rejects.toThrow('Job not found');
    expect(asked).toHaveLength(1);
  });
});
