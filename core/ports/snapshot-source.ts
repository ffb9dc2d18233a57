/** The repository of another service, by its address in that service's API: `https://host/api/repositories/repo-1`. */
export interface SnapshotAddress {
  readonly url: string;
  /** Whose token is shown there, in whose name. */
  readonly credential?: { readonly name: string; readonly user: string } | undefined;
}

/** What another service answers. */
export interface SnapshotSource {
  /**
   * The JSON at a path below the address; null where there is none (404), or no longer (409, 410). It is tried again while that may help. Throws
   * SourceUnavailableError, SourceNotFoundError, SourceRefusedError or SourceUnusableError, as reading a git source does.
   */
  get(address: SnapshotAddress, path: string, signal: AbortSignal): Promise<unknown>;
}
