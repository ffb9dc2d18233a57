import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import type * as client from '../../../client/src/client.ts';
import { calls } from '../../../client/src/operations.ts';
import type * as api from '../../../core/contract/api.ts';
import { buildOpenApi } from '../../../core/contract/openapi/openapi.ts';
import { routes } from '../../../core/contract/routes.ts';
import type { SyncOptions } from '../../../core/contract/sync-options.ts';
import { clientOperations, clientTypes } from '../../../local/cli/client-types.ts';

interface Answers {
  readonly 'get-repository': api.RepositoryAnswer;
  readonly 'list-jobs': api.JobList;
  readonly search: api.SearchAnswer;
  readonly 'get-health': api.HealthAnswer;
  readonly 'list-branches': api.BranchList;
  readonly 'list-job-files': api.JobFileList;
}

const root = resolve(import.meta.dirname, '../../..');
const run = promisify(execFile);

describe('the client', () => {
  it('has the types that the contract makes (npm run docs:api)', async () => {
    const document = buildOpenApi();
    expect(await readFile(join(root, 'client/src/api-types.ts'), 'utf8')).toBe(clientTypes(document));
    expect(await readFile(join(root, 'client/src/operations.ts'), 'utf8')).toBe(clientOperations(document));
  });

  it('makes every call of the routes, and no other', () => {
    expect(Object.entries(calls).map(([name, { method, path }]) => `${name} ${method} ${path}`)).toEqual(
      Object.values(
        Map.groupBy(routes, ({ path }) => path)
          .values()
          .toArray(),
      )
        .flat()
        .map(({ operation, method, path }) => `${operation} ${method} ${path.replace('+}', '}')}`),
    );
  });

  it('takes what the service takes, and answers what it answers', () => {
    // The compiler checks these (npm run check:types): the service's own types are the client's.
    const answers: {
      [N in 'get-repository' | 'list-jobs' | 'search' | 'get-health' | 'list-branches' | 'list-job-files']: (
        value: Answers[N],
      ) => client.Operations[N]['answer'];
    } & { job: (value: api.JobAnswer) => client.Job } = {
      'get-repository': (value) => value,
      'list-jobs': (value) => value,
      search: (value) => value,
      'get-health': (value) => value,
      'list-branches': (value) => value,
      'list-job-files': (value) => value,
      job: (value) => value,
    };
    expect(Object.keys(answers)).toHaveLength(7);
    expectTypeOf<client.Job['status']>().toEqualTypeOf<api.JobAnswer['status']>();
    expectTypeOf<keyof client.Job>().toEqualTypeOf<keyof api.JobAnswer>();
    expectTypeOf<keyof client.Repository>().toEqualTypeOf<keyof api.RepositoryAnswer>();
    expectTypeOf<keyof client.SyncOptions>().toEqualTypeOf<keyof z.input<typeof SyncOptions>>();
    expectTypeOf<keyof client.NewRepository>().toEqualTypeOf<keyof z.input<typeof api.CreateRepository>>();
  });

  it('says once what a type shares with another: all of its members, or none', () => {
    const { components, ...document } = buildOpenApi();
    const text = { type: 'string' };
    const small = { type: 'object', properties: { a: text, b: text, c: text, d: text }, required: ['a'] };
    const more = { ...small, properties: { ...small.properties, e: text } };
    const typesOf = (schemas: typeof components.schemas) =>
      clientTypes({ ...document, components: { ...components, schemas } });
    expect(typesOf({ Small: small, More: more })).toContain('type More = Small & {\n  readonly "e"?:');
    expect(typesOf({ Small: small, More: { ...more, required: [] } })).not.toContain('Small &');
    const other = { ...more, properties: { ...more.properties, a: { type: 'number' } } };
    expect(typesOf({ Small: small, More: other })).not.toContain('Small &');
  });

  it('refuses to leave out what a schema says and a type cannot tell', () => {
    const document = buildOpenApi();
    const odd = { ...document, components: { ...document.components, schemas: { Odd: { allOf: [] } } } };
    expect(() => clientTypes(odd)).toThrow('no type for the keyword allOf');
  });
});

it('is a package that works where nothing else of this project is', async () => {
  const home = await mkdtemp(join(tmpdir(), 'test-client-'));
  try {
    await cp(join(root, 'client'), join(home, 'client'), { recursive: true });
    await rm(join(home, 'client/dist'), { recursive: true, force: true });
    await cp(join(root, 'node_modules/eventsource-parser'), join(home, 'node_modules/eventsource-parser'), {
      recursive: true,
    });
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    await run(process.execPath, [
      tsc,
      '-p',
      join(home, 'client/tsconfig.json'),
      '--typeRoots',
      join(root, 'node_modules/@types'),
    ]);
    // What `npm publish` would send: no source, no test.
    const { stdout: packed } = await run('npm', ['pack', '--json', '--dry-run', '--ignore-scripts'], {
      cwd: join(home, 'client'),
    });
    const files = (JSON.parse(packed) as [{ files: { path: string }[] }])[0].files.map(({ path }) => path).sort();
    expect(files).toEqual(
      [
        'README.md',
        ...[
          'api-types',
          'client',
          'errors',
          'follow-job',
          'found-no-branch',
          'operations',
          'path-part',
          'request',
          'sync-under-way',
        ].flatMap((name) => [`dist/${name}.d.ts`, `dist/${name}.js`]),
        'package.json',
      ].sort(),
    );
    const installed = join(home, 'node_modules/@repository-sync/client');
    await mkdir(installed, { recursive: true });
    for (const file of files) await cp(join(home, 'client', file), join(installed, file));
    await writeFile(join(home, 'package.json'), '{"type":"module"}');
    await writeFile(
      join(home, 'use.ts'),
      `import { createClient, type Job, UnreachableError } from '@repository-sync/client';
const client = createClient({ url: 'http://127.0.0.1:2', retries: { times: 0 } });
const status = (job: Job): 'completed' | 'running' | null => (job.status === 'completed' || job.status === 'running' ? job.status : null);
try { console.log(status(await client.ended('sync-1'))); } catch (error) { console.log(error instanceof UnreachableError); }
// @ts-expect-error: there is no such call.
client.call('list-nothing').catch(() => undefined);
// @ts-expect-error: it needs to know which repository.
client.call('get-repository').catch(() => undefined);
process.exit();
`,
    );
    const options = [
      '--ignoreConfig',
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2024',
      '--types',
      'node',
      '--skipLibCheck',
    ];
    await run(process.execPath, [
      tsc,
      ...options,
      '--typeRoots',
      join(root, 'node_modules/@types'),
      join(home, 'use.ts'),
    ]);
    await writeFile(
      join(home, 'first.mjs'),
      "import { createClient } from '@repository-sync/client';\ntry { await createClient({ url: 'http://127.0.0.1:2', retries: { times: 0 } }).call('get-health'); } catch (error) { console.log(error.name); }\n",
    );
    const { stdout } = await run(process.execPath, [join(home, 'first.mjs')]);
    expect(stdout).toBe('UnreachableError\n');
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});
