import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Problem } from '../../core/contract/api.ts';
import { type EmbeddingsServer, problem, startEmbeddingsServer } from '../support/embeddings-server.ts';
import { createGitRepository, type GitRepository } from '../support/git-repository.ts';
import { makeDataDir, runCommand, type ServiceProcess, startService } from '../support/service-process.ts';

const key = 'sk-a-key-of-this-test-4711';
const files = {
  'lock.ts': 'export const claimLock = (store: Store) => store.claim();\n',
  'parse.ts': 'export const parseConfig = (text: string) => JSON.parse(text);\n',
};

let git: GitRepository;
let data: Awaited<ReturnType<typeof makeDataDir>>;
let server: EmbeddingsServer;
let service: ServiceProcess;
const environment = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  EMBEDDINGS_URL: server.url,
  EMBEDDINGS_MODEL: 'code-embed',
  EMBEDDINGS_KEY: key,
  EMBEDDINGS_PRICE: '20',
  ...more,
});
beforeAll(async () => {
  [git, data, server] = await Promise.all([createGitRepository(files), makeDataDir(), startEmbeddingsServer({ key })]);
  service = await startService(data.path, environment());
});
afterAll(async () => {
  await service.kill();
  await server[Symbol.asyncDispose]();
  await data.remove();
  await git.cleanup();
});

describe('a service that embeds', () => {
  it('does it in the place of the built-in embedder, waits when it is asked to, and is paid by the token', async () => {
    await service.api.register('shop', git.path);
    server.calls.length = 0;
    server.instead.push((_, response) => problem(response, 429, 'slow down', 'rate_limit', { 'retry-after': '1' }));
    const job = await service.api.synced('shop');
    expect(job.status).toBe('completed');
    expect(server.calls).toHaveLength(2);
    expect(server.calls[1]?.body.input).toEqual(
      Object.values(files).map((text) => expect.stringContaining(text.trim())),
    );
    const tokens = job.used?.tokens ?? 0;
    expect(tokens).toBeGreaterThan(30);
    expect(job.plan?.usd_per_million_tokens).toBe(20);
    expect(job.used?.cost_usd).toBeCloseTo((tokens * 20) / 1_000_000, 5);
    expect(await service.api.found('shop', 'parse config')).toEqual(['parse.ts', 'lock.ts']);
    expect(server.calls.at(-1)?.body.input).toEqual(['parse config']);
  });

  it('holds a sync to what it may cost', async () => {
    await git.write({ 'more.ts': `export const text = '${'many words '.repeat(500)}';\n` });
    await git.commit();
    const job = await service.api.synced('shop', { max_cost: 0.0001 });
    expect(job.error).toMatchObject({ reason: 'over_limit' });
    expect((await service.api.synced('shop')).status).toBe('completed');
  });

  it('that refuses ends the sync with what to change, and the old index stays', async () => {
    await git.write({ 'third.ts': 'export const third = 3;\n' });
    await git.commit();
    server.instead.push((_, response) => problem(response, 401, `Incorrect API key provided: ${key}`));
    const job = await service.api.synced('shop');
    expect(job).toMatchObject({ status: 'failed', error: { code: 'EmbedderRefusedError' } });
    expect(job.error?.message).toMatch(/^the embedding service at 127\.0\.0\.1:\d+ refuses the key \(401\)$/);
    expect(await service.api.found('shop', 'parse config')).toContain('parse.ts');
  });

  it('may be away: a search says to ask again, and the service starts with what it knows of it', async () => {
    const { port } = new URL(server.url);
    await server[Symbol.asyncDispose]();
    const reply = await service.api.search('shop', { q: 'parse config' });
    expect(reply.status).toBe(503);
    expect(reply.headers.get('retry-after')).toBe('10');
    await service.terminate();
    service = await startService(data.path, environment());
    expect((await service.api.call('GET', '/api/repositories/shop/grep?pattern=parseConfig')).status).toBe(200);
    server = await startEmbeddingsServer({ key, dimensions: 32, model: 'wide-embed', port: Number(port) });
  });

  it('with another model makes a new index, and the old one is not searched by it', async () => {
    await service.terminate();
    service = await startService(
      data.path,
      environment({ EMBEDDINGS_MODEL: 'wide-embed', EMBEDDINGS_DIMENSIONS: '16' }),
    );
    const reply = (await service.api.search('shop', { q: 'parse' })) as { status: number; body: unknown };
    expect(reply.status).toBe(409);
    expect((reply.body as Problem).detail).toMatch(/openai:code-embed:64.*openai:wide-embed:16/s);
    const job = await service.api.synced('shop');
    expect(job).toMatchObject({ status: 'completed', mode: 'full' });
    expect(await service.api.found('shop', 'parse config')).toContain('parse.ts');
  });

  it.each([
    [{ EMBEDDINGS_KEY: 'sk-wrong-2222' }, /refuses the key \(401\)/],
    [{ EMBEDDINGS_MODEL: 'absent' }, /does not have the model absent/],
    // Where nothing listens: 47 is no one's.
    [{ EMBEDDINGS_URL: 'http://127.0.0.1:47/v1' }, /127\.0\.0\.1:47 could not be reached.*ECONNREFUSED/],
  ])('that cannot be used is reported at the start, without the key: %j', async (wrong, said) => {
    const fresh = await makeDataDir();
    const set = environment({ EMBEDDINGS_MODEL: 'wide-embed', ...wrong });
    const { code, stdout, stderr } = await runCommand([git.path, '--once'], fresh.path, set);
    await fresh.remove();
    expect(code).toBe(1);
    expect(stderr).toMatch(said);
    expect(stdout + stderr).not.toContain(set.EMBEDDINGS_KEY);
  });

  it('leaves its key in no file', async () => {
    const entries = await readdir(data.path, { recursive: true, withFileTypes: true });
    const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    expect(paths.length).toBeGreaterThan(10);
    for (const path of paths) expect((await readFile(path, 'latin1')).includes(key), path).toBe(false);
  });
});
