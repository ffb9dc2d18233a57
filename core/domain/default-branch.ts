/** A repository's default branch, as its record holds it. */
export interface DefaultBranch {
  /** The one that the user has named; null: the source's HEAD decides. */
  readonly default_branch: string | null;
  /** The one that HEAD named. */
  readonly head_branch?: string | undefined;
}

/** What `current` means, and what is searched without a branch; null until a sync has asked the source. */
export const defaultBranchOf = ({ default_branch, head_branch }: DefaultBranch): string | null =>
  default_branch ?? head_branch ?? null;
