/** Time, randomness and ids come in through here, so that rules and steps stay repeatable. */
export interface Clock {
  now(): Date;
  /** Calls `tick` every `milliseconds` until the returned function is called. Ticks never overlap. */
  every(milliseconds: number, tick: () => Promise<void> | void): () => void;
}

export interface Ids {
  /** A new job id, `sync-` and a UUID. */
  jobId(): string;
  /** A new webhook secret: `whsec_` and 32 random bytes in base64. */
  secret(): string;
  /** A new repository id: lower-case letters, digits and dashes. */
  repositoryId(): string;
}
