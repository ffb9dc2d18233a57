import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createJsonLogger } from '../../../adapters/system/json-logger.ts';
import { openConsole } from '../../../local/console.ts';
import { type Gateway, startGateway } from '../../../local/gateway/gateway.ts';

let folder: string;
let gateway: Gateway | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'test-console-'));
});
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
  await rm(folder, { recursive: true });
});

const script = 'console.log("é")';

/** A gateway before a console that was built of three files. */
const setUp = async () => {
  await mkdir(join(folder, 'dist/assets'), { recursive: true });
  await writeFile(join(folder, 'dist/index.html'), '<!doctype html>');
  await writeFile(join(folder, 'dist/assets/index-abc.js'), script);
  await writeFile(join(folder, 'dist/.made-from'), 'secret');
  let issued = 0;
  const console = await openConsole(folder, async () => `token ${++issued}`, join(folder, 'dist'));
  gateway = await startGateway({
    host: '127.0.0.1',
    port: 0,
    load: async (name) => async () => ({ statusCode: 200, headers: {}, body: name }),
    logger: createJsonLogger('silent', () => undefined),
    console: console.served,
  });
  const { url } = gateway;
  const link = await console.listens(url);
  const get = (path: string, headers: Record<string, string> = { accept: 'text/html,*/*' }) =>
    fetch(`${url}${path}`, { headers });
  const exchange = async (body: unknown) => {
    const response = await fetch(`${url}/console/sign-in`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  };
  const kept = async (): Promise<string> => (await readFile(join(folder, 'console-link'), 'utf8')).trim();
  return { url, link: link ?? '', get, exchange, kept };
};
const codeOf = (link: string): string => link.split('#sign-in=')[1] ?? '';

describe('the console’s files', () => {
  it('answer every address of a page with index.html, which is asked for each time', async () => {
    const { get } = await setUp();
    for (const path of ['/', '/repositories/demo', '/jobs/x?tab=files']) {
      const response = await get(path);
      expect(response.status, path).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(response.headers.get('cache-control')).toBe('no-cache');
      expect(await response.text()).toBe('<!doctype html>');
    }
    expect((await get('/', { accept: '*/*' })).status).toBe(200);
  });

  it('run no script but their own, are sniffed as nothing else and stand in no frame', async () => {
    const { headers } = await (await setUp()).get('/');
    const policy = Object.fromEntries(
      (headers.get('content-security-policy') ?? '').split('; ').map((line) => {
        const [name = '', ...sources] = line.split(' ');
        return [name, sources];
      }),
    );
    expect(policy).toMatchObject({
      'default-src': ["'none'"],
      'script-src': ["'self'"],
      'connect-src': ["'self'"],
      'frame-ancestors': ["'none'"],
    });
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });

  it('are kept for ever where their name holds their hash', async () => {
    const { get } = await setUp();
    const response = await get('/assets/index-abc.js');
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(await response.text()).toBe(script);
    const known = { 'if-none-match': response.headers.get('etag') ?? '' };
    expect((await get('/assets/index-abc.js', known)).status).toBe(304);
    expect((await get('/assets/index-abc.js', { 'if-none-match': '"other"' })).status).toBe(200);
  });

  it.each(['/assets/none.js', '/api/none', '/console/none', '/console', '/.made-from'])(
    'are no answer to what is not there: %s',
    async (path) => {
      const { get } = await setUp();
      const response = await get(path, path === '/.made-from' ? {} : undefined);
      expect(response.status).toBe(404);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
    },
  );

  it('are no answer to a program that mistypes a call, nor to another method', async () => {
    const { get, url } = await setUp();
    expect((await get('/repositories', { accept: 'application/json' })).status).toBe(404);
    expect((await fetch(`${url}/`, { method: 'POST', headers: { accept: 'text/html' } })).status).toBe(404);
    expect((await fetch(`${url}/`, { method: 'HEAD' })).status).toBe(200);
  });

  it('are not there where the console was not built', async () => {
    const console = await openConsole(folder, async () => 'token', join(folder, 'nowhere'));
    expect(console.served).toBeUndefined();
    expect(await console.listens('http://127.0.0.1:1')).toBeNull();
  });
});

describe('the link to the console', () => {
  it('is written for its user only', async () => {
    const { link, url, kept } = await setUp();
    expect(link).toMatch(new RegExp(`^${url}/#sign-in=[\\w-]{32}$`));
    expect(await kept()).toBe(link);
    expect((await stat(join(folder, 'console-link'))).mode & 0o777).toBe(0o600);
  });

  it('signs in once, and the file has the next one', async () => {
    const { link, exchange, kept } = await setUp();
    expect(await exchange({ code: codeOf(link) })).toEqual({ status: 200, body: { token: 'token 1' } });
    expect(await exchange({ code: codeOf(link) })).toMatchObject({
      status: 401,
      body: { detail: expect.stringContaining('has been used') },
    });
    expect(await kept()).not.toBe(link);
    expect(await exchange({ code: codeOf(await kept()) })).toEqual({ status: 200, body: { token: 'token 2' } });
  });

  it('signs in one of two who use it at the same time', async () => {
    const { link, exchange } = await setUp();
    const both = await Promise.all([exchange({ code: codeOf(link) }), exchange({ code: codeOf(link) })]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
  });

  it.each([['{'], [{}], [{ code: 1 }], [{ code: 'a', more: 1 }], ['"code"']])(
    'is not what %j says: that is told',
    async (body) => {
      const { exchange } = await setUp();
      expect(await exchange(body)).toMatchObject({ status: 400, body: { detail: expect.stringContaining('"code"') } });
    },
  );

  it.each(['', 'guess', 'A'.repeat(32)])('is not %j', async (code) => {
    expect((await (await setUp()).exchange({ code })).status).toBe(401);
  });
});
