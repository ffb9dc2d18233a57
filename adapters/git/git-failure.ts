import {
  BranchNotFoundError,
  SourceNotFoundError,
  SourceRefusedError,
  SourceUnavailableError,
  SourceUnusableError,
  type SyncError,
} from '../../core/domain/errors.ts';
import type { BareRepository } from './bare-repository.ts';
import { GitExitError } from './git-process.ts';
import { isStillThere } from './local-repository.ts';

type Cause = readonly [pattern: RegExp, make: (where: string, match: RegExpExecArray) => SyncError];

/** What git says (in English: LC_ALL=C), the first that matches. Faults of the transport come before what they lead to. */
const causes: readonly Cause[] = [
  [
    /couldn't find remote ref refs\/heads\/(.+)/,
    (where, [, branch]) => new BranchNotFoundError(`${where} has no branch ${branch}`),
  ],
  [
    /could not read (?:Username|Password)|Authentication failed|terminal prompts disabled/,
    (where) => new SourceNotFoundError(`${where}: does not exist, or it may not be read without (other) credentials`),
  ],
  [/returned error: (\d{3})/, (where, [, status]) => byStatus(where, Number(status))],
  [
    /detected dubious ownership/,
    (where) =>
      new SourceRefusedError(
        `${where}: the repository belongs to another user of this machine, and git reads only your own`,
      ),
  ],
  [/transport '.*' not allowed/, (where) => new SourceRefusedError(`${where}: its transport may not be used`)],
  [
    /server certificate verification failed|SSL certificate problem|certificate.*(?:expired|not match)/i,
    (where) => new SourceRefusedError(`${where}: its certificate is not trusted`),
  ],
  [
    /repository '.*' not found|fatal: not a git repository|invalid gitfile format|does not appear to be a git repository|not valid: is this a git repository|dumb http transport|no such file or directory/i,
    (where) => new SourceNotFoundError(`${where}: there is no git repository`),
  ],
  [/No space left on device/, (where) => new SourceUnusableError(`${where}: needs more disk space than is free`)],
  [
    /possible repository corruption|mismatched algorithms|fsck error|error in object|bad pack|inflate|pack is corrupted|did not receive expected object|bad tree object|missing (?:blob|tree|commit)/i,
    (where) => new SourceUnusableError(`${where}: its objects are damaged or malformed`),
  ],
];

const byStatus = (where: string, status: number): SyncError => {
  if (status >= 300 && status < 400)
    return new SourceRefusedError(
      `${where}: answers with a redirect, which is not followed: give the address that it leads to`,
    );
  if ([401, 403, 404, 410].includes(status))
    return new SourceNotFoundError(
      `${where}: does not exist, or it may not be read with these credentials (${status})`,
    );
  return new SourceUnavailableError(`${where}: answered ${status}`);
};

/** A failed git call to a remote, named. What is not known may pass. Other errors come back as they are. */
export const remoteFailure = (error: unknown, where: string): unknown => {
  if (!(error instanceof GitExitError)) return error;
  for (const [pattern, make] of causes) {
    const match = pattern.exec(error.stderr);
    if (match !== null) return make(where, match);
  }
  return new SourceUnavailableError(`${where}: ${lastWords(error)}`, { cause: error });
};

/** A git call that only reads what was fetched has failed: the objects are at fault. */
export const objectFailure = (error: unknown, where: string): unknown =>
  error instanceof GitExitError
    ? new SourceUnusableError(`${where}: its objects cannot be read: ${lastWords(error)}`, { cause: error })
    : error;

/** The same, where the objects may be the source's own: it may have been removed meanwhile. */
export const readFailure = async (error: unknown, where: string, { inPlace }: BareRepository): Promise<unknown> => {
  const failure = objectFailure(error, where);
  if (!(failure instanceof SourceUnusableError) || inPlace === null || (await isStillThere(inPlace))) return failure;
  return new SourceNotFoundError(`${where}: there is no git repository any more`, { cause: error });
};

/** Where git was working, as it says it: a directory of the service's own, which concerns no one else. */
const ownDirectory = /\/[^\s'":]*repo-sync-git-[^\s'":]*/g;

/** Git's last own line. Lines of the server (`remote:`) may hold anything and are left out. */
const lastWords = (error: GitExitError): string => {
  const lines = error.stderr.split('\n').filter((line) => /^(?:fatal|error): /.test(line));
  const words = (lines.at(-1) ?? error.message).replace(ownDirectory, '(a temporary directory)');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not reach a log
  return words.replace(/[\u0000-\u001f\u007f]+/g, ' ').slice(0, 300);
};
