import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApi } from '../support/api.ts';
import { createGitRepository } from '../support/git-repository.ts';
import { type Cloud, openCloud } from './cloud.ts';

let cloud: Cloud;
beforeAll(async () => {
  cloud = await openCloud();
});
afterAll(() => cloud?.[Symbol.asyncDispose]());

it('answers who has no token where none is needed, and refuses it elsewhere', async () => {
  const anonymous = createApi(cloud.url, null);
  expect((await anonymous.call('GET', '/api/health')).status).toBe(200);
  expect((await anonymous.call('GET', '/api/repositories')).status).toBe(401);
  const wrong = createApi(cloud.url, 'no-token-at-all');
  expect((await wrong.call('GET', '/api/repositories')).status).toBe(401);
});

it('serves a user as the smoke test of a deployment asks it to', async () => {
  const git = await createGitRepository({
    'README.md': '# A readme\n\nof the smoke test\n',
    'src/a.ts': 'export const a = 1;\n',
  });
  const script = fileURLToPath(new URL('smoke.ts', import.meta.url));
  const options = {
    api: cloud.outputs.Address,
    token: await cloud.token('smoke'),
    source: cloud.sourceOf(git),
    query: 'smoke test',
  };
  const child = spawn(process.execPath, [
    script,
    ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value ?? '']),
  ]);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes) => {
      said += bytes;
    });
  const code = await new Promise((resolve) => child.once('close', resolve));
  console.log(said);
  expect({ code, said }).toMatchObject({ code: 0, said: expect.stringContaining('found: README.md') });
});
