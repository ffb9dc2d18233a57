import { isProse, isSecondary, pathLift } from './path-worth.ts';
import { definitionTest, heldText, type QueryWords, readQuery } from './query-words.ts';

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

/** Each found with bench/search on one half of its repositories, and of use on the other: docs/search.md. */
const definitionLift = 0.6;
/** Of a definition in a file that is named after it. */
const namedDefinitionLift = 0.9;
const proseWorth = 0.3;
/** What tests, fixtures and other people's code are worth beside sources that hold the same words. */
const secondaryWorth = 0.5;
/** What a file's best hit gets of the figures of its next ones, and of how many. */
const coherence = 0.15;
const coherentHits = 6;
/** A match by words has this score at least, and one that is only near stays below. */
export const leastScore = 0.25;
const mostNear = 0.2;

interface Candidate<Hit> {
  readonly path: string;
  readonly hit: Hit;
  /** How many of the query's words and names it holds. */
  readonly held: ReadonlySet<number>;
  readonly secondary: boolean;
  /** Its place among the files that the query names; Infinity for all other hits. */
  place: number;
  worth: number;
}

/**
 * The final order of a search's hits, by the index's scores and by what text and path have of the query: docs/search.md has each rule with what it is
 * worth. Hits that hold nothing of it come last. One hit for each path and chunk; a blob that has several paths is found at each. At most `limit` hits.
 */
export const rank = <Hit extends RankableHit>(hits: readonly Hit[], context: RankingContext): RankedHit<Hit>[] => {
  const words = readQuery(context.query, context.phrases);
  const candidates = candidatesOf(hits, words, context.pathsOf);
  weigh(candidates, words);
  const order = (a: Candidate<Hit>, b: Candidate<Hit>): number =>
    (a.place === b.place ? 0 : a.place - b.place) ||
    Number(a.held.size === 0) - Number(b.held.size === 0) ||
    b.worth - a.worth ||
    b.hit.score - a.hit.score ||
    compare(a.path, b.path) ||
    a.hit.ordinal - b.hit.ordinal;
  candidates.sort(order);
  liftCoherent(candidates);
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
  { units }: QueryWords,
  pathsOf: RankingContext['pathsOf'],
): Candidate<Hit>[] => {
  const seen = new Set<string>();
  const candidates: Candidate<Hit>[] = [];
  // The best first: of a chunk that several blobs bring to one path, its score counts.
  for (const hit of [...hits].sort((a, b) => b.score - a.score || compare(a.blob, b.blob) || a.ordinal - b.ordinal)) {
    const text = heldText(hit.text);
    const inText = new Set(units.flatMap((unit, index) => (text.holds(unit) ? [index] : [])));
    for (const path of pathsOf(hit.blob)) {
      const key = `${hit.ordinal} ${path}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const named = heldText(path);
      const inPath = units.flatMap((unit, index) => (named.holds(unit) ? [index] : []));
      const held = inPath.length === 0 ? inText : new Set([...inText, ...inPath]);
      candidates.push({ path, hit, held, secondary: isSecondary(path), place: Number.POSITIVE_INFINITY, worth: 0 });
    }
  }
  return candidates;
};

/** Sets what each candidate is worth by itself. */
const weigh = <Hit extends RankableHit>(candidates: readonly Candidate<Hit>[], words: QueryWords): void => {
  const top = Math.max(0, ...candidates.map(({ hit }) => hit.score));
  const defines = definitionTest(words.symbols);
  const defined = new Map<string, boolean>();
  const inSources = new Set(candidates.flatMap(({ held, secondary }) => (secondary ? [] : [...held])));
  for (const candidate of candidates) {
    const { path, hit, held, secondary } = candidate;
    const { lift, named } = pathLift(path, words.stems);
    const key = `${hit.blob} ${hit.ordinal}`;
    const isDefinition = defined.get(key) ?? defines(hit.text);
    defined.set(key, isDefinition);
    let worth = (top > 0 ? hit.score / top : 0) * (1 + lift);
    if (isDefinition) worth += named ? namedDefinitionLift : definitionLift;
    if (isProse(path)) worth *= proseWorth;
    // Having the word comes before every prior: what no source holds is not worth less for being in a test.
    if (secondary && !words.wantsTests && [...held].every((unit) => inSources.has(unit))) worth *= secondaryWorth;
    candidate.worth = worth;
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

/** A file that is found several times is lifted where it is found best. Takes candidates in their order. */
const liftCoherent = <Hit>(candidates: readonly Candidate<Hit>[]): void => {
  const files = new Map<string, { best: Candidate<Hit>; further: number; count: number }>();
  for (const candidate of candidates) {
    if (candidate.held.size === 0) break;
    const file = files.get(candidate.path);
    if (file === undefined) files.set(candidate.path, { best: candidate, further: 0, count: 0 });
    else if (file.count < coherentHits) {
      file.count += 1;
      file.further += candidate.worth;
    }
  }
  for (const { best, further } of files.values()) best.worth += coherence * further;
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
