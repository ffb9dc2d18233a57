import {
  type Boundaries,
  dearestSeam,
  layoutBoundaries,
  markdownBoundaries,
  plainBoundaries,
  type SyntaxNode,
  syntaxBoundaries,
} from './chunk-boundaries.ts';
import { bracesAt } from './chunk-layout.ts';
import { maxChunkLength, type Units, unitsOf } from './chunk-units.ts';

/** Part of a chunker's version: raise it with any change that may cut a text elsewhere. */
export const planVersion = 'plan-3';

/** Non-blank characters that a chunk should have, and at most has (a single line may have more). */
const aim = 1350;
const maxWeight = 1500;
/** Longest chunk in units. Also bounds the search below: units times this. */
const maxUnits = 200;

/** A piece of a text. Lines are counted from 1, both ends included. */
export interface PlannedChunk {
  readonly startLine: number;
  readonly endLine: number;
  readonly text: string;
}

/** Chunks along the syntax tree. `root` must be the tree of exactly this text, offsets in UTF-16 units. */
export const planSyntax = (text: string, root: SyntaxNode): PlannedChunk[] =>
  plan(text, (units) => syntaxBoundaries(text, units, root));

/** Chunks along headings, paragraphs and fences. */
export const planMarkdown = (text: string): PlannedChunk[] => plan(text, (units) => markdownBoundaries(text, units));

/** Line windows, cut where blank lines and indentation suggest it: for whatever has no grammar, or could not be parsed. */
export const planLines = (text: string): PlannedChunk[] => plan(text, (units) => plainBoundaries(text, units));

/**
 * Chunks of code whose layout alone tells where it may be cut, so that it need not be parsed: it fits one chunk, or every cut
 * falls on a seam that {@link layoutBoundaries} knows. Null: parse it. Such cuts are beginnings of syntax nodes, but for those in comments that
 * no chunk can hold (ADR 8; a parse is nine tenths of the work of chunking).
 * @param layoutTells whether the language's brackets or indentation hold together what belongs together.
 */
export const planLayout = (text: string, layoutTells: boolean): PlannedChunk[] | null => {
  const units = unitsOf(text);
  if (units.count === 0) return [];
  if (fits(units, 0, units.count)) return chunksOf(text, units, [0]);
  if (!layoutTells) return null;
  const boundaries = layoutBoundaries(text, units, bracesAt(text, units));
  if (!reachable(units, boundaries)) return null;
  const cuts = bestCuts(units, boundaries);
  if (cuts.some((cut) => cut > 0 && (boundaries[cut] as number) > dearestSeam)) return null;
  return chunksOf(text, units, cuts);
};

const plan = (text: string, boundaries: (units: Units) => Boundaries): PlannedChunk[] => {
  const units = unitsOf(text);
  if (units.count === 0) return [];
  return chunksOf(text, units, fits(units, 0, units.count) ? [0] : bestCuts(units, boundaries(units)));
};

/** Whether no stretch between two seams is too heavy for a chunk: else the search for cuts can be spared. */
const reachable = (units: Units, boundaries: Boundaries): boolean => {
  let last = 0;
  for (let unit = 1; unit <= units.count; unit++) {
    if (unit < units.count && (boundaries[unit] as number) > dearestSeam) continue;
    if (!fits(units, last, unit)) return false;
    last = unit;
  }
  return true;
};

const chunksOf = (text: string, units: Units, cuts: readonly number[]): PlannedChunk[] =>
  cuts.map((from, index) => {
    const last = (cuts[index + 1] ?? units.count) - 1;
    return {
      startLine: units.line[from] as number,
      endLine: units.line[last] as number,
      text: text.slice(units.start[from], units.end[last]),
    };
  });

const fits = (units: Units, from: number, to: number): boolean =>
  to - from <= 1 ||
  (weightOf(units, from, to) <= maxWeight &&
    to - from <= maxUnits &&
    (units.end[to - 1] as number) - (units.start[from] as number) <= maxChunkLength);

const weightOf = (units: Units, from: number, to: number): number =>
  (units.before[to] as number) - (units.before[from] as number);

/** One entry more than there are units. */
const scratchFor = (units: number) => ({
  /** Of the cheapest way up to each unit, with the cost of a cut there. */
  upTo: new Float64Array(units + 1),
  previous: new Int32Array(units + 1),
  /** Of {@link bestCuts}: units in their order, and so are what they cost. */
  rising: new Int32Array(units + 1),
});
let scratch = scratchFor(4096);

/** What a chunk of each weight costs: the square of what it lacks of the aim. */
const lacks = Float64Array.from({ length: maxWeight + 1 }, (_, weight) => {
  const lack = (aim - weight) / aim;
  return lack * lack;
});

const lackOf = (weight: number): number => {
  const lack = (aim - weight) / aim;
  return lack * lack;
};

/**
 * Where the chunks begin: the cheapest way to cover all units, where a cut costs what its boundary costs and a chunk costs
 * the square of what it lacks of the aim. A shortest path and not a greedy fill, so that cuts fall on good boundaries,
 * and so that an edit moves the cuts near it only: the chunks further on stay equal, and with them their vectors.
 *
 * For each unit all places are looked at where the chunk that ends before it may begin, the farthest first: the nearer, the more it lacks. `rising` has the cheapest of these places, behind it the cheapest of those
 * that are nearer, and so on: as soon as that and what the chunk lacks are more than the best found, no nearer place is better. Of places that cost the same the nearest is taken.
 */
const bestCuts = (units: Units, boundaries: Boundaries): number[] => {
  const { before, start, end, count } = units;
  if (scratch.upTo.length <= count) scratch = scratchFor(count * 2);
  const { upTo, previous, rising } = scratch;
  let lowest = 0;
  let first = 0;
  let last = -1;
  let cost = 0;
  for (let to = 1; to <= count; to++) {
    const nearest = to - 1;
    const place = cost + (boundaries[nearest] as number);
    upTo[nearest] = place;
    while (last >= first && (upTo[rising[last] as number] as number) >= place) last -= 1;
    rising[++last] = nearest;
    // A unit by itself always fits; what is written out below is `fits`, since this runs 100 million times for the worst of files.
    const weight = before[to] as number;
    const farthest = (end[nearest] as number) - maxChunkLength;
    while (
      lowest < nearest &&
      (to - lowest > maxUnits ||
        weight - (before[lowest] as number) > maxWeight ||
        (start[lowest] as number) < farthest)
    )
      lowest += 1;
    while ((rising[first] as number) < lowest) first += 1;
    let best = Number.POSITIVE_INFINITY;
    let chosen = nearest;
    let at = first;
    let least = upTo[rising[at] as number] as number;
    for (let from = lowest; from < to; from++) {
      const inside = weight - (before[from] as number);
      const lack = inside <= maxWeight ? (lacks[inside] as number) : lackOf(inside);
      if (inside < aim && least + lack > best) break;
      const sum = (upTo[from] as number) + lack;
      if (sum <= best) {
        best = sum;
        chosen = from;
      }
      if (from === rising[at] && from < nearest) least = upTo[rising[++at] as number] as number;
    }
    previous[to] = chosen;
    cost = best;
  }
  const cuts: number[] = [];
  for (let to = count; to > 0; to = previous[to] as number) cuts.push(previous[to] as number);
  return cuts.reverse();
};
