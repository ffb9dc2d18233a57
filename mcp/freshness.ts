interface Standing {
  readonly behind: boolean | null;
  readonly source_commit: string | null;
  readonly source_seen_at: string | null;
}

/** Where an index stands beside its source, and what to do about it. */
export const freshness = ({ behind, source_commit, source_seen_at }: Standing): string => {
  if (behind === null || source_commit === null) return 'not seen in its source';
  return behind
    ? `behind its source, which had ${source_commit.slice(0, 12)} at ${source_seen_at}: sync_repository brings it in step`
    : `in step with its source as of ${source_seen_at}`;
};
