import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { vi } from 'vitest';

/** Puts a `git` before the real one that writes down what we call it for (git does not call itself through it). Undone by `vi.unstubAllEnvs`. */
export const logGitCommands = async (directory: string): Promise<() => Promise<string[]>> => {
  const bin = join(directory, 'bin');
  const log = join(directory, 'git.log');
  const path = process.env.PATH ?? '/usr/bin:/bin';
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, 'git'), `#!/bin/sh\necho "$*" >> '${log}'\nPATH='${path}' exec git "$@"\n`);
  await chmod(join(bin, 'git'), 0o755);
  vi.stubEnv('PATH', `${bin}:${path}`);
  return async () => {
    const lines = await readFile(log, 'utf8').catch(() => '');
    await rm(log, { force: true });
    const commands = lines.split('\n').filter((line) => line !== '');
    return commands.map((line) => line.split(' ')[0] as string);
  };
};
