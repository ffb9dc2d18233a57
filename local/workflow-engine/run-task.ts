import { orAborted, partOf } from './abort.ts';
import { functionError, StateError } from './errors.ts';
import { throughJson } from './payload.ts';
import type { TaskStep } from './program.ts';
import type { Run } from './run.ts';
import type { Scope } from './template.ts';

/** What lambda:invoke answers with. */
interface InvokeResult {
  readonly ExecutedVersion: '$LATEST';
  readonly Payload: unknown;
  readonly StatusCode: 200;
}

/**
 * Calls the task's function. When the state's time is over, the function's signal aborts and the state fails with
 * States.Timeout, whatever the function does; the same when the execution is interrupted.
 */
export const runTask = async (step: TaskStep, scope: Scope, run: Run): Promise<InvokeResult> => {
  const payload = await step.payload(scope);
  run.signal.throwIfAborted();
  const call = partOf(run.signal);
  const cancelTimeout = run.services.timers.after(step.timeoutMilliseconds, () =>
    call.abort(new StateError('States.Timeout', `${step.name} took more than ${step.timeoutMilliseconds / 1000} s`)),
  );
  try {
    const invoked = run.services.invoke(step.functionName, payload, { signal: call.signal });
    const answer = await orAborted(invoked, call.signal);
    return { ExecutedVersion: '$LATEST', Payload: throughJson(answer, `${step.name}'s result`), StatusCode: 200 };
  } catch (error) {
    if (call.signal.aborted) throw call.signal.reason;
    throw error instanceof StateError ? error : functionError(error);
  } finally {
    cancelTimeout();
    call.release();
  }
};
