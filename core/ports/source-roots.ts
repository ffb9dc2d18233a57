/** The folders of this machine whose repositories may be read. Real paths count: links are followed first. */
export interface SourceRoots {
  readonly folders: readonly string[];
  /** Whether everyone who may register may name paths in them; otherwise that takes the right `localSources`. */
  readonly forAll: boolean;
  /** Whether a path, or a file:// URL, is in one of the folders. It need not exist. */
  holds(source: string): Promise<boolean>;
}
