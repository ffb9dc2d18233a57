import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Git is missing, or too old. The message says which is needed. */
export class GitRefusedError extends Error {
  override readonly name = 'GitRefusedError';
}

/** 2.37: the first with http.curloptResolve, by which a checked address is the one that is connected to. */
const OLDEST = { major: 2, minor: 37 } as const;
const TIMEOUT_MILLISECONDS = 10_000;

/** The version of the git on the path, as git writes it. */
export const readGitVersion = async (program = 'git'): Promise<string> => {
  const { stdout } = await promisify(execFile)(program, ['--version'], { timeout: TIMEOUT_MILLISECONDS });
  return stdout.replace(/^git version /, '').trim();
};

/** Makes sure that the git on the path can do what the service asks of it. Throws GitRefusedError. */
export const requireGit = async (program = 'git'): Promise<void> => {
  const needed = `git ${OLDEST.major}.${OLDEST.minor} or later is needed`;
  const said = await promisify(execFile)(program, ['--version'], { timeout: TIMEOUT_MILLISECONDS }).catch(
    (error: NodeJS.ErrnoException) => {
      throw new GitRefusedError(
        error.code === 'ENOENT'
          ? `there is no program ${program} on the PATH: ${needed}`
          : `git does not run: ${needed}`,
        {
          cause: error,
        },
      );
    },
  );
  const [, major = '0', minor = '0'] = /^git version (\d+)\.(\d+)/.exec(said.stdout) ?? [];
  const found = Number(major) * 1000 + Number(minor);
  if (found < OLDEST.major * 1000 + OLDEST.minor)
    throw new GitRefusedError(`${needed}, and this is ${said.stdout.trim() || 'of no version'}`);
};
