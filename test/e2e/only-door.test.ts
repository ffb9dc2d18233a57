import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGitRepository, type GitRepository } from '../support/git-repository.ts';
import { makeDataDir, type ServiceProcess, startService } from '../support/service-process.ts';
import { listeners, processTree } from '../support/sockets.ts';

let dataDir: Awaited<ReturnType<typeof makeDataDir>>;
let service: ServiceProcess;
let git: GitRepository;
beforeAll(async () => {
  dataDir = await makeDataDir();
  service = await startService(dataDir.path);
  git = await createGitRepository({ 'a.ts': 'export const a = "axolotl";\n' });
  await service.api.register('door', git.path);
  await service.api.synced('door');
});
afterAll(async () => {
  await service?.kill();
  await dataDir?.remove();
  await git?.cleanup();
});

/** What listens: at addresses, and on sockets of the file system. */
const doors = async (pids: readonly number[]) => {
  const all = await listeners(pids);
  const unix = 'unix:';
  return {
    ports: all.filter((each) => !each.startsWith(unix)),
    sockets: all.flatMap((each) => (each.startsWith(unix) ? [each.slice(unix.length)] : [])),
  };
};

describe('the service on one machine', () => {
  it.skipIf(process.platform !== 'linux')(
    'listens on the API’s port alone; what else listens is reached by its own user only, while it works and before',
    async () => {
      const port = Number(new URL(service.url).port);
      await git.write({ 'b.ts': 'export const b = "bison";\n' });
      await git.commit('more');
      const synced = service.api.synced('door');
      for (let look = 0; look < 20; look++) {
        const pids = await processTree(service.child.pid as number);
        const { ports, sockets } = await doors(pids);
        expect(ports).toEqual([`tcp:${port}`]);
        for (const socket of sockets) expect((await stat(dirname(socket))).mode & 0o777, socket).toBe(0o700);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      await synced;
    },
  );

  it('answers a request of DynamoDB’s as any that it does not know', async () => {
    const asked = await fetch(service.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'DynamoDB_20120810.Scan', 'content-type': 'application/x-amz-json-1.0' },
      body: JSON.stringify({ TableName: 'repositories' }),
    });
    expect(asked.status).toBe(404);
    expect(asked.headers.get('access-control-allow-origin')).toBeNull();
    expect(await asked.text()).not.toContain('repository_id');
  });
});

describe.skipIf(process.getuid?.() !== 0)('another user of the machine (tested as root, who can become one)', () => {
  /** Reads as nobody would. */
  const read = (path: string) =>
    promisify(execFile)('cat', [path], { uid: 65534, gid: 65534, cwd: '/' }).then(
      () => 'read',
      (error: Error & { stderr?: string }) => String(error.stderr),
    );

  it('cannot read the database, not even where the folders let everyone in', async () => {
    const folder = join(dataDir.path, 'dynamodb');
    const files = await readdir(folder);
    expect(files).toContain('items.sqlite');
    expect(files).toContain('items.sqlite-wal');
    for (const file of files) expect(await read(join(folder, file))).toContain('Permission denied');
    await chmod(dataDir.path, 0o755);
    await chmod(folder, 0o755);
    for (const file of files) expect(await read(join(folder, file))).toContain('Permission denied');
    await chmod(folder, 0o700);
    await chmod(dataDir.path, 0o700);
  });

  it.skipIf(process.platform !== 'linux')('cannot ask the process that starts programs', async () => {
    const { sockets } = await doors(await processTree(service.child.pid as number));
    expect(sockets).toHaveLength(1);
    const ask = `require('node:net').connect(process.argv[1]).on('connect', () => process.exit()).on('error', ({ code }) => { console.log(code); process.exit(1); })`;
    const asAnyone = (options: { uid?: number; gid?: number }) =>
      promisify(execFile)(process.execPath, ['-e', ask, ...sockets], { ...options, cwd: '/' }).then(
        () => 'connected',
        (error: Error & { stdout?: string }) => error.stdout?.trim(),
      );
    expect(await asAnyone({})).toBe('connected');
    await chmod(dataDir.path, 0o755);
    await chmod(join(dataDir.path, 'tmp'), 0o755);
    expect(await asAnyone({ uid: 65534, gid: 65534 })).toBe('EACCES');
    await chmod(join(dataDir.path, 'tmp'), 0o700);
    await chmod(dataDir.path, 0o700);
  });
});

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium'];
const executablePath = [process.env.CHROMIUM ?? '', ...places].find((place) => place !== '' && existsSync(place));
const required = process.env.CI_CHROMIUM === 'required';

describe.skipIf(executablePath === undefined && !required)('a page of another origin in a browser', () => {
  let page: Server;
  let profile: string;
  beforeAll(async () => {
    page = createServer((_, response) => void response.setHeader('content-type', 'text/html').end('<title>x</title>'));
    await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
    profile = await mkdtemp(join(tmpdir(), 'test-chromium-'));
  });
  afterAll(async () => {
    page.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  });

  it.skipIf(process.platform !== 'linux')(
    'reaches none of the process’s ports: no answer of any is readable, and no repository gets an owner by it',
    async () => {
      const browser = await chromium.launchPersistentContext(profile, {
        ...(executablePath === undefined ? {} : { executablePath }),
        args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
      });
      try {
        const before = await service.api.repository('door');
        const tab = await browser.newPage();
        await tab.goto(`http://127.0.0.1:${(page.address() as AddressInfo).port}/`);
        const pids = await processTree(service.child.pid as number);
        const ports = (await doors(pids)).ports.map((each) => Number(each.split(':')[1]));
        expect(ports).toHaveLength(1);
        // What made an owner of any page before: the database's own requests, sent as a page can send them.
        const put = {
          TableName: 'repositories',
          Item: { repository_id: { S: 'user#eve' }, sk: { S: 'door' } },
        };
        const answers = await tab.evaluate(
          async ([all, body]) => {
            const send = (port: number, options: RequestInit) =>
              fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body, ...options }).then(
                (answer) => answer.type,
                (error: Error) => error.name,
              );
            const target = 'DynamoDB_20120810.PutItem';
            const told: string[] = [];
            for (const port of all) {
              told.push(
                await send(port, { headers: { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.0' } }),
              );
              told.push(await send(port, { mode: 'no-cors' }));
            }
            return told;
          },
          [ports, JSON.stringify(put)] as const,
        );
        // Refused by the browser before it is sent; sent, and its answer is closed to the page.
        expect(answers).toEqual(['TypeError', 'opaque']);
        expect(await service.api.repository('door')).toEqual(before);
      } finally {
        await browser.close();
      }
    },
  );
});
