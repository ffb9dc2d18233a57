/** A failure with a name, as the States language knows it: what Retry and Catch look at. */
export class StateError extends Error {
  /** The error's name, such as `States.Timeout` or a function's own `SourceUnavailableError`. */
  readonly error: string;
  override readonly cause: string;

  constructor(error: string, cause: string) {
    super(`${error}: ${cause}`);
    this.name = 'StateError';
    this.error = error;
    this.cause = cause;
  }
}

/** The execution ends from outside: no Retry and no Catch sees it. */
export class Interruption extends Error {
  readonly status: 'ABORTED' | 'TIMED_OUT';

  constructor(status: 'ABORTED' | 'TIMED_OUT', cause: string) {
    super(cause);
    this.name = 'Interruption';
    this.status = status;
  }
}

/** The definition uses something that this engine does not run, or that Step Functions would refuse. One line a problem. */
export class WorkflowDefinitionError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the workflow definition is refused:\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
    this.name = 'WorkflowDefinitionError';
    this.problems = problems;
  }
}

/** Errors that no wildcard matches: "can't be caught by States.ALL" in AWS's list of error names. */
const terminal: readonly string[] = ['States.DataLimitExceeded', 'States.Runtime'];

/**
 * Whether an ErrorEquals list matches an error. `States.ALL` is every error but the terminal ones,
 * `States.TaskFailed` is the same without `States.Timeout`.
 */
export const matchesError = (errorEquals: readonly string[], error: string): boolean =>
  errorEquals.some((name) => {
    if (name === 'States.ALL') return !terminal.includes(error);
    if (name === 'States.TaskFailed') return error !== 'States.Timeout' && !terminal.includes(error);
    return name === error;
  });

/** Names beginning with `States.` that an ErrorEquals may hold; AWS refuses any other. */
export const predefinedErrors: ReadonlySet<string> = new Set([
  'States.ALL',
  'States.DataLimitExceeded',
  'States.ExceedToleratedFailureThreshold',
  'States.ItemReaderFailed',
  'States.Permissions',
  'States.QueryEvaluationError',
  'States.ResultWriterFailed',
  'States.Runtime',
  'States.TaskFailed',
  'States.Timeout',
]);

/** Characters. Step Functions keeps 32,768 of a cause; a longer one could not be handed on within the payload limit. */
const longestMessage = 30_000;

/** What a failed lambda:invoke reports: the error's name, and a cause that is JSON of type and message. */
export const functionError = (thrown: unknown): StateError => {
  const { name, message } = thrown instanceof Error ? thrown : { name: 'Error', message: String(thrown) };
  return new StateError(name, JSON.stringify({ errorType: name, errorMessage: message.slice(0, longestMessage) }));
};
