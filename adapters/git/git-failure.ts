import { SourceUnusableError } from '../../core/domain/errors.ts';
import { failureOf } from '../../core/domain/failure-of.ts';
import type { FailureReason } from '../../core/domain/failure-reasons.ts';
import type { BareRepository } from './bare-repository.ts';
import { failureByName } from './failure-patterns.ts';
import { GitExitError, GitTimeoutError } from './git-process.ts';
import { diagnoseLocal } from './local-diagnosis.ts';
import { isStillThere } from './local-repository.ts';
import type { SourceAddress } from './source-address.ts';

export type Where = Pick<SourceAddress, 'label' | 'path' | 'authorized'>;

/**
 * A failed git call to a source, named. What has no name may pass. Other errors come back as they are.
 * @param late What it means that git did not end in time.
 */
export const sourceFailure = async (
  error: unknown,
  where: Where,
  late: FailureReason = 'transfer_too_slow',
): Promise<unknown> => {
  const { label, path, authorized } = where;
  if (error instanceof GitTimeoutError) return timeoutFailure(error, label, late);
  if (!(error instanceof GitExitError)) return placed(error, label);
  if (error.fromOutside) return failureOf('git_killed', label, { cause: error });
  const found = failureByName(error.stderr, authorized);
  // Of a local source its files say more than git does.
  const local = path !== null && isVague(found) ? await diagnoseLocal(path) : null;
  if (local !== null) return failureOf(local, label, { cause: error });
  if (found !== null) return failureOf(found.reason, label, { says: found.says, cause: error });
  return failureOf('git_failed', label, { says: lastWords(error), cause: error });
};

const isVague = (found: ReturnType<typeof failureByName>): boolean => found === null || vague.includes(found.reason);
const vague: readonly FailureReason[] = ['connection_cut', 'objects_damaged', 'repository_missing'];

/** What reads git's output does not know where it comes from. */
const placed = (error: unknown, where: string): unknown =>
  error instanceof SourceUnusableError && error.reason !== undefined && !error.message.startsWith(where)
    ? failureOf(error.reason, where, { says: error.message, cause: error })
    : error;

const timeoutFailure = ({ seconds, silent }: GitTimeoutError, label: string, late: FailureReason): unknown =>
  silent
    ? failureOf('no_answer', label, { says: `nothing came from there for ${seconds} s` })
    : failureOf(late, label, { says: `git did not get everything within ${seconds} s` });

/** A git call that only reads what was fetched has failed: the objects are at fault. */
export const objectFailure = (error: unknown, where: string): unknown => {
  if (error instanceof GitTimeoutError)
    return failureOf('reading_too_slow', where, { says: `git did not read everything within ${error.seconds} s` });
  if (!(error instanceof GitExitError)) return placed(error, where);
  if (error.fromOutside) return failureOf('git_killed', where, { cause: error });
  const found = failureByName(error.stderr, false);
  if (found?.reason === 'disk_full' || found?.reason === 'disk_read_only')
    return failureOf(found.reason, where, { cause: error });
  return failureOf('objects_damaged', where, { says: `its objects cannot be read: ${lastWords(error)}`, cause: error });
};

/** The same, where the objects may be the source's own: it may have been removed meanwhile, or never have had them. */
export const readFailure = async (error: unknown, where: string, { inPlace }: BareRepository): Promise<unknown> => {
  const failure = objectFailure(error, where);
  if (inPlace === null || !(failure instanceof SourceUnusableError) || failure.reason !== 'objects_damaged')
    return failure;
  if (!(await isStillThere(inPlace)))
    return failureOf('repository_missing', where, { says: 'there is no git repository any more', cause: error });
  return inPlace.partial ? failureOf('partial_clone', where, { cause: error }) : failure;
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
