import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JobAnswer } from '../../core/contract/api.ts';
import type { Snapshot } from '../../core/contract/snapshot.ts';
import { SourceUnavailableError } from '../../core/domain/errors.ts';
import { type Api, fieldsOf } from '../support/api.ts';
import { createGitRepository, type GitRepository } from '../support/git-repository.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';
import { useWorld } from '../support/use-world.ts';

/** What a test does before another service is asked for something. */
let before: (path: string, url: string) => Promise<unknown> = async () => undefined;
const asked: string[] = [];

const world = useWorld({
  decorate: (runtime) => ({
    ...runtime,
    // Many pages of few files.
    settings: { ...runtime.settings, pageBounds: { least: 1, oneIn: 2, most: 4 } },
    snapshotSource: {
      get: async (address, path, signal) => {
        await before(path, address.url);
        asked.push(path);
        return runtime.snapshotSource.get(address, path, signal);
      },
    },
  }),
});
afterEach(() => {
  before = async () => undefined;
  asked.length = 0;
});
let exporter: ServiceProcess;
let exporterDir: string;
let git: GitRepository;

const files: Record<string, string | Uint8Array> = {
  'src/lock.ts': 'export const claim = async (lock: Lock) => {\n  return lock.take();\n};\n',
  'src/copy.ts': 'export const claim = async (lock: Lock) => {\n  return lock.take();\n};\n',
  'src/retry.py': 'def retry_with_backoff(call, tries):\n    """Waits longer each time."""\n    return call(tries)\n',
  'docs/read.md': '# The lock\n\nWho claims it holds it until its job has ended.\n',
  'logo.png': new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 0, 0]),
  'empty.ts': '',
  'package-lock.json': '{}\n',
  'crlf.txt': 'one\r\ntwo\r\n',
  'latin.txt': Buffer.from('Gr\xfc\xdfe aus K\xf6ln, sch\xf6ne Stra\xdfen und B\xe4ume\n'.repeat(5), 'latin1'),
  '.gitattributes': '*.gen.ts linguist-generated\n',
  'a.gen.ts': 'export const generated = 1;\n',
};
for (let n = 0; n < 40; n++)
  files[`many/file${n}.ts`] =
    `/** Number ${n}. */\nexport const value${n} = (input: number): number => {\n  return input * ${n};\n};\n`.repeat(
      20,
    );

beforeAll(async () => {
  git = await createGitRepository(files);
  exporterDir = await mkdtemp(join(tmpdir(), 'test-exporter-'));
  exporter = await startService(exporterDir);
  await exporter.api.register('first', git.path);
  expect(await exporter.api.synced('first')).toMatchObject({ status: 'completed' });
});
afterAll(async () => {
  await exporter?.terminate();
  if (exporterDir !== undefined) await rm(exporterDir, { recursive: true, force: true });
  await git?.cleanup();
});

const addressOf = (id: string) => `${exporter.url}/api/repositories/${id}`;
const trust = async (bounds: object = {}): Promise<void> => {
  const { host } = new URL(exporter.url);
  const first = { token: exporter.token, users: '*', hosts: [host], prefixes: [exporter.url], ...bounds };
  await writeFile(join(world.dataDir, 'credentials.json'), JSON.stringify({ first }), { mode: 0o600 });
};
const imports = async (id: string, body: object = {}, api: Api = world.api) =>
  api.call<JobAnswer>('POST', `/api/repositories/${id}/import`, {
    from: addressOf('first'),
    credential: 'first',
    ...body,
  });
const imported = async (id: string, body: object = {}): Promise<JobAnswer> => {
  const accepted = await imports(id, body);
  expect(accepted).toMatchObject({ status: 202 });
  return world.api.ended(accepted.body.job_id);
};

describe('a second service that imports an index', () => {
  it('answers as the first does, and its next sync reads what has changed since', async () => {
    await trust();
    await world.api.register('second', git.path);
    const job = await imported('second');
    expect(job).toMatchObject({
      status: 'completed',
      mode: 'full',
      mode_reason: 'imported',
      progress: { percentage: 100, files_processed: Object.keys(files).length, files_total: Object.keys(files).length },
      counts: { chunks_embedded: 0, failed: 0 },
      source: { url: addressOf('first'), remote: null },
    });
    expect(job.counts?.chunks_reused).toBeGreaterThan(40);
    const ours = await world.api.repository('second');
    const theirs = await exporter.api.repository('first');
    const plain = ({ index }: typeof ours) =>
      index.branches.map(({ name, commit, files, chunks }) => ({ name, commit, files, chunks }));
    expect(plain(ours)).toEqual(plain(theirs));
    expect(ours.default_branch).toBe(theirs.default_branch);

    for (const q of ['claim lock', 'retry with backoff', 'value7', 'schöne Straßen', 'many numbers input'])
      expect((await world.api.search('second', { q, limit: '30' })).body.results, q).toEqual(
        (await exporter.api.search('first', { q, limit: '30' })).body.results,
      );
    for (const path of [
      'grep?pattern=claim',
      'grep?pattern=value1&limit=100',
      'files',
      'files?path=src',
      'files/crlf.txt',
      'files/latin.txt',
    ]) {
      const [here, there] = await Promise.all([
        world.api.call<object>('GET', `/api/repositories/second/${path}`),
        exporter.api.call<object>('GET', `/api/repositories/first/${path}`),
      ]);
      expect(here.status, path).toBe(200);
      expect(withoutTimes(here.body), path).toEqual(withoutTimes(there.body));
    }

    await git.write({ 'src/lock.ts': 'export const claim = async () => "zebra";\n' });
    await git.commit('change');
    expect(await world.api.synced('second')).toMatchObject({
      status: 'completed',
      mode: 'incremental',
      progress: { files_total: 1 },
      counts: { chunks_embedded: 1 },
    });
    expect((await world.api.found('second', 'zebra'))[0]).toBe('src/lock.ts');
    expect(await world.api.synced('second')).toMatchObject({ status: 'completed', progress: { files_total: 0 } });
  });

  it('takes each branch once, in whatever order they are named, and the other’s default branch as its own', async () => {
    await trust();
    const two = await createGitRepository({ 'a.ts': 'export const a = 1;\n' });
    try {
      await two.git('branch', 'dev');
      await two.write({ 'b.ts': 'export const b = 1;\n' });
      await two.commit('second');
      await exporter.api.register('two', two.path);
      await exporter.api.synced('two', { branches: ['current', 'dev'] });
      const [main, dev] = [await two.git('rev-parse', 'main'), await two.git('rev-parse', 'dev')];
      await world.api.register('two', two.path);
      const job = await imported('two', {
        from: addressOf('two'),
        branches: ['dev', 'main', 'current', 'main', 'dev'],
      });
      expect(job).toMatchObject({
        status: 'completed',
        progress: { files_total: 3 },
        counts: { added: 3, indexed: 3 },
      });
      expect(job.branches.map(({ name, commit }) => [name, commit])).toEqual([
        ['main', main.trim()],
        ['dev', dev.trim()],
      ]);
      expect((await world.api.repository('two')).default_branch).toBe('main');
    } finally {
      await two.cleanup();
    }
  });
});

const ownAddress = (id: string) => `${world.server.url}/api/repositories/${id}`;
const trustOwn = async (): Promise<void> => {
  const { url, token } = world.server;
  const own = { token, users: '*', hosts: [new URL(url).host], prefixes: [url] };
  const wrong = { ...own, token: 'of-another-service' };
  await writeFile(join(world.dataDir, 'credentials.json'), JSON.stringify({ own, wrong }), { mode: 0o600 });
};
const own = (from: string) => ({ from: ownAddress(from), credential: 'own' });

const snapshotOf = async (id: string): Promise<Snapshot> =>
  (await world.api.call<Snapshot>('GET', `/api/repositories/${id}/snapshot`)).body;
/** The question with which half of the pages of blobs are asked for. */
const middleOf = async (id: string): Promise<number> => {
  const { file_pages, blob_pages } = await snapshotOf(id);
  return 1 + file_pages.length + Math.floor(blob_pages.length / 2);
};

describe('an import from this service itself', () => {
  beforeAll(async () => {
    await trustOwn();
    await world.api.register('source', git.path);
    await world.api.synced('source');
  });

  it('continues behind the last page that it has put, after a step that was cut', async () => {
    await world.api.register('cut', git.path);
    const middle = await middleOf('source');
    let gets = 0;
    before = async () => {
      gets += 1;
      if (gets === middle) {
        before = async () => undefined;
        throw new SourceUnavailableError('the cable was cut', { reason: 'connection_cut' });
      }
    };
    expect(await imported('cut', own('source'))).toMatchObject({ status: 'completed', counts: { chunks_embedded: 0 } });
    const read = asked.filter((path) => path.includes('/snapshot/'));
    const again = read.length - new Set(read).size;
    // The list of files, and what was under way.
    const { file_pages } = await snapshotOf('source');
    expect(again).toBeGreaterThanOrEqual(file_pages.length);
    expect(again).toBeLessThanOrEqual(file_pages.length + 6);
    expect(await world.api.found('cut', 'value7')).toEqual(await world.api.found('source', 'value7'));
  });

  it('takes a file over whose rows fill more than one answer', async () => {
    const text = Array.from(
      { length: 15_500 },
      (_, n) => `export const number${n} = (input: number) => input * ${n} + ${n % 7};`,
    );
    await world.registered('large', { 'big.ts': `${text.join('\n')}\n`, 'small.ts': 'export const small = 1;\n' });
    await world.api.synced('large');
    await world.registered('large-too', {});
    expect(await imported('large-too', own('large'))).toMatchObject({ status: 'completed' });
    expect(asked.filter((path) => path.includes('from='))).not.toEqual([]);
    for (const q of ['number8999', 'small', 'number4321 input'])
      expect((await world.api.search('large-too', { q })).body.results).toEqual(
        (await world.api.search('large', { q })).body.results,
      );
    const [here, there] = await Promise.all(
      ['large-too', 'large'].map((id) =>
        world.api.call<{ text: string }>('GET', `/api/repositories/${id}/files/big.ts`),
      ),
    );
    expect(here?.body.text).toBe(there?.body.text);
  });

  it('looks again where the branch moves meanwhile, and publishes what it found last', async () => {
    const moving = await world.registered('moving', files as Record<string, string>);
    await world.api.synced('moving');
    await world.api.register('follower', moving.path);
    const { file_pages } = await snapshotOf('moving');
    let gets = 0;
    before = async () => {
      gets += 1;
      // Behind the first page of blobs.
      if (gets !== file_pages.length + 3) return;
      const changes = Array.from({ length: 40 }, (_, n) => [`many/file${n}.ts`, `export const tapir${n} = ${n};\n`]);
      await moving.write({ ...Object.fromEntries(changes), 'src/new.ts': 'export const okapi = 1;\n' });
      await moving.commit('meanwhile');
      expect(await world.api.synced('moving')).toMatchObject({ status: 'completed' });
    };
    expect(await imported('follower', own('moving'))).toMatchObject({ status: 'completed' });
    const [ours] = (await world.api.repository('follower')).index.branches;
    expect(ours?.commit).toBe((await world.api.repository('moving')).index.branches[0]?.commit);
    expect((await world.api.found('follower', 'okapi'))[0]).toBe('src/new.ts');
    expect((await world.api.found('follower', 'tapir3'))[0]).toBe('many/file3.ts');
    expect(asked.filter((path) => /snapshot\?|snapshot$/.test(path))).toHaveLength(2);
    // Rows of pages that no branch has go with the next job.
    expect(await world.api.synced('follower')).toMatchObject({ status: 'completed', progress: { files_total: 0 } });
  });

  it('leaves the index as it was when it is cancelled, and nothing behind', async () => {
    await world.api.register('kept', git.path);
    await world.api.synced('kept');
    const found = await world.api.found('kept', 'value7');
    const generations = () => readdir(join(world.dataDir, 'index', 'kept')).catch(() => []);
    const reached = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const middle = await middleOf('source');
    let gets = 0;
    before = async () => {
      gets += 1;
      if (gets === middle) reached.resolve();
      if (gets >= middle) await held.promise;
    };
    const { job_id } = (await imports('kept', own('source'))).body;
    await reached.promise;
    expect(await world.api.job(job_id)).toMatchObject({ status: 'running', progress: { phase: 'import' } });
    const refused = await imports('kept', own('source'));
    expect([refused.status, refused.body.job_id]).toEqual([409, job_id]);
    expect((await world.api.sync('kept')).status).toBe(409);
    expect((await world.api.call('POST', `/api/jobs/${job_id}/cancel`)).status).toBe(202);
    held.resolve();
    expect((await world.api.repository('kept')).status).toBe('idle');
    expect(await world.api.found('kept', 'value7')).toEqual(found);
    await world.api.synced('kept');
    expect(await generations()).toEqual(['g1.lance']);
    expect(await world.api.found('kept', 'value7')).toEqual(found);
  });

  it('is refused by a name where it may not be', async () => {
    await world.api.register('mine', git.path);
    const { url } = world.server;
    for (const [body, field] of [
      [{ from: '/srv/repositories/repo-1' }, 'from'],
      [{ from: 'http://192.0.2.1/api/repositories/source' }, 'from'],
      [{ from: `${url}/somewhere` }, 'from'],
      [{ from: `${ownAddress('source')}?a=b` }, 'from'],
      [{ from: 'https://user:pass@example.com/api/repositories/source' }, 'from'],
      [{ ...own('source'), credential: 'unknown' }, 'credential'],
      [{ from: 'https://example.com/api/repositories/source', credential: 'own' }, 'credential'],
      [{ ...own('source'), branches: ['-x'] }, 'branches.0'],
    ] as const) {
      const { status, body: problem } = await imports('mine', body);
      expect([status, fieldsOf(problem as never)], JSON.stringify(body)).toEqual([400, [field]]);
    }
    await world.api.call('PUT', '/api/repositories/mine/grants/bob', { role: 'write' });
    const bob = world.as('bob');
    expect((await imports('mine', own('source'), bob)).status).toBe(403);
    expect((await imports('source', own('mine'), bob)).status).toBe(404);
    expect((await bob.call('GET', '/api/repositories/source/snapshot')).status).toBe(404);
    expect((await bob.call('GET', '/api/repositories/mine/snapshot')).status).toBe(404);
    await world.api.call('PUT', '/api/repositories/source/grants/bob', { role: 'read' });
    const snapshot = await bob.call<Snapshot>('GET', '/api/repositories/source/snapshot');
    expect(snapshot).toMatchObject({ status: 200, body: { form: 1, branch: 'main' } });
    const page = snapshot.body.blob_pages[0]?.page;
    expect((await bob.call('GET', `/api/repositories/source/snapshot/${page}`)).status).toBe(200);
    expect((await bob.call('GET', `/api/repositories/mine/snapshot/${page}`)).status).toBe(404);
    expect((await bob.call('GET', `/api/repositories/source/snapshot/${'0'.repeat(32)}`)).status).toBe(410);
  });

  it('tells why it failed, and keeps the index', async () => {
    await world.api.register('failing', git.path);
    await world.api.synced('failing');
    for (const [body, error] of [
      [
        { ...own('source'), credential: 'wrong' },
        { code: 'SourceNotFoundError', reason: 'credentials_refused' },
      ],
      [
        { ...own('source'), credential: undefined },
        { code: 'SourceNotFoundError', reason: 'credentials_needed' },
      ],
      [own('no-such-one'), { code: 'BranchNotFoundError', reason: 'branch_missing' }],
      [
        { ...own('source'), branches: ['dev'] },
        { code: 'BranchNotFoundError', reason: 'branch_missing' },
      ],
    ] as const)
      expect(await imported('failing', body)).toMatchObject({ status: 'failed', error });
    expect(await world.api.found('failing', 'value7')).toEqual(await world.api.found('source', 'value7'));
  });
});

const withoutTimes = (body: object) =>
  JSON.parse(JSON.stringify(body), (name, value) =>
    ['indexed_at', 'source_seen_at', 'source_commit', 'behind', 'repository_id'].includes(name) ? undefined : value,
  );
