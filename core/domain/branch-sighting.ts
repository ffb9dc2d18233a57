import { own } from './own.ts';

interface Pointer {
  readonly commit: string;
  readonly remote?: string | undefined;
}

interface Seen {
  readonly commit: string | null;
  readonly remote?: string | undefined;
}

/** Where a sync last saw an indexed branch at the source that it was read from. What another source has says nothing of it. */
export const sightingOf = <Sighting extends Seen>(
  sightings: Readonly<Record<string, Sighting>>,
  name: string,
  pointer: Pointer,
): Sighting | undefined => {
  const seen = own(sightings, name);
  return seen?.remote === pointer.remote ? seen : undefined;
};

/** Whether the source has another commit of a branch than its index; null where that is not known, and where the branch is gone. */
export const isBehind = (sighting: Seen | undefined, pointer: Pointer): boolean | null =>
  sighting?.commit == null ? null : sighting.commit !== pointer.commit;
