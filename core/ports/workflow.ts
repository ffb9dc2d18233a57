/** Executions of core/workflow/sync.asl.json, by name. A name is used once. */
export interface Workflow {
  /** Starts an execution; a second start under the same name changes nothing and answers `exists`. */
  start(name: string, input: unknown): Promise<'started' | 'exists'>;
  /** Stops a running execution; one that has ended or never was is no error. */
  stop(name: string, cause: string): Promise<void>;
  /** What is known of the execution. `absent`: it was never started, or the engine that ran it is gone. */
  describe(name: string): Promise<'running' | 'ended' | 'absent'>;
}
