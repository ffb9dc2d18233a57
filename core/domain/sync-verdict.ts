interface Ended {
  readonly options: { readonly dry_run?: boolean | undefined };
}

/**
 * Whether a job's end is how a sync fared: it counts then, and is kept as the repository's `last_sync`. A plan is no sync, and one that its
 * caller's own limit has refused was not begun: of the index, and of how well it can be kept, neither says anything.
 */
export const isVerdict = ({ options }: Ended, error: { readonly reason?: string | undefined } | null): boolean =>
  options.dry_run !== true && error?.reason !== 'over_limit';
