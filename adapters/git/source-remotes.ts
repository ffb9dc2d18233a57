import { stat } from 'node:fs/promises';
import { devNull } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { failureOf } from '../../core/domain/failure-of.ts';
import { isPathAddress } from '../../core/domain/source-policy.ts';
import type { SourceRemotes } from '../../core/ports/source-remotes.ts';
import { gitEnvironment } from './git-environment.ts';
import { GitExitError, runGit } from './git-process.ts';
import { findCommonDir } from './local-repository.ts';
import { addressOf, type NativeGitSourceOptions } from './native-git-source.ts';

/** A configuration of some remotes has some hundred bytes, one of ten thousand branches a megabyte. */
const MOST_BYTES = 4 * 1024 * 1024;
const TIMEOUT_MILLISECONDS = 10_000;
/** Git's exit code where no setting matches. */
const NOTHING_FOUND = 1;

/** {@link SourceRemotes} by git itself, which reads that one file: no includes, no other configuration, nothing of the repository. */
export const createGitSourceRemotes = (options: NativeGitSourceOptions): SourceRemotes => ({
  async of(folder, owner) {
    const { path } = await addressOf({ url: folder, owner }, options);
    const commonDir = path === null ? null : await findCommonDir(path);
    if (path === null || commonDir === null) return new Map();
    const settings = await readUrls(path, join(commonDir, 'config'));
    const base = basename(path) === '.git' ? dirname(path) : path;
    const remotes = new Map<string, string>();
    // Of several addresses git fetches from the first.
    for (const [name, url] of settings)
      if (!remotes.has(name)) remotes.set(name, isPathAddress(url) ? resolve(base, url) : url);
    return remotes;
  },
});

const readUrls = async (path: string, file: string): Promise<readonly (readonly [name: string, url: string])[]> => {
  const { size } = await stat(file).catch(() => ({ size: 0 }));
  if (size === 0) return [];
  if (size > MOST_BYTES)
    throw failureOf('config_broken', path, { says: `its configuration has more than ${MOST_BYTES} bytes` });
  try {
    const { stdout } = await runGit({
      args: ['config', '--file', file, '--null', '--get-regexp', '^remote\\..*\\.url$'],
      env: gitEnvironment({ home: devNull, gitDir: devNull }, null),
      cwd: dirname(file),
      timeoutMs: TIMEOUT_MILLISECONDS,
    });
    return stdout.toString().split('\0').flatMap(parseSetting);
  } catch (error) {
    if (!(error instanceof GitExitError)) throw error;
    if (error.code === NOTHING_FOUND) return [];
    const words = error.stderr.trim().replaceAll('\n', '; ').slice(0, 500);
    throw failureOf('config_broken', path, { says: `git cannot read its configuration: ${words}`, cause: error });
  }
};

/** `remote.<name>.url`, a newline and the value, which is absent of a setting without one. */
const parseSetting = (setting: string): (readonly [name: string, url: string])[] => {
  const end = setting.indexOf('\n');
  const name = /^remote\.(.+)\.url$/s.exec(setting.slice(0, Math.max(end, 0)))?.[1];
  const url = setting.slice(end + 1);
  return name === undefined || url === '' ? [] : [[name, url]];
};
