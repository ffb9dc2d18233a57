/** As Lambda names a sandbox whose process ended before it answered: the workflow tries again, but not often. */
export class WorkerLostError extends Error {
  override readonly name = 'Runtime.ExitError';
  constructor(path: string | null) {
    super(`the worker thread ended${path === null ? '' : ` while it worked on ${path}`}`);
  }
}

/** As Lambda names a sandbox whose time is over: the same. */
export class WorkerStuckError extends Error {
  override readonly name = 'Sandbox.Timedout';
  constructor(functionName: string, path: string | null, why: string) {
    super(`${path ?? functionName}: ${why}`);
  }
}

/** As Lambda names a call that it could not take. */
export class CallGivenUpError extends Error {
  override readonly name = 'Lambda.ServiceException';
}
