import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { createJsonLogger } from '../../../adapters/system/json-logger.ts';
import type { FunctionName } from '../../../core/contract/environment.ts';
import { type Gateway, startGateway } from '../../../local/gateway/gateway.ts';
import { createRouteMatcher } from '../../../local/gateway/match-route.ts';
import type { CallContext, LambdaFunction } from '../../../local/load-function.ts';

const gateways: Gateway[] = [];
afterEach(async () => {
  for (const gateway of gateways.splice(0)) await gateway.close();
});

const token = `x.${Buffer.from(JSON.stringify({ exp: Date.now() / 1000 + 600 })).toString('base64url')}.y`;

/** A gateway before functions that answer with their name; `load` may fail before it gives one. */
const setUp = async (beforeLoad: (name: FunctionName) => void = () => undefined, hostNames: readonly string[] = []) => {
  const logged: { level: string; message: string }[] = [];
  const loaded: FunctionName[] = [];
  const authorized: unknown[] = [];
  const load = async (name: FunctionName): Promise<LambdaFunction> => {
    loaded.push(name);
    beforeLoad(name);
    if (name !== 'authorizer') return async () => ({ statusCode: 200, headers: {}, body: name });
    return async (event) => {
      authorized.push(event);
      return { principalId: 'ann' };
    };
  };
  const logger = createJsonLogger('info', (line) => logged.push(JSON.parse(line)));
  const gateway = await startGateway({ host: '127.0.0.1', port: 0, hostNames, load, logger });
  gateways.push(gateway);
  const get = async (path: string) => {
    const response = await fetch(`${gateway.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
    return { status: response.status, body: await response.text() };
  };
  return { get, loaded, authorized, logged, url: gateway.url };
};

describe('the host that a request names', () => {
  const ask = async (gateway: string, host: string | null): Promise<number> => {
    const { hostname, port } = new URL(gateway);
    const socket = connect(Number(port), hostname);
    socket.end(
      host === null
        ? 'GET /api/health HTTP/1.0\r\n\r\n'
        : `GET /api/health HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    );
    return Number((await text(socket)).split(' ')[1]);
  };

  it.each([
    '127.0.0.1:3000',
    '[::1]:3000',
    '10.1.2.3',
    'localhost',
    'LOCALHOST:80',
    'sync.localhost',
    'build.example:80',
  ])('may be %s', async (host) => {
    const { url } = await setUp(() => undefined, ['Build.example']);
    expect(await ask(url, host)).toBe(200);
  });

  // The name of an attacker's page, which he has let resolve to 127.0.0.1.
  it.each([
    'evil.example',
    'evil.example:3000',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '127.0.0.1:80:80',
    '',
  ])('may not be %j', async (host) => {
    const { url, loaded } = await setUp();
    expect(await ask(url, host)).toBe(421);
    expect(loaded).toEqual([]);
  });

  it.each([
    [
      'a host twice',
      'GET /api/health HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n',
      'the header host must be given once',
    ],
    [
      'a token twice',
      'GET /api/repositories HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer a\r\nauthorization: Bearer b\r\n',
      'the header authorization must be given once',
    ],
    ['a whole address', 'GET http://evil.example/api/health HTTP/1.1\r\nHost: localhost\r\n', 'must be a path'],
  ])('is asked for in no two ways: %s', async (_, head, said) => {
    const { url, loaded } = await setUp();
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.end(`${head}Connection: close\r\n\r\n`);
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toContain(said);
    expect(loaded).toEqual([]);
  });

  it('is not taken from a path', async () => {
    const { get } = await setUp();
    expect((await get('//api/health')).status).toBe(404);
  });

  it('need not be named by what is no browser', async () => {
    expect(await ask((await setUp()).url, null)).toBe(200);
  });
});

describe('path parameters', () => {
  const match = createRouteMatcher([
    { operation: 'get-job', method: 'GET', path: '/api/jobs/{job_id}', auth: 'none', summary: '' },
    { operation: 'delete-branch', method: 'DELETE', path: '/api/r/{repo_id}/b/{name+}', auth: 'none', summary: '' },
  ]);

  it.each([
    ['GET', '/api/jobs/a%20b', { job_id: 'a%20b' }],
    ['GET', '/api/jobs/%', { job_id: '%' }],
    ['DELETE', '/api/r/x/b/feature%2Flogin', { repo_id: 'x', name: 'feature%2Flogin' }],
    ['DELETE', '/api/r/x/b/feature/log%2Fin/', { repo_id: 'x', name: 'feature/log%2Fin/' }],
  ])('are handed on as they were sent, as a REST API of API Gateway does it: %s %s', (method, path, params) => {
    expect(match(method, path)).toMatchObject({ kind: 'route', params });
  });

  it.each(['/api/jobs/', '/api/jobs/a/b', '/api/jobs', '/api/r/x/b', '/api/r/x/b/', '/api/r//b/c'])(
    'are not empty, and one segment unless all that follows: %s',
    (path) => {
      expect(match(path.startsWith('/api/r/') ? 'DELETE' : 'GET', path)).toEqual({ kind: 'no-route' });
    },
  );
});

describe('the gateway of one machine', () => {
  // Whether a name server says that there is no such name, or none answers.
  it('says which setting names an address that it cannot listen on', async () => {
    const load = async (): Promise<LambdaFunction> => async () => ({ statusCode: 200, headers: {}, body: '' });
    const logger = createJsonLogger('silent', () => undefined);
    await expect(startGateway({ host: '999.1.1.1', port: 0, load, logger })).rejects.toThrow(
      '999.1.1.1 is not an address of this machine: choose another with HOST',
    );
  });

  it('loads a function once, and asks the authorizer once for a token', async () => {
    const { get, loaded, authorized } = await setUp();
    for (let time = 0; time < 3; time++)
      expect(await get('/api/repositories')).toEqual({ status: 200, body: 'list-repositories' });
    expect(await get('/api/jobs/x')).toEqual({ status: 200, body: 'get-job' });
    expect(loaded.sort()).toEqual(['authorizer', 'get-job', 'list-repositories']);
    expect(authorized).toMatchObject([{ type: 'TOKEN', authorizationToken: `Bearer ${token}` }]);
  });

  it('passes on parts as they come, says that it is there while none do, and tells the function when the caller has gone', async () => {
    const more = Promise.withResolvers<void>();
    const contexts: (CallContext | undefined)[] = [];
    const load = async (): Promise<LambdaFunction> => async (_event, context) => {
      contexts.push(context);
      async function* body() {
        yield 'one';
        await more.promise;
        yield 'two';
      }
      return { statusCode: 200, headers: { 'content-type': 'text/event-stream' }, body: body() };
    };
    const logger = createJsonLogger('silent', () => undefined);
    const gateway = await startGateway({ host: '127.0.0.1', port: 0, load, logger, heartbeatMilliseconds: 20 });
    gateways.push(gateway);
    const ask = async () => {
      const gone = new AbortController();
      const response = await fetch(`${gateway.url}/api/health`, { signal: gone.signal });
      return {
        gone,
        reader: (response.body ?? new Blob([]).stream()).pipeThrough(new TextDecoderStream()).getReader(),
      };
    };
    const { reader } = await ask();
    let read = '';
    while (!read.includes('still here')) read += (await reader.read()).value;
    expect(read).toMatch(/^one(: still here\n\n)+$/);
    const left = await ask();
    await left.reader.read();
    left.gone.abort();
    while (contexts[1]?.streaming.aborted !== true) await new Promise((resolve) => setTimeout(resolve, 10));
    more.resolve();
    for (let part = await reader.read(); !part.done; part = await reader.read()) read += part.value;
    expect(read).toMatch(/two$/);
  });

  it('ends the connection where a part cannot be made', async () => {
    const load = async (): Promise<LambdaFunction> => async () => {
      async function* body() {
        yield 'one';
        throw new Error('away');
      }
      return { statusCode: 200, headers: {}, body: body() };
    };
    const lines: string[] = [];
    const gateway = await startGateway({
      host: '127.0.0.1',
      port: 0,
      load,
      logger: createJsonLogger('error', (line) => lines.push(line)),
    });
    gateways.push(gateway);
    await expect(fetch(`${gateway.url}/api/health`).then((response) => response.text())).rejects.toThrow();
    expect(lines.join()).toContain('away');
  });

  it('loads a function again that could not be loaded', async () => {
    let failures = 1;
    const { get } = await setUp((name) => {
      if (name === 'get-health' && failures-- > 0) throw new Error('out of files');
    });
    expect((await get('/api/health')).status).toBe(500);
    expect(await get('/api/health')).toEqual({ status: 200, body: 'get-health' });
  });
});

it('a caller who goes away in the middle of a body is no error of the service', async () => {
  const { url, logged } = await setUp();
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(
    `POST /api/repositories HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Length: 100\r\n\r\n{`,
  );
  await new Promise((done) => setTimeout(done, 200));
  socket.destroy();
  await expect
    .poll(() => logged.map(({ level, message }) => [level, message]))
    .toEqual([['info', 'request not sent to its end']]);
});

it('keeps a connection that rests for longer than a proxy does', async () => {
  const { url } = await setUp();
  const { headers } = await fetch(`${url}/api/health`);
  expect(Number(/^timeout=(\d+)$/.exec(headers.get('keep-alive') ?? '')?.[1])).toBeGreaterThan(60);
});
