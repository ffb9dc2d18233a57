import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { objectFailure, sourceFailure } from '../../../../adapters/git/git-failure.ts';
import { GitExitError, runGit } from '../../../../adapters/git/git-process.ts';

it('does not tell where the service was working', async () => {
  const words = "fatal: unable to create '/tmp/deep/repo-sync-git-42-abc/objects/pack/x.lock': Is a directory";
  const error = new GitExitError(128, null, `remote: /tmp/secret\n${words}\n`);
  const where = { label: 'https://h/r', path: null, authorized: false };
  for (const failure of [await sourceFailure(error, where), objectFailure(error, 'https://h/r')])
    expect((failure as Error).message).toMatch(/unable to create '\(a temporary directory\)': Is a directory: /);
});

it.each([
  ['by itself', {}],
  ['by a shell that tells its number', { script: 'git "$@"; exit $?' }],
])('is tried again where git, started %s, was ended from outside', async (_, how) => {
  const env = { PATH: process.env.PATH ?? '', HOME: tmpdir() };
  const command = { args: ['-c', 'alias.x=!kill -9 $PPID', 'x'], ...how, env, cwd: tmpdir(), timeoutMs: 10_000 };
  const error: unknown = await runGit(command).catch((failure: unknown) => failure);
  expect(error).toMatchObject({ name: 'GitExitError', fromOutside: true });
  const where = { label: 'https://h/r', path: null, authorized: false };
  for (const failure of [await sourceFailure(error, where), objectFailure(error, 'https://h/r')])
    expect(failure).toMatchObject({ name: 'SourceUnavailableError', reason: 'git_killed' });
});

it('is not where git itself has failed', async () => {
  for (const code of [1, 128, 129])
    expect(objectFailure(new GitExitError(code, null, 'fatal: bad object'), 'https://h/r')).toMatchObject({
      reason: 'objects_damaged',
    });
  expect(objectFailure(new GitExitError(null, 'SIGSEGV', ''), 'https://h/r')).toMatchObject({
    reason: 'objects_damaged',
  });
});
