/** What runs: the service, Node, and on one machine git, which the service does not bring itself. */
export interface RunningVersions {
  readonly service: string;
  readonly node: string;
  /** Null on AWS, where only two functions have git, in an image of their own; and where it gives no answer. */
  readonly git: string | null;
}

export interface Versions {
  read(): Promise<RunningVersions>;
}
