import { codeTokens } from './code-tokens.ts';

/** What ranking needs of a hit. Larger scores are better; they are comparable within one list only. */
export interface RankableHit {
  readonly blob: string;
  readonly ordinal: number;
  readonly score: number;
}

export interface RankingContext {
  /** As the user typed it. */
  readonly query: string;
  /** Where the blob is in the branch, after the caller's path and language filters. Empty: the hit is dropped. */
  readonly pathsOf: (blob: string) => readonly string[];
  /** How many hits at most. */
  readonly limit: number;
  /** How many hits of one file at most, 3 by default: the next ones follow only where the page has room left. */
  readonly hitsPerFile?: number;
}

export interface RankedHit<Hit> {
  readonly path: string;
  readonly hit: Hit;
  /** The order's own figure, 0 to about 1: best first, comparable within one answer only. */
  readonly score: number;
}

/** How fast a place in the list loses worth: 1 / (this + place). Found with bench/ranking.ts, see there. */
const placeSmoothing = 10;
/** Lift of a hit all of whose file name's words are in the query, and the same for its folders. */
const nameLift = 0.5;
const folderLift = 0.15;
/** What tests, fixtures and other people's code are worth beside sources. */
const secondary = 0.5;

/**
 * The final order of a search's hits, by place rather than by score: words of the path that the query has lift a hit, tests,
 * fixtures and vendored code stand below sources unless the query asks for tests. One hit for each path and chunk; a blob
 * that has several paths is found at each. Ties: by score, path, ordinal. At most `limit` hits.
 */
export const rank = <Hit extends RankableHit>(hits: readonly Hit[], context: RankingContext): RankedHit<Hit>[] => {
  const asked = new Set(codeTokens(context.query));
  const wantsTests = [...asked].some((word) => testWords.has(word));
  const ordered = [...hits].sort((a, b) => b.score - a.score || compare(a.blob, b.blob) || a.ordinal - b.ordinal);
  const seen = new Set<string>();
  const ranked: RankedHit<Hit>[] = [];
  let place = 0;
  let previous = Number.NaN;
  ordered.forEach((hit, index) => {
    // Equal scores share a place, so that the path decides between them and not the blob's id.
    if (hit.score !== previous) place = index;
    previous = hit.score;
    for (const path of context.pathsOf(hit.blob)) {
      const key = `${hit.ordinal} ${path}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const lift = 1 + pathLift(path, asked);
      const worth = wantsTests || !isSecondary(path) ? 1 : secondary;
      ranked.push({ path, hit, score: ((placeSmoothing / (placeSmoothing + place)) * lift * worth) / maxLift });
    }
  });
  ranked.sort(
    (a, b) =>
      b.score - a.score || b.hit.score - a.hit.score || compare(a.path, b.path) || a.hit.ordinal - b.hit.ordinal,
  );
  return spread(ranked, context.limit, context.hitsPerFile ?? 3);
};

const maxLift = 1 + nameLift + folderLift;

/** Keeps the order, but holds back what a file has beyond its share until all others have had theirs. */
const spread = <Hit>(ranked: readonly RankedHit<Hit>[], limit: number, hitsPerFile: number): RankedHit<Hit>[] => {
  const shares = new Map<string, number>();
  const within: RankedHit<Hit>[] = [];
  const beyond: RankedHit<Hit>[] = [];
  for (const hit of ranked) {
    const share = (shares.get(hit.path) ?? 0) + 1;
    shares.set(hit.path, share);
    (share <= hitsPerFile ? within : beyond).push(hit);
  }
  return [...within, ...beyond].slice(0, limit);
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** 0 to nameLift + folderLift, by the shares of the file name's and the folders' words that the query has. */
const pathLift = (path: string, asked: ReadonlySet<string>): number => {
  const slash = path.lastIndexOf('/');
  const name = path.slice(slash + 1).replace(/\.[^.]*$/, '');
  return nameLift * shareAsked(name, asked) + folderLift * shareAsked(path.slice(0, Math.max(slash, 0)), asked);
};

const shareAsked = (text: string, asked: ReadonlySet<string>): number => {
  const words = new Set(codeTokens(text));
  if (words.size === 0) return 0;
  let met = 0;
  for (const word of words) if (asked.has(word)) met += 1;
  return met / words.size;
};

const testWords: ReadonlySet<string> = new Set(
  'test tests testing tested spec specs fixture fixtures mock mocks stub stubs e2e benchmark'.split(' '),
);

const secondaryFolder =
  /(?:^|\/)(?:tests?|__tests__|__mocks__|__snapshots__|specs?|e2e|testing|testdata|test[-_]data|fixtures?|__fixtures__|mocks?|vendor|vendored|third[-_]party|node_modules|bower_components|external|examples?)\//i;
const secondaryName =
  /(?:[._-](?:test|tests|spec|e2e|stories)\.[^/]+|(?:^|\/)test_[^/]*\.py|(?:^|\/)conftest\.py|[a-z0-9]Tests?\.[A-Za-z]+)$/;

/** Whether the path is that of a test, a fixture, an example or vendored code. */
export const isSecondary = (path: string): boolean => secondaryFolder.test(path) || secondaryName.test(path);
