import type { OverLimit, Problem } from './api-types.ts';

/** What an answer that is no success says, by RFC 9457; members beside those of every problem are the call's own. */
export type ProblemBody = Partial<Problem> & { readonly [member: string]: unknown };

/** The service answered, and the answer is no success. The message is the problem's own `detail`. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly status: number;
  readonly problem: ProblemBody;
  /** Seconds after which it may be asked again, where the answer says so. */
  readonly retryAfter: number | null;

  constructor(status: number, problem: ProblemBody, retryAfter: number | null) {
    super(problem.detail ?? `the service answered ${status}`);
    this.status = status;
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  /** The kind of problem in one word, such as `not-found`; null where the answer does not say. */
  get kind(): string | null {
    return /^urn:repository-sync:problem:(.+)$/.exec(this.problem.type ?? '')?.[1] ?? null;
  }
}

/** What is said of a sync that a limit has refused: its job, and what it was going to do. Null: the error is another one. */
export const overLimitOf = (error: unknown): OverLimit | null =>
  error instanceof ProblemError && error.kind === 'over-limit' ? (error.problem as unknown as OverLimit) : null;

/** A part of a call's path that no address can have: nothing was sent. */
export class PathPartError extends Error {
  override readonly name = 'PathPartError';

  constructor(part: string) {
    super(`${part} must not be empty, . or ..`);
  }
}

/** A queued sync does not begin: someone has taken back what waited. */
export class TakenBackError extends Error {
  override readonly name = 'TakenBackError';
  readonly jobId: string;

  constructor(jobId: string) {
    super(`${jobId} does not begin: it was taken back`);
    this.jobId = jobId;
  }
}

/** No answer came: nothing listens there, the name is not known, or the connection was lost. `cause` has the error itself. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
  readonly url: string;

  constructor(url: string, cause: unknown) {
    super(`no answer from ${url}: ${reasonOf(cause)}`, { cause });
    this.url = url;
  }
}

/** What came is no answer of the API: another service, or a proxy before it, is at this address. */
export class UnexpectedAnswerError extends Error {
  override readonly name = 'UnexpectedAnswerError';
  readonly status: number;

  constructor(url: string, status: number, contentType: string) {
    super(`${url} answered ${status} with ${contentType || 'no content type'}, which is not from the API`);
    this.status = status;
  }
}

/** `fetch failed` says nothing; its causes do. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof AggregateError && error.cause.errors.length > 0) return reasonOf(error.cause.errors[0]);
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
};
