/** A segment's rows. */
export interface Sized {
  readonly rows: number;
}

/** What is smaller is merged with every settle, so that there is one such segment at most. */
export const SMALL_ROWS = 4_096;
/** Segments of one size that there may be: one more, and they are merged. */
const SEGMENTS_OF_SIZE = 3;
/** Sizes grow by this. */
const GROWTH = 4;
/** No segment grows beyond it: what a merge keeps of each row must fit into a function's memory. */
export const MOST_ROWS = 400_000;
/** Rows of which it is known, or feared, that no branch has them: beyond this share all is merged without them. */
const DEAD_SHARE = 0.3;

/** The size of a segment: 0 is small, and each next one four times as large. */
export const sizeOf = ({ rows }: Sized): number =>
  rows < SMALL_ROWS ? 0 : 1 + Math.floor(Math.log(rows / SMALL_ROWS) / Math.log(GROWTH));

/**
 * Which of the segments are to be merged, each group into one. With three segments of a size, each row is written once for each size that it grows through, and a search
 * reads as many shards for a word as there are segments: 16 at most for a million rows.
 *
 * @param dead rows that no branch has any more.
 */
export const planMerges = <Segment extends Sized>(segments: readonly Segment[], dead: number): Segment[][] => {
  if (haveManyDead(segments, dead)) return filled(segments);
  const groups = new Map<number, Segment[]>();
  for (const segment of segments) {
    const size = sizeOf(segment);
    groups.set(size, [...(groups.get(size) ?? []), segment]);
  }
  return [...groups].flatMap(([size, group]) => {
    if (group.length <= (size === 0 ? 1 : SEGMENTS_OF_SIZE)) return [];
    return filled(group).filter((each) => each.length > 1);
  });
};

/** Whether all segments are to be written again, without their dead rows. */
export const haveManyDead = (segments: readonly Sized[], dead: number): boolean => {
  const rows = segments.reduce((sum, segment) => sum + segment.rows, 0);
  return dead > Math.max(SMALL_ROWS, rows * DEAD_SHARE);
};

/** Groups, in order, of as many rows as one segment may have. */
export const filled = <Segment extends Sized>(segments: readonly Segment[], most = MOST_ROWS): Segment[][] => {
  const groups: Segment[][] = [];
  let rows = 0;
  for (const segment of segments) {
    const group = groups.at(-1);
    if (group === undefined || rows + segment.rows > most) {
      groups.push([segment]);
      rows = segment.rows;
    } else {
      group.push(segment);
      rows += segment.rows;
    }
  }
  return groups;
};
