import type { Freshness } from '../contract/api.ts';
import type { BranchPointer, RepositoryRecord } from '../contract/records.ts';
import { isBehind, sightingOf } from '../domain/branch-sighting.ts';

/** Of which commit an indexed branch's answers are, and what the last look at its source has seen. */
export const freshnessOf = (
  repository: Pick<RepositoryRecord, 'sightings'>,
  name: string,
  pointer: BranchPointer,
): Freshness => {
  const sighting = sightingOf(repository.sightings, name, pointer);
  return {
    indexed_commit: pointer.commit,
    indexed_at: pointer.indexed_at,
    source_commit: sighting?.commit ?? null,
    source_seen_at: sighting?.seen_at ?? null,
    behind: isBehind(sighting, pointer),
  };
};
