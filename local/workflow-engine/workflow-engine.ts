import type { Workflow } from '../../core/ports/workflow.ts';
import { Interruption, StateError } from './errors.ts';
import { ExecutionBook, type ExecutionResult } from './execution-book.ts';
import { loadProgram } from './load-program.ts';
import { throughJson } from './payload.ts';
import type { Program } from './program.ts';
import type { Run, Services } from './run.ts';
import { runMachine } from './run-machine.ts';
import { systemTimers, type Timers } from './timers.ts';

interface Definition {
  /** The parsed JSON of the state machine. */
  readonly definition: unknown;
  /** What each `${Name}` of the definition stands for; `Bucket` names the store that `objects` is. */
  readonly substitutions: Readonly<Record<string, string>>;
}

/** A definition, or what {@link loadProgram} has made of one, which any number of engines can run. */
export type WorkflowEngineOptions = (Definition | { readonly program: Program }) & EngineParts;

interface EngineParts extends Pick<Services, 'invoke' | 'objects' | 'logger'> {
  /** The system's, unless told otherwise. */
  readonly timers?: Timers | undefined;
  /** From 0 to 1, for the jitter of retries; Math.random, unless told otherwise. */
  readonly random?: (() => number) | undefined;
}

export interface WorkflowEngine extends Workflow {
  /** How the execution ended, as soon as it has. Throws RangeError for a name that is not known (any more). */
  wait(name: string): Promise<ExecutionResult>;
  /** Stops every execution and starts no other. */
  close(): Promise<void>;
}

/**
 * Runs a state machine definition on this machine, as Step Functions runs it on AWS. Executions live in memory: after a
 * restart they are `absent`, and the reconciler resumes their jobs.
 * Throws WorkflowDefinitionError for a definition outside the subset; its `start` throws for a name or an input that Step
 * Functions would refuse.
 */
export const createWorkflowEngine = (options: WorkflowEngineOptions): WorkflowEngine => {
  const { invoke, objects, logger, timers = systemTimers, random = Math.random } = options;
  const program = 'program' in options ? options.program : loadProgram(options.definition, options.substitutions);
  const services: Services = { invoke, objects, timers, random, logger };
  const book = new ExecutionBook();
  let open = true;

  return {
    start: async (name, input) => {
      if (!open) throw new Error('the workflow engine is closed');
      if (!/^[\w-]{1,80}$/.test(name)) throw new RangeError(`not a name for an execution: ${name}`);
      if (book.running(name) !== undefined || book.ended(name) !== undefined) return 'exists';
      const controller = new AbortController();
      const run: Run = {
        services,
        name,
        input: throughJson(input, 'the input'),
        startedAt: timers.now(),
        signal: controller.signal,
      };
      logger?.info('workflow execution started', { execution: name });
      book.add(name, {
        ended: runToEnd(program, run, controller),
        interrupt: (cause) => controller.abort(new Interruption('ABORTED', cause)),
      });
      return 'started';
    },
    stop: async (name, cause) => {
      const execution = book.running(name);
      execution?.interrupt(cause);
      await execution?.ended;
    },
    describe: async (name) => {
      if (book.running(name) !== undefined) return 'running';
      return book.ended(name) === undefined ? 'absent' : 'ended';
    },
    wait: async (name) => {
      const result = book.ended(name) ?? (await book.running(name)?.ended);
      if (result === undefined) throw new RangeError(`there is no execution ${name}`);
      return result;
    },
    close: async () => {
      open = false;
      const executions = book.allRunning();
      for (const execution of executions) execution.interrupt('the workflow engine was closed');
      await Promise.all(executions.map(({ ended }) => ended));
    },
  };
};

const runToEnd = async (program: Program, run: Run, controller: AbortController): Promise<ExecutionResult> => {
  const { timers, logger } = run.services;
  const cancelTimeout = timers.after(program.timeoutMilliseconds, () =>
    controller.abort(
      new Interruption('TIMED_OUT', `the execution took more than ${program.timeoutMilliseconds / 1000} s`),
    ),
  );
  const result = await runMachine(program.machine, run).then(
    (output): ExecutionResult => ({ status: 'SUCCEEDED', output }),
    resultOfFailure,
  );
  cancelTimeout();
  const { status } = result;
  logger?.info('workflow execution ended', {
    execution: run.name,
    status,
    ...(status === 'SUCCEEDED' ? {} : { cause: result.cause }),
  });
  return result;
};

const resultOfFailure = (thrown: unknown): ExecutionResult => {
  if (thrown instanceof StateError) return { status: 'FAILED', error: thrown.error, cause: thrown.cause };
  if (!(thrown instanceof Interruption)) return { status: 'FAILED', error: 'States.Runtime', cause: String(thrown) };
  return thrown.status === 'ABORTED'
    ? { status: 'ABORTED', cause: thrown.message }
    : { status: 'TIMED_OUT', error: 'States.Timeout', cause: thrown.message };
};
