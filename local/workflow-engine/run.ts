import type { Logger } from '../../core/ports/logger.ts';
import type { ObjectStore } from '../../core/ports/object-store.ts';
import type { Timers } from './timers.ts';

/** Calls a function by its name. A rejection's `name` is what Retry and Catch see. */
export type Invoke = (functionName: string, payload: unknown, options: { signal: AbortSignal }) => Promise<unknown>;

/** What every execution of an engine shares. */
export interface Services {
  readonly invoke: Invoke;
  /** Stands for the bucket of ItemReader and ResultWriter. */
  readonly objects: Pick<ObjectStore, 'getLines' | 'putLines' | 'putText'>;
  readonly timers: Timers;
  /** From 0 to 1, for the jitter. */
  readonly random: () => number;
  readonly logger?: Logger | undefined;
}

/** One execution, or one child of a Map. */
export interface Run {
  readonly services: Services;
  readonly name: string;
  readonly input: unknown;
  readonly startedAt: Date;
  /** Aborts with an Interruption, or, for a Map's child, with what ended the Map. */
  readonly signal: AbortSignal;
}

/** The context object, `$states.context`, as far as it is true here. */
export const contextOf = (run: Run, state: string, enteredAt: Date, retryCount: number) => ({
  Execution: {
    Id: `local:execution:${run.name}`,
    Name: run.name,
    Input: run.input,
    StartTime: run.startedAt.toISOString(),
  },
  State: { Name: state, EnteredTime: enteredAt.toISOString(), RetryCount: retryCount },
});
