import { orAborted } from './abort.ts';
import { StateError } from './errors.ts';
import { throughJson } from './payload.ts';
import type { ChoiceStep, FailStep, Machine, Step } from './program.ts';
import { contextOf, type Run } from './run.ts';
import { runGuarded } from './run-guarded.ts';
import { runMap } from './run-map.ts';
import { runTask } from './run-task.ts';
import type { Scope } from './template.ts';

/**
 * Runs states from StartAt to an end and answers with the output. Throws the StateError that nothing caught or that a Fail
 * state names, or the Interruption.
 */
export const runMachine = async (machine: Machine, run: Run): Promise<unknown> => {
  let variables: Scope['variables'] = {};
  let input = throughJson(run.input, 'the input');
  let name = machine.startAt;
  let mapRuns = 0;
  for (;;) {
    run.signal.throwIfAborted();
    // Every target has been checked when the definition was loaded.
    const step = machine.steps.get(name) as Step;
    run.services.logger?.debug('workflow state entered', { execution: run.name, state: name });
    switch (step.kind) {
      case 'task':
      case 'map': {
        const left = await runGuarded(step, { input, variables }, run, (scope) =>
          step.kind === 'task'
            ? runTask(step, scope, run)
            : // An object store that does not answer must not hold up who stops the execution.
              orAborted(
                runMap(step, scope, run, `${run.name}-${step.label}-${++mapRuns}`, (child) =>
                  runMachine(step.machine, child),
                ),
                run.signal,
              ),
        );
        if (left.next === null) return left.output;
        variables = { ...variables, ...left.assigned };
        input = left.output;
        name = left.next;
        break;
      }
      case 'choice':
        name = await choose(step, scopeOf(step, input, variables, run));
        break;
      case 'succeed':
        return await step.output(scopeOf(step, input, variables, run));
      case 'fail':
        throw await failureOf(step, scopeOf(step, input, variables, run));
      default:
        return step satisfies never;
    }
  }
};

const scopeOf = (step: Step, input: unknown, variables: Scope['variables'], run: Run): Scope => ({
  states: { input, context: contextOf(run, step.name, run.services.timers.now(), 0) },
  variables,
});

const choose = async (step: ChoiceStep, scope: Scope): Promise<string> => {
  for (const { condition, next } of step.rules) {
    const answer = await condition(scope);
    if (typeof answer !== 'boolean')
      throw new StateError('States.QueryEvaluationError', `${step.name}: a condition must be true or false`);
    if (answer) return next;
  }
  return step.otherwise;
};

const failureOf = async (step: FailStep, scope: Scope): Promise<StateError> =>
  new StateError(String(await step.error(scope)), String(await step.cause(scope)));
