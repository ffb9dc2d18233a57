import * as errors from './errors.ts';
import type { FailureReason } from './failure-reasons.ts';

/** Errors of our own, by their names: their messages are written for the user who asked for the sync. */
const own: ReadonlySet<string> = new Set(Object.keys(errors));

/** What the workflow calls its own failures, where more can be said than that there was one. */
const known: ReadonlyMap<string, string> = new Map([
  ['States.Timeout', 'it took longer than a sync may'],
  ['Sandbox.Timedout', 'a step computed for longer than it may'],
  ['Runtime.ExitError', 'a step ended its worker each time'],
  ['Runtime.OutOfMemory', 'a step needed more memory than it may use'],
  ['States.DataLimitExceeded', 'it grew larger than a sync may'],
]);

/** A failure for the log, with all that is known of it. */
export interface Failure {
  readonly code: string;
  readonly reason?: FailureReason | undefined;
  readonly message: string;
}

/**
 * A failure as an answer may tell it. What a library or a cloud says may name roles, accounts, buckets and paths of the
 * service, so only our own errors speak for themselves. @param logged the id under which the log has the rest.
 */
export const toldOf = ({ code, reason, message }: Failure, logged: string): Failure => {
  const name = /^[\w.]{1,100}$/.test(code) ? code : 'Error';
  if (own.has(name)) return { code: name, ...(reason === undefined ? {} : { reason }), message };
  const what = known.get(name) ?? 'a fault in the service, or in what it runs on';
  return { code: name, message: `${what}: its operator finds the cause in the log, under ${logged}` };
};
