/** How an execution ended. */
export type ExecutionResult =
  | { readonly status: 'SUCCEEDED'; readonly output: unknown }
  | { readonly status: 'FAILED' | 'TIMED_OUT'; readonly error: string; readonly cause: string }
  | { readonly status: 'ABORTED'; readonly cause: string };

interface RunningExecution {
  readonly ended: Promise<ExecutionResult>;
  interrupt(cause: string): void;
}

/** How many ended executions are remembered: their names stay taken, and memory stays bounded. */
export const rememberedExecutions = 5000;

/** Executions by name: those that run, and the last ones that have ended. */
export class ExecutionBook {
  readonly #running = new Map<string, RunningExecution>();
  readonly #ended = new Map<string, ExecutionResult>();

  /** Keeps the execution under its name until it ends, and then its result. */
  add(name: string, execution: RunningExecution): void {
    this.#running.set(name, execution);
    void execution.ended.then((result) => {
      this.#running.delete(name);
      this.#ended.set(name, result);
      for (const oldest of this.#ended.keys()) {
        if (this.#ended.size <= rememberedExecutions) break;
        this.#ended.delete(oldest);
      }
    });
  }

  running(name: string): RunningExecution | undefined {
    return this.#running.get(name);
  }

  ended(name: string): ExecutionResult | undefined {
    return this.#ended.get(name);
  }

  allRunning(): readonly RunningExecution[] {
    return [...this.#running.values()];
  }
}
