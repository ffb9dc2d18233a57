import type { PullReport } from '../contract/records.ts';
import type { Source } from './git-source.ts';

/** A quick look at a remote while a caller waits. */
export interface RemoteLook {
  /**
   * Where the branches are and how many commits are new. What is not known within the budget is null; it never throws
   * and never waits longer than the budget. `from`: the indexed commit, null for a branch without index.
   * `branch` may be `current`: the remote's HEAD. `head`: what HEAD named when it was looked at last; where it names another
   * branch now, the report is of that one.
   */
  look(
    source: Source,
    branches: readonly { readonly branch: string; readonly from: string | null; readonly head?: boolean | undefined }[],
    remote: string,
    budgetMilliseconds: number,
  ): Promise<readonly PullReport[]>;
}
