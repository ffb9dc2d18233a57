import type { SearchAnswer, SearchQuery } from '../contract/api.ts';
import { languageNamed, languageOf } from '../domain/languages.ts';
import { toldName } from '../manifest/git-path.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type Generation, type IndexHit, type IndexQuery, MAX_HITS } from '../ports/search-index.ts';
import type { BranchFiles, PathFilter } from './files-found.ts';
import { compareNamed, fileNameAsked } from './rules/file-name.ts';
import { literalPrefix } from './rules/literal-prefix.ts';
import { exclusionTest, passesTerms, phraseTest, readPathTerm } from './rules/query-filters.ts';
import type { QueryTerms } from './rules/query-syntax.ts';
import { rank } from './rules/ranking.ts';

type Deps = Pick<Runtime, 'index' | 'pathRules'>;

/** A search's parameters, and its query read. */
export type Asked = Pick<SearchQuery, 'limit' | 'path' | 'language'> & { readonly terms: QueryTerms };

/** A filter that leaves this many blobs or fewer goes to the index by their names. */
const PUSHED_DOWN_BLOBS = 400;
/** The same, at S3 Vectors' cost of a request for each 46 of them: only where the nearest rows of any blob held too few. */
const LAST_RESORT_BLOBS = 4_000;
/** Rows that are ranked at least: a file's further chunks count for it. */
const LEAST_ROWS = 100;
/** Files of one name that come first at most, and rows that are looked at for the best of each. */
const MOST_NAMED = 40;
const ROWS_OF_NAMED = 400;
/** First look: this many times the limit, since some hits will be of blobs that the branch does not hold. */
const OVERFETCH = 5;

/** Where is searched. */
export interface Place {
  readonly generation: Generation;
  /** Whether the generation's rows name their languages. */
  readonly named: boolean;
  readonly files: BranchFiles;
  readonly branch: string;
}

/** The vector of a text that is looked for. */
export type QueryVector = (text: string) => Promise<Float32Array>;

/** The hits of a branch, best first. Throws what the index, the embedder and the object store throw. */
export const searchBranch = async (
  deps: Deps,
  { generation, named, files, branch }: Place,
  query: Asked,
  vectorOf: QueryVector,
): Promise<SearchAnswer['results']> => {
  const { terms } = query;
  if (query.limit === 0) return [];
  deps.index.expect?.(generation, terms.text);
  const filter = pathFilter(deps, query);
  const pathsOf = onceEach(filter === null ? files.pathsOf : (blob) => files.pathsOf(blob).filter(filter.passes));
  // A filter that only leaves something out leaves too much.
  const narrow = filter === null || !isNarrow(query) ? null : filter;
  const blobs = narrow === null ? undefined : await files.blobsWhere(narrow, PUSHED_DOWN_BLOBS);
  if (blobs?.length === 0) return [];
  const vector = await vectorOf(terms.text);
  const languages = named && blobs === undefined ? languagesOf(query) : [];
  const language = languages.length === 1 ? languages[0] : undefined;
  const accepts = textTest(terms);
  const visibleOf = (hits: readonly IndexHit[]) =>
    hits.filter((hit) => pathsOf(hit.blob).length > 0 && (accepts === null || accepts(hit.text)));
  const ask = (asked: Partial<IndexQuery>) =>
    widen(deps, { generation, files }, { vector, words: terms.text, ...asked }, query.limit, visibleOf);
  const [first, byName] = await Promise.all([
    ask({ blobs, language }),
    namedHits(deps, { generation, files }, { vector, words: terms.text }, terms, filter),
  ]);
  let { visible, exhausted } = first;
  if (narrow !== null && !exhausted && visible.length < query.limit) {
    const all = await files.blobsWhere(narrow, LAST_RESORT_BLOBS);
    if (all !== undefined) ({ visible, exhausted } = await ask({ blobs: all }));
  }
  const known = new Set(visible.map(({ blob }) => blob));
  const hits = [...visible, ...byName.hits.filter(({ blob }) => !known.has(blob))];
  const context = { query: terms.text, phrases: terms.phrases, named: byName.paths, pathsOf, limit: query.limit };
  return rank(hits, context).map(({ path, hit, match, score }) => ({
    ...toldName(path),
    branch,
    start_line: hit.startLine,
    end_line: hit.endLine,
    match,
    score,
    snippet: hit.text,
    language: languageOf(path),
  }));
};

/** The files that the query is the name of, in order, and the best hit of each. */
const namedHits = async (
  deps: Deps,
  { generation, files }: Pick<Place, 'generation' | 'files'>,
  query: Pick<IndexQuery, 'vector' | 'words'>,
  terms: QueryTerms,
  filter: PathFilter | null,
): Promise<{ readonly paths: readonly string[]; readonly hits: readonly IndexHit[] }> => {
  const name = terms.phrases.length > 0 ? null : fileNameAsked(terms.text);
  const found = name === null ? [] : await files.named(name);
  const order = compareNamed(terms.text);
  const named = found
    .filter(({ path }) => filter === null || filter.passes(path))
    .sort((a, b) => order(a.path, b.path))
    .slice(0, MOST_NAMED);
  if (named.length === 0) return { paths: [], hits: [] };
  const blobs = [...new Set(named.map(({ blob }) => blob))];
  const rows = await deps.index.query(generation, { ...query, blobs, limit: ROWS_OF_NAMED });
  await files.read(blobs);
  const best = new Map<string, IndexHit>();
  const accepts = textTest(terms);
  for (const row of rows) if (!best.has(row.blob) && (accepts === null || accepts(row.text))) best.set(row.blob, row);
  return { paths: named.map(({ path }) => path), hits: [...best.values()] };
};

/** Both are asked of a blob for each of its chunks, in each round and twice by the ranking. */
const onceEach = (pathsOf: (blob: string) => readonly string[]): ((blob: string) => readonly string[]) => {
  const known = new Map<string, readonly string[]>();
  return (blob) => {
    const paths = known.get(blob) ?? pathsOf(blob);
    known.set(blob, paths);
    return paths;
  };
};

/** Asks for more until there is enough to rank or the index has no more. */
const widen = async (
  deps: Deps,
  { generation, files }: Pick<Place, 'generation' | 'files'>,
  query: Omit<IndexQuery, 'limit'>,
  limit: number,
  visibleOf: (hits: readonly IndexHit[]) => readonly IndexHit[],
): Promise<{ readonly visible: readonly IndexHit[]; readonly exhausted: boolean }> => {
  for (let rows = Math.max(LEAST_ROWS, limit * OVERFETCH); ; rows = Math.min(rows * 4, MAX_HITS)) {
    const hits = await deps.index.query(generation, { ...query, limit: rows });
    await files.read(hits.map(({ blob }) => blob));
    const visible = visibleOf(hits);
    const exhausted = hits.length < rows;
    if (visible.length >= limit * 2 || exhausted || rows === MAX_HITS) return { visible, exhausted };
  }
};

/** The languages that a hit may be of; empty: any. */
const languagesOf = ({ language, terms }: Asked): readonly string[] => [
  ...(language === undefined ? [] : [languageNamed(language) ?? language.toLowerCase()]),
  ...terms.languages.flatMap(({ value, not }) => (not ? [] : [value])),
];

/** Whether the filter names what may pass, and not only what may not. */
const isNarrow = ({ path, language, terms }: Asked): boolean =>
  path !== undefined || language !== undefined || [...terms.paths, ...terms.languages].some(({ not }) => !not);

/** A test for the path; null when every path will do. */
const pathFilter = (deps: Deps, query: Asked): PathFilter | null => {
  const { path: pattern, terms } = query;
  const { paths, languages, withoutWords, withoutPhrases } = terms;
  const language =
    query.language === undefined ? null : (languageNamed(query.language) ?? query.language.toLowerCase());
  const key = JSON.stringify([pattern, language, paths, languages, withoutWords, withoutPhrases]);
  if (key === '[null,null,[],[],[],[]]') return null;
  const matches = (of: string) => {
    const rule = deps.pathRules.compile([of], []);
    return (path: string): boolean => rule(path) === 'ignored';
  };
  const tests = paths.map(({ value, not }) => {
    const term = readPathTerm(value);
    const holds = term.kind === 'pattern' ? matches(term.pattern) : containing(term);
    return (path: string): boolean => holds(path) !== not;
  });
  if (pattern !== undefined) tests.push(matches(pattern));
  if (language !== null) tests.push((path) => languageOf(path) === language);
  if (languages.length > 0) tests.push((path) => passesTerms(languages, (value) => languageOf(path) === value));
  const excluded = exclusionTest(terms);
  if (excluded !== null) tests.push((path) => !excluded(path));
  return {
    key,
    prefix: pattern === undefined ? '' : literalPrefix(pattern),
    passes: (path) => tests.every((test) => test(path)),
  };
};

const containing =
  ({ text, fromTop }: { readonly text: string; readonly fromTop: boolean }) =>
  (path: string): boolean =>
    fromTop ? path.toLowerCase().startsWith(text) : path.toLowerCase().includes(text);

/** A test for a hit's text; null when any text will do. */
const textTest = (terms: QueryTerms): ((text: string) => boolean) | null => {
  const holds = phraseTest(terms.phrases);
  const excluded = exclusionTest(terms);
  if (terms.phrases.length === 0 && excluded === null) return null;
  return (text) => holds(text) && (excluded === null || !excluded(text));
};
