/** The remotes that the git configuration of a folder of this machine names. */
export interface SourceRemotes {
  /**
   * Their addresses by name, as they are written there: no rewriting (`url.<base>.insteadOf`) and no included file counts. A relative path is
   * made absolute. None where there is no repository, or one that its user does not own.
   * Throws SourceRefusedError for a folder that may not be read for that owner, SourceUnusableError for a broken configuration.
   */
  of(folder: string, owner: string): Promise<ReadonlyMap<string, string>>;
}
