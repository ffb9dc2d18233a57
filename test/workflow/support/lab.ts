import type { Logger } from '../../../core/ports/logger.ts';
import type { ExecutionResult } from '../../../local/workflow-engine/execution-book.ts';
import { createWorkflowEngine } from '../../../local/workflow-engine/workflow-engine.ts';
import { MemoryObjects } from './memory-objects.ts';
import { VirtualTimers } from './virtual-timers.ts';

export interface Call {
  readonly fn: string;
  readonly payload: unknown;
  readonly at: number;
  readonly signal: AbortSignal;
}

/** A function of the workflow under test; `call` counts from 1 for each function. */
export type Fake = (payload: unknown, about: { call: number; signal: AbortSignal }) => unknown;

export const named = (name: string, message = 'no reason'): Error => Object.assign(new Error(message), { name });

const names = ['BeginSync', 'Pull', 'ImportSnapshot', 'Diff', 'Stage', 'EmbedBatch', 'Publish', 'FailSync'];
export const substitutions: Record<string, string> = {
  ...Object.fromEntries(names.map((name) => [`${name}Function`, name])),
  F: 'f',
  G: 'g',
  Bucket: 'the-bucket',
};

/** An engine over virtual time, objects in memory and fake functions, that keeps a list of its calls and log lines. */
export const createLab = (definition: unknown, functions: Record<string, Fake>, random: () => number = () => 1) => {
  const timers = new VirtualTimers();
  const objects = new MemoryObjects();
  const calls: Call[] = [];
  const logged: { message: string; facts: Record<string, unknown> | undefined }[] = [];
  const log = (message: string, facts?: Record<string, unknown>) => void logged.push({ message, facts });
  const logger: Logger = { debug: log, info: log, warn: log, error: log, with: () => logger };
  const engine = createWorkflowEngine({
    definition,
    substitutions,
    objects,
    timers,
    random,
    logger,
    invoke: async (fn, payload, { signal }) => {
      calls.push({ fn, payload, at: timers.seconds, signal });
      return functions[fn]?.(payload, { call: calls.filter((call) => call.fn === fn).length, signal });
    },
  });
  const run = async (input: unknown = {}, name = 'run-1'): Promise<ExecutionResult> => {
    await engine.start(name, input);
    return timers.until(engine.wait(name));
  };
  const called = (fn: string) => calls.filter((call) => call.fn === fn);
  return { engine, timers, objects, calls, called, logged, run };
};

/** A definition of these states; time enough unless told otherwise. */
export const machine = (states: Record<string, object>, more: object = {}) => ({
  QueryLanguage: 'JSONata',
  StartAt: Object.keys(states)[0],
  TimeoutSeconds: 10_000,
  States: states,
  ...more,
});

/** `${name}`, as the definition writes it. */
export const placeholder = (name: string): string => `$\{${name}}`;

/** A Task's Arguments. */
export const calling = (name: string, payload: unknown) => ({ FunctionName: placeholder(name), Payload: payload });

/** A Task that calls `f` with the state's input and hands on what it answers. */
export const task = (more: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: calling('F', '{% $states.input %}'),
  TimeoutSeconds: 60,
  Output: '{% $states.result.Payload %}',
  ...('Next' in more ? {} : { End: true }),
  ...more,
});

/** A Map over `items.jsonl` whose children call `f` with their whole input. */
export const map = (more: object = {}) => ({
  Type: 'Map',
  Label: 'TheMap',
  ItemReader: {
    Resource: 'arn:aws:states:::s3:getObject',
    ReaderConfig: { InputType: 'JSONL' },
    Arguments: { Bucket: placeholder('Bucket'), Key: 'items.jsonl' },
  },
  ItemBatcher: { MaxItemsPerBatch: 1, BatchInput: {} },
  MaxConcurrency: 2,
  ItemProcessor: {
    ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
    StartAt: 'Child',
    States: { Child: task() },
  },
  ResultWriter: {
    Resource: 'arn:aws:states:::s3:putObject',
    Arguments: { Bucket: placeholder('Bucket'), Prefix: 'results' },
  },
  ...('Next' in more ? {} : { End: true }),
  ...more,
});

export const retrier = (more: object = {}) => ({ ErrorEquals: ['Busy'], ...more });
