import {
  overLimitOf,
  PathPartError,
  ProblemError,
  TakenBackError,
  UnexpectedAnswerError,
  UnreachableError,
} from '../client/src/client.ts';

/** How a command ends, for scripts; docs/cli.md tells them. */
export const exitCodes = {
  ok: 0,
  /** It was done and did not succeed: a sync that failed, a check that found something, an error of the service. */
  failed: 1,
  /** What was typed, or sent, is wrong. */
  usage: 2,
  /** Something else stands in the way: another sync, an id that is taken, a job that has ended, one that was taken back. */
  conflict: 3,
  notFound: 4,
  /** No answer, or one that is not from the API. */
  unreachable: 5,
  /** No token, one that is not good any more, or a role that is not enough. */
  denied: 6,
  /** Busy, or a quota is used up, after all tries. */
  busy: 7,
  /** A sync that `max_files` or `max_cost` has refused: nothing was changed. */
  overLimit: 8,
  interrupted: 130,
} as const;

/** What was typed cannot be used; the message says which and what is allowed. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What was asked for has been done, and ends with this code; there is no more to say. */
export class Ended extends Error {
  override readonly name = 'Ended';
  readonly code: number;

  constructor(code: number) {
    super(`ends with ${code}`);
    this.code = code;
  }
}

export const exitCodeOf = (error: unknown): number => {
  if (error instanceof Ended) return error.code;
  if (error instanceof UsageError || error instanceof PathPartError) return exitCodes.usage;
  if (error instanceof UnreachableError || error instanceof UnexpectedAnswerError) return exitCodes.unreachable;
  if (error instanceof TakenBackError) return exitCodes.conflict;
  if (!(error instanceof ProblemError)) return exitCodes.failed;
  if (overLimitOf(error) !== null) return exitCodes.overLimit;
  switch (error.status) {
    case 400:
    case 413:
    case 422:
    case 431:
      return exitCodes.usage;
    case 401:
    case 403:
      return exitCodes.denied;
    case 404:
      return exitCodes.notFound;
    case 409:
      return exitCodes.conflict;
    case 421:
      return exitCodes.unreachable;
    case 429:
    case 503:
      return exitCodes.busy;
    default:
      return exitCodes.failed;
  }
};
