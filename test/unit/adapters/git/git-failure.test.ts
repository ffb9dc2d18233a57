import { expect, it } from 'vitest';
import { objectFailure, remoteFailure } from '../../../../adapters/git/git-failure.ts';
import { GitExitError } from '../../../../adapters/git/git-process.ts';

it('does not tell where the service was working', () => {
  const words = "fatal: unable to create '/tmp/deep/repo-sync-git-42-abc/objects/pack/x.lock': Read-only file system";
  const error = new GitExitError(128, null, `remote: /tmp/secret\n${words}\n`);
  for (const failure of [remoteFailure(error, 'https://h/r'), objectFailure(error, 'https://h/r')])
    expect((failure as Error).message).toMatch(/unable to create '\(a temporary directory\)': Read-only file system$/);
});
