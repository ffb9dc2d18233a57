import { definitionShare } from './defined-names.ts';
import { liftFiles } from './file-worth.ts';
import { isProse, isSecondary, pathLift } from './path-worth.ts';
import { definitionTest, type HeldText, heldText, type QueryWords, readQuery } from './query-words.ts';

/** What ranking needs of a hit. Larger scores are better; they are comparable within one list only. */
export interface RankableHit {
  readonly blob: string;
  readonly ordinal: number;
  readonly score: number;
  readonly text: string;
}

export interface RankingContext {
  /** What is looked for: its words as the user typed them. */
  readonly query: string;
  /** What each hit's text holds, letter for letter but for their case; the caller has seen to that. */
  readonly phrases?: readonly string[];
  /** Paths of the files that the query is the name of: the best hit of each comes before all others, in this order. */
  readonly named?: readonly string[];
  /** Where the blob is in the branch, after the caller's path and language filters. Empty: the hit is dropped. */
  readonly pathsOf: (blob: string) => readonly string[];
  /** How many hits at most. */
  readonly limit: number;
  /** How many hits of one file at most, 3 by default: the next ones follow only where the page has room left. */
  readonly hitsPerFile?: number;
}

/** `words`: text or path has a word of the query, or its name whole. `near`: neither does, only the index finds it close. */
export type Match = 'words' | 'near';

export interface RankedHit<Hit> {
  readonly path: string;
  readonly hit: Hit;
  readonly match: Match;
  /** {@link leastScore} to 1 for a match by words, less for one that is only near: best first, and comparable between queries. */
  readonly score: number;
}

/**
 * What a hit is worth beside its score, which is 1 for the best. Fitted with bench/search on one half of its repositories and of use on the other:
 * docs/search.md.
 */
const definitionWorth = 0.5;
const definedNameWorth = 1;
const neighboursWorth = 0.3;
/** A hit with this share of the best score has all that its path is worth; one below that has less of it, so that no name carries a hit from far below. */
const fullPathShare = 0.2;
const proseWorth = 0.3;
/** What tests, fixtures and other people's code are worth beside sources that hold the same words. */
const secondaryWorth = 0.5;

/** A match by words has this score at least, and one that is only near stays below. */
export const leastScore = 0.25;
const mostNear = 0.2;

interface Candidate<Hit> {
  readonly path: string;
  readonly hit: Hit;
  /** How many of the query's words and names it holds. */
  readonly held: ReadonlySet<number>;
  readonly secondary: boolean;
  /** Whether its text defines a symbol that is asked for, in the same writing. */
  readonly defines: boolean;
  /** Its score, the best one's being 1. */
  readonly share: number;
  /** Share, text and path. */
  worth: number;
  /** What is left of its worth for prose and for tests. */
  factor: number;
  /** Its place among the files that the query names; Infinity for all other hits. */
  place: number;
}

/**
 * The final order of a search's hits, by the index's scores and by what text and path have of the query: docs/search.md has each rule with what it is
 * worth. Hits that hold nothing of it come last. One hit for each path and chunk; a blob that has several paths is found at each. At most `limit` hits.
 */
export const rank = <Hit extends RankableHit>(hits: readonly Hit[], context: RankingContext): RankedHit<Hit>[] => {
  const words = readQuery(context.query, context.phrases);
  const candidates = candidatesOf(hits, words, context.pathsOf);
  discount(candidates, words);
  const order = (a: Candidate<Hit>, b: Candidate<Hit>): number =>
    (a.place === b.place ? 0 : a.place - b.place) ||
    Number(a.held.size === 0) - Number(b.held.size === 0) ||
    b.worth - a.worth ||
    b.hit.score - a.hit.score ||
    compare(a.path, b.path) ||
    a.hit.ordinal - b.hit.ordinal;
  candidates.sort(order);
  liftFiles(candidates, words.symbols);
  placeNamed(candidates, context.named ?? []);
  candidates.sort(order);
  const best = Math.max(0, ...candidates.map(({ held }) => held.size)) / Math.max(1, words.units.length);
  const ranked = candidates.map(({ path, hit, held, place, worth }): RankedHit<Hit> => {
    if (place < Number.POSITIVE_INFINITY) return { path, hit, match: 'words', score: 1 };
    const figure = worth / (1 + worth);
    if (held.size === 0) return { path, hit, match: 'near', score: mostNear * figure };
    return { path, hit, match: 'words', score: leastScore + (1 - leastScore) * best * figure };
  });
  return spread(ranked, context.limit, context.hitsPerFile ?? 3);
};

const candidatesOf = <Hit extends RankableHit>(
  hits: readonly Hit[],
  words: QueryWords,
  pathsOf: RankingContext['pathsOf'],
): Candidate<Hit>[] => {
  const { units, stems } = words;
  const readText = createTextReading(words);
  const seen = new Set<string>();
  const candidates: Candidate<Hit>[] = [];
  // The best first: of a chunk that several blobs bring to one path, its score counts.
  const sorted = [...hits].sort((a, b) => b.score - a.score || compare(a.blob, b.blob) || a.ordinal - b.ordinal);
  const top = sorted.find(({ blob }) => pathsOf(blob).length > 0)?.score ?? 0;
  for (const hit of sorted) {
    const text = heldText(hit.text);
    const inText = new Set(units.flatMap((unit, index) => (text.holds(unit) ? [index] : [])));
    const share = top > 0 ? Math.max(0, hit.score) / top : 0;
    let read: TextReading | undefined;
    for (const path of pathsOf(hit.blob)) {
      const key = `${hit.ordinal} ${path}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const named = heldText(path);
      const inPath = units.flatMap((unit, index) => (named.holds(unit) ? [index] : []));
      const held = inPath.length === 0 ? inText : new Set([...inText, ...inPath]);
      read ??= readText(hit.text, text);
      const worth = share + Math.min(1, share / fullPathShare) * pathLift(path, stems) + read.worth;
      const place = Number.POSITIVE_INFINITY;
      candidates.push({
        path,
        hit,
        held,
        secondary: isSecondary(path),
        defines: read.defines,
        share,
        worth,
        factor: 1,
        place,
      });
    }
  }
  return candidates;
};

/** What a text says of the query, beside holding its words. */
interface TextReading {
  readonly defines: boolean;
  readonly worth: number;
}

const createTextReading = ({
  symbols,
  stems,
  neighbours,
}: QueryWords): ((text: string, held: HeldText) => TextReading) => {
  const definesSymbol = definitionTest(symbols);
  const definedShare = definitionShare(stems);
  return (text, held) => {
    const defines = definesSymbol(text);
    const together = neighbours.filter((pair) => held.holdsTogether(pair)).length / Math.max(1, neighbours.length);
    const worth = (defines ? definitionWorth : 0) + definedNameWorth * definedShare(text) + neighboursWorth * together;
    return { defines, worth };
  };
};

/** Takes from prose, and from what is no source. */
const discount = <Hit>(candidates: readonly Candidate<Hit>[], { wantsTests }: QueryWords): void => {
  const inSources = new Set(candidates.flatMap(({ held, secondary }) => (secondary ? [] : [...held])));
  const sourcesDefine = candidates.some(({ defines, secondary }) => defines && !secondary);
  for (const candidate of candidates) {
    const { path, held, secondary } = candidate;
    if (isProse(path)) candidate.factor *= proseWorth;
    // Having the word comes before every prior: what no source holds, or defines, is not worth less for being in a test.
    const only = (candidate.defines && !sourcesDefine) || [...held].some((unit) => !inSources.has(unit));
    if (secondary && !wantsTests && !only) candidate.factor *= secondaryWorth;
    candidate.worth *= candidate.factor;
  }
};

/** Gives the best hit of each named file its place. Takes candidates in their order. */
const placeNamed = <Hit>(candidates: readonly Candidate<Hit>[], named: readonly string[]): void => {
  const places = new Map(named.map((path, place) => [path, place]));
  for (const candidate of candidates) {
    const place = places.get(candidate.path);
    if (place === undefined) continue;
    candidate.place = place;
    places.delete(candidate.path);
  }
};

/** Keeps the order, but holds back what a file has beyond its share until all others have had theirs. */
const spread = <Hit>(ranked: readonly RankedHit<Hit>[], limit: number, hitsPerFile: number): RankedHit<Hit>[] => {
  const shares = new Map<string, number>();
  const within: RankedHit<Hit>[] = [];
  const beyond: RankedHit<Hit>[] = [];
  const near: RankedHit<Hit>[] = [];
  for (const hit of ranked) {
    const share = (shares.get(hit.path) ?? 0) + 1;
    shares.set(hit.path, share);
    if (share <= hitsPerFile) (hit.match === 'near' ? near : within).push(hit);
    else beyond.push(hit);
  }
  return [
    ...within,
    ...beyond.filter(({ match }) => match === 'words'),
    ...near,
    ...beyond.filter(({ match }) => match === 'near'),
  ].slice(0, limit);
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
