import { sleep } from './abort.ts';
import { matchesError, StateError } from './errors.ts';
import type { GuardedStep } from './program.ts';
import { decideRetry, type RetryCounts } from './retry-policy.ts';
import { contextOf, type Run } from './run.ts';
import type { Scope } from './template.ts';

/** How a state was left. */
interface Left {
  readonly output: unknown;
  readonly assigned: Readonly<Record<string, unknown>>;
  readonly next: string | null;
}

/**
 * Runs a Task or a Map under its Retry and Catch. Throws the StateError that nothing catches, and the signal's reason as soon as
 * it aborts.
 */
export const runGuarded = async (
  step: GuardedStep,
  { input, variables }: { readonly input: unknown; readonly variables: Scope['variables'] },
  run: Run,
  act: (scope: Scope) => Promise<unknown>,
): Promise<Left> => {
  const { timers, random, logger } = run.services;
  const enteredAt = timers.now();
  let counts: RetryCounts = [];
  for (let retries = 0; ; retries++) {
    const states = { input, context: contextOf(run, step.name, enteredAt, retries) };
    try {
      const result = await act({ states, variables });
      return await leave(step, { states: { ...states, result }, variables });
    } catch (thrown) {
      const failure = asStateError(thrown, run.signal);
      const decision = decideRetry(step.retry, counts, failure.error, random);
      const facts = { execution: run.name, state: step.name, error: failure.error, cause: failure.cause };
      if (decision.kind === 'retry') {
        logger?.warn('workflow state is retried', { ...facts, delay_ms: decision.delayMilliseconds, retries });
        counts = decision.counts;
        await sleep(decision.delayMilliseconds, run.signal, timers);
        continue;
      }
      const catcher = step.catchers.find(({ errorEquals }) => matchesError(errorEquals, failure.error));
      if (catcher === undefined) throw failure;
      logger?.warn('workflow state failed', facts);
      const errorOutput = { Error: failure.error, Cause: failure.cause };
      return await leave(catcher, { states: { ...states, errorOutput }, variables });
    }
  }
};

const leave = async (
  { assign, output, next }: Pick<GuardedStep, 'assign' | 'output' | 'next'>,
  scope: Scope,
): Promise<Left> => ({
  assigned: (await assign(scope)) as Record<string, unknown>,
  output: await output(scope),
  next,
});

/** A fault of the engine itself is what AWS calls a runtime error: neither retried nor caught. */
export const asStateError = (thrown: unknown, signal: AbortSignal): StateError => {
  if (signal.aborted) throw signal.reason;
  return thrown instanceof StateError ? thrown : new StateError('States.Runtime', String(thrown));
};
