/** A secret for a source. It is used where git runs and stands nowhere else. */
export interface Credential {
  readonly username: string;
  readonly password: string;
  /** The only hosts (with their port, where it is not the scheme's own) that it may be shown to. */
  readonly hosts: readonly string[];
}

export interface Credentials {
  /**
   * What a reference stands for; null when nothing does. Throws StoreBusyError when that cannot be read now, and
   * SourceRefusedError when what is kept there may not be used as it is.
   */
  resolve(reference: string): Promise<Credential | null>;
}
