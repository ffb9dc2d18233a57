import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createApi } from '../../support/api.ts';
import { createGitRepository } from '../../support/git-repository.ts';
import type { Given } from './given.ts';

const smokeTest = fileURLToPath(new URL('../smoke.ts', import.meta.url));

/** From a user's account to an answer. */
export const frontDoorScenarios = (given: Given) =>
  describe('the front door', () => {
    it('answers who has no token where none is needed, and refuses it elsewhere', async () => {
      const anonymous = createApi(given().url, null);
      expect((await anonymous.call('GET', '/api/health')).status).toBe(200);
      expect((await anonymous.call('GET', '/api/openapi.json')).status).toBe(200);
      expect((await anonymous.call('GET', '/api/repositories')).status).toBe(401);
      expect((await createApi(given().url, 'made-up').call('GET', '/api/repositories')).status).toBe(401);
    });

    it('serves a user as the smoke test of a deployment asks it to', async () => {
      const { outputs, token, sourceOf } = given();
      const git = await createGitRepository({
        'README.md': '# A readme\n\nof the smoke test\n',
        'src/a.ts': 'export const a = 1;\n',
      });
      const options = {
        api: outputs.Address ?? '',
        token: await token('smoke'),
        source: sourceOf(git),
        query: 'smoke test',
      };
      const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
      const child = spawn(process.execPath, [smokeTest, ...flags]);
      const said: string[] = [];
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => said.push(String(bytes)));
      const ended = await new Promise((resolve) => child.once('close', resolve));
      expect({ ended, said: said.join('') }).toEqual({ ended: 0, said: expect.stringContaining('found: README.md') });
    });

    it('lets those register who have the right to', async () => {
      const visitor = await given().as('visitor', { registers: false });
      const source = { url: 'https://git.example.com/anything.git' };
      expect((await visitor.call('POST', '/api/repositories', { source })).status).toBe(403);
      expect((await visitor.call('GET', '/api/repositories')).status).toBe(200);
    });

    it('keeps one user’s repositories from another until they are shared', async () => {
      const { ann, as } = given();
      const bob = await as('bob');
      const git = await createGitRepository({ 'a.ts': 'export const secret = 1;\n' });
      await ann.register('door-private', given().sourceOf(git));
      expect((await bob.call('GET', '/api/repositories/door-private')).status).toBe(404);
      expect((await bob.sync('door-private')).status).toBe(404);
      expect((await ann.call('DELETE', '/api/repositories/door-private')).status).toBe(204);
    });
  });
