import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = resolve(import.meta.dirname, '../../..');
const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8');
const packageJson = JSON.parse(await read('package.json')) as {
  readonly version: string;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
};
const dockerfile = await read('Dockerfile');
/** What `npm start -- --help` lists. */
const help = await read('local/cli/start-arguments.ts');

describe('the container', () => {
  it('has the Node that everything is tested with, and starts as npm start does', () => {
    expect(/^ARG NODE=\S+:([\d.]+)-/m.exec(dockerfile)?.[1]).toBe(packageJson.devDependencies.node);
    const entry = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(dockerfile)?.[1] ?? '[]') as string[];
    expect(entry.filter((part) => !part.startsWith('--disable-warning')).join(' ')).toBe(
      packageJson.scripts.start?.replace(/^exec /, ''),
    );
  });

  it('is not root, says where its data is, and is asked how it is', () => {
    expect(dockerfile).toMatch(/^USER 1000:1000$/m);
    expect(dockerfile).toMatch(/^VOLUME \/data$/m);
    expect(dockerfile).toMatch(/^HEALTHCHECK .*\\\n {2}CMD \["node", "deploy\/healthcheck\.mjs"\]$/m);
  });

  it('sets only variables that the service reads, in the compose file and the chart too', async () => {
    const compose = parse(await read('compose.yaml')) as {
      services: Record<string, { environment: Record<string, string> }>;
    };
    const values = parse(await read('deploy/helm/repository-sync/values.yaml')) as {
      environment: Record<string, string>;
    };
    const template = await read('deploy/helm/repository-sync/templates/statefulset.yaml');
    const names = [
      ...(/^ENV (.*)$/m.exec(dockerfile)?.[1] ?? '').split(' ').map((pair) => pair.split('=')[0] ?? ''),
      ...Object.keys(compose.services['repository-sync']?.environment ?? {}),
      ...Object.keys(values.environment),
      ...[...template.matchAll(/- \{ name: ([A-Z_]+),/g)].map(([, name]) => name ?? ''),
    ];
    expect(names.length).toBeGreaterThan(8);
    for (const name of names) if (name !== 'NODE_ENV') expect(help, name).toContain(`\n  ${name} `);
  });

  it('has values for every part of the chart, each another one than its default', async () => {
    const leaves = (value: unknown, path: string): [string, string][] =>
      typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
        ? Object.entries(value).flatMap(([name, each]) => leaves(each, `${path}.${name}`))
        : [[path, JSON.stringify(value)]];
    const [defaults, every] = await Promise.all(
      ['repository-sync/values.yaml', 'every-part.yaml'].map(async (file) =>
        leaves(parse(await read(`deploy/helm/${file}`)), ''),
      ),
    );
    expect(defaults?.length).toBeGreaterThan(25);
    for (const [path, value] of defaults ?? []) {
      const set = every?.filter(([name]) => name === path || name.startsWith(`${path}.`)) ?? [];
      expect(set.length, path).toBeGreaterThan(0);
      expect(set, path).not.toContainEqual([path, value]);
    }
  });

  it.each(['Chart.yaml'])('is of this version, by the chart’s %s', async (file) => {
    const chart = parse(await read(`deploy/helm/repository-sync/${file}`)) as { appVersion: string };
    expect(chart.appVersion).toBe(packageJson.version);
  });
});

describe('the health check', () => {
  const check = (port: number): Promise<number> =>
    new Promise((done) => {
      const child = execFile(process.execPath, [join(root, 'deploy/healthcheck.mjs')], { env: { PORT: String(port) } });
      child.once('exit', (code) => done(code ?? -1));
    });
  const serving = async (status: number, act: (port: number) => Promise<void>): Promise<void> => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      response.writeHead(status).end();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    await act((server.address() as AddressInfo).port);
    await new Promise((done) => server.close(done));
    expect(asked).toEqual(['/api/health']);
  };

  it.each([
    [200, 0],
    [503, 1],
  ])('where the service answers %d ends with %d', async (status, code) => {
    await serving(status, async (port) => expect(await check(port)).toBe(code));
  });

  it('where no one answers ends with 1', async () => {
    expect(await check(1)).toBe(1);
  });
});
