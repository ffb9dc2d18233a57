import type { PageRef } from '../../manifest/pages/paged-set.ts';
import { defaultBatchLimits } from './plan-batches.ts';

/** How much one job may rewrite. Lengths are in UTF-16 code units. */
export interface RewriteLimits {
  /** Of the texts of a new pack. */
  readonly length: number;
  /** Texts of a pack that is full, however short they are. */
  readonly texts: number;
  /** Packs that are read for it. */
  readonly packs: number;
  /** What these have together. */
  readonly read: number;
  /** Packs that a branch may have beside twice as many as its texts need: each sync that reads something adds one. */
  readonly beside: number;
}

/**
 * 16 packs of 16 million characters: some 0.1 s of processor time for these, seldom. The pages that say where the texts are cost more: nearly each text has
 * another one (measured: 1.3 s for 2,000 texts of 100,000).
 */
export const rewriteLimits: RewriteLimits = {
  length: defaultBatchLimits.bytes,
  texts: defaultBatchLimits.files,
  packs: 16,
  read: 16 * 1024 * 1024,
  beside: 32,
};

type Pack = Pick<PageRef, 'name' | 'lines' | 'files' | 'bytes'>;

/**
 * The packs of a branch whose texts are to go into a new one: those of which the branch holds a quarter or less; and where there are too many, the
 * smallest, by what the branch holds of them. None for most syncs.
 */
export const packsToRewrite = <P extends Pack>(packs: readonly P[], limits: RewriteLimits): P[] => {
  const total = packs.reduce((sum, pack) => sum + heldOf(pack), 0);
  const texts = packs.reduce((sum, pack) => sum + pack.files, 0);
  // As many as stage makes of a whole tree: of short texts the number counts.
  const needed = Math.ceil(Math.max(total / limits.length, texts / limits.texts));
  const tooMany = packs.length > limits.beside + 2 * needed;
  const chosen: P[] = [];
  let length = 0;
  let read = 0;
  for (const pack of packs.toSorted((a, b) => heldOf(a) - heldOf(b))) {
    if (!(tooMany || isMostlyDead(pack))) continue;
    length += heldOf(pack);
    read += pack.bytes;
    if (chosen.length === limits.packs || length > limits.length || read > limits.read) break;
    chosen.push(pack);
  }
  // One that is all alive is as good as what it would become.
  return chosen.length === 1 && !chosen.some(isMostlyDead) ? [] : chosen;
};

/** Of its texts, what the branch holds. */
const heldOf = ({ bytes, files, lines }: Pack): number => Math.ceil((bytes * files) / lines);

const isMostlyDead = ({ files, lines }: Pack): boolean => files * 4 <= lines;
