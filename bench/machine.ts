import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, release, totalmem, type } from 'node:os';
import type { Machine } from './figures.ts';

/** What the figures were measured on. `directory` is where the data was. */
export const describeThisMachine = (directory: string): Machine => ({
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  cores: availableParallelism(),
  memory_gib: Math.round(totalmem() / 2 ** 30),
  node: process.versions.node,
  git: /[\d.]+/.exec(execFileSync('git', ['--version'], { encoding: 'utf8' }))?.[0] ?? 'unknown',
  system: `${type()} ${release().replace(/-.*/, '')} ${arch()}`,
  file_system: fileSystemOf(directory, readMounts()),
});

const readMounts = (): string => {
  try {
    return readFileSync('/proc/mounts', 'utf8');
  } catch {
    return '';
  }
};

/** The type of the file system that a directory is on, by the longest mount point above it. */
export const fileSystemOf = (directory: string, mounts: string): string => {
  const found = mounts
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, point = '-']) => directory === point || directory.startsWith(point === '/' ? point : `${point}/`))
    .sort(([, a = ''], [, b = '']) => b.length - a.length)[0];
  return found?.[2] ?? 'unknown file system';
};

/** The commit of the checkout at `root`; `+` after it when files differ from it. */
export const describeCommit = (root: string): string => {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '+'}`;
  } catch {
    return 'unknown';
  }
};
