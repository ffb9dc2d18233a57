import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { requireGit } from '../../../../adapters/git/require-git.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'git-version-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const saying = async (script: string): Promise<string> => {
  const program = join(root, 'git');
  await writeFile(program, `#!/bin/sh\n${script}\n`);
  await chmod(program, 0o755);
  return program;
};

it('takes the git of this machine', async () => {
  await expect(requireGit()).resolves.toBeUndefined();
});

it.each(['git version 2.37.0', 'git version 3.0.1', 'git version 2.100.0.windows.1'])('takes %s', async (version) => {
  await expect(requireGit(await saying(`echo "${version}"`))).resolves.toBeUndefined();
});

it.each([
  ['echo "git version 2.36.9"', /git 2\.37 or later is needed, and this is git version 2\.36\.9/],
  ['echo "git version 1.99.0"', /2\.37 or later/],
  ['echo hello', /this is hello/],
  ['exit 3', /git does not run/],
])('refuses %s', async (script, message) => {
  await expect(requireGit(await saying(script))).rejects.toThrow(message);
});

it('refuses a machine without git', async () => {
  await expect(requireGit(join(root, 'none'))).rejects.toMatchObject({
    name: 'GitRefusedError',
    message: expect.stringContaining('2.37 or later'),
  });
});
