import type { Freshness } from '../client/src/client.ts';

/** Where an index stands beside its source, and what to do about it. */
export const freshness = ({ behind, source_commit, source_seen_at }: Omit<Freshness, 'indexed_at'>): string => {
  if (behind === null || source_commit === null) return 'not seen in its source';
  return behind
    ? `behind its source, which had ${source_commit.slice(0, 12)} at ${source_seen_at}: sync_repository brings it in step`
    : `in step with its source as of ${source_seen_at}`;
};
