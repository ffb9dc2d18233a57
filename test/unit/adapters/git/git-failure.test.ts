import { expect, it } from 'vitest';
import { objectFailure, sourceFailure } from '../../../../adapters/git/git-failure.ts';
import { GitExitError } from '../../../../adapters/git/git-process.ts';

it('does not tell where the service was working', async () => {
  const words = "fatal: unable to create '/tmp/deep/repo-sync-git-42-abc/objects/pack/x.lock': Is a directory";
  const error = new GitExitError(128, null, `remote: /tmp/secret\n${words}\n`);
  const where = { label: 'https://h/r', path: null, authorized: false };
  for (const failure of [await sourceFailure(error, where), objectFailure(error, 'https://h/r')])
    expect((failure as Error).message).toMatch(/unable to create '\(a temporary directory\)': Is a directory: /);
});
