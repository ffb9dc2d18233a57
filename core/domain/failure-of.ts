import {
  BranchNotFoundError,
  DiskUnusableError,
  OverLimitError,
  SourceNotFoundError,
  SourceRefusedError,
  SourceUnavailableError,
  SourceUnusableError,
  type SyncError,
} from './errors.ts';
import { type FailureReason, failureReasons } from './failure-reasons.ts';

const classes = {
  SourceUnavailableError,
  SourceNotFoundError,
  SourceRefusedError,
  SourceUnusableError,
  BranchNotFoundError,
  DiskUnusableError,
  OverLimitError,
};

/**
 * The failure that a reason names, in one line: where, what, and what to do.
 *
 * @param where The source's address, without secrets.
 * @param says Instead of the reason's own sentence, which it makes more exact.
 */
export const failureOf = (
  reason: FailureReason,
  where: string,
  { says, cause }: { readonly says?: string | undefined; readonly cause?: unknown } = {},
): SyncError => {
  const { code, says: general, remedy } = failureReasons[reason];
  return new classes[code](`${where}: ${says ?? general}: ${remedy}`, {
    reason,
    ...(cause === undefined ? {} : { cause }),
  });
};
