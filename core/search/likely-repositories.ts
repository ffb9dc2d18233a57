import type { BranchPointer, RepositoryRecord } from '../contract/records.ts';
import { type GramFilter, gramsOf, mayHold } from '../manifest/packs/gram-filter.ts';
import { mapAhead } from '../manifest/pages/map-ahead.ts';
import type { BranchContents } from '../objects/contents.ts';
import { pointerOf } from '../repositories/branch-pointer.ts';
import { type WordOfQuery, wordFigures } from './rules/word-figures.ts';

/** So many repositories are all asked. An index takes a search 3.5 ms of a processor (measured, small repositories). */
export const MOST_WHOLE = 100;
/** Of more, so many at least are asked. */
export const ASKED_OF_MORE = 32;
/** Filters that are looked at side by side. */
const LOOKED_AT_ONCE = 64;
/** Bytes of texts that are looked through for one search at most. */
const MOST_BYTES = 24 * 1024 * 1024;
/** Filters tell which words are there, not how near each other: less than this share of what the last one to be asked has is out of the question. */
const NEAR = 0.7;

export interface Likely {
  readonly asked: readonly RepositoryRecord[];
  /** Those whose texts and paths have less of the query than those that are asked. */
  readonly passedOver: number;
}

interface Candidate {
  readonly repository: RepositoryRecord;
  readonly pointer: BranchPointer;
  readonly contents: Pick<BranchContents, 'packWords'>;
  /** For each pack: which of the words it, or a path, may hold. */
  readonly packs: readonly (readonly boolean[])[];
  figure: number;
}

type Open = (
  repositoryId: string,
  manifestKey: string,
) => Promise<Pick<BranchContents, 'packGrams' | 'pathGrams' | 'packWords'>>;

/**
 * The repositories that are most likely to have the best hits: by how many of the query's words one pack of texts may hold, rare words counting more, as the packs'
 * filters tell; and where that leaves too many, by BM25 over their files, as far as these are not too large. What cannot be judged is asked.
 * @param wanted how many, where not all are asked.
 */
export const likelyRepositories =
  (open: Open) =>
  async (
    meant: readonly RepositoryRecord[],
    branch: string | undefined,
    words: readonly WordOfQuery[],
    wanted = ASKED_OF_MORE,
  ): Promise<Likely> => {
    if (meant.length <= MOST_WHOLE) return { asked: meant, passedOver: 0 };
    const judged = await Array.fromAsync(mapAhead(meant, LOOKED_AT_ONCE, (each) => judge(open, each, branch, words)));
    const candidates = judged.filter((each) => each !== null);
    const weights = weightsOf(candidates, words.length);
    for (const candidate of candidates)
      candidate.figure = Math.max(0, ...candidate.packs.map((held) => sum(weights.filter((_, n) => held[n] === true))));
    candidates.sort((a, b) => b.figure - a.figure);
    const least = NEAR * (candidates[wanted - 1]?.figure ?? 0);
    const near = least > 0 ? candidates.filter(({ figure }) => figure >= least) : candidates;
    const ordered = least > 0 && near.length > wanted ? await orderedByTexts(near, least, words, weights) : near;
    const chosen = new Set(ordered.slice(0, wanted).map(({ repository }) => repository));
    const known = new Set(candidates.map(({ repository }) => repository));
    const asked = meant.filter((each) => chosen.has(each) || !known.has(each));
    return { asked, passedOver: meant.length - asked.length };
  };

/** Null: it cannot be judged, or the search itself finds at once what is wrong with it. */
const judge = async (
  open: Open,
  repository: RepositoryRecord,
  branch: string | undefined,
  words: readonly WordOfQuery[],
): Promise<Candidate | null> => {
  const found = pointerOf(repository, branch);
  if (found.kind === 'not-indexed' || found.pointer.contents !== true) return null;
  const { pointer } = found;
  try {
    const contents = await open(repository.repository_id, pointer.manifest_key);
    const [paths, packs] = await Promise.all([contents.pathGrams(), contents.packGrams()]);
    if (packs.length === 0) return null;
    const inPath = words.map((word) => mayHoldWord(paths, word));
    const held = packs.map((filter) => words.map((word, n) => inPath[n] === true || mayHoldWord(filter, word)));
    return { repository, pointer, contents, packs: held, figure: 0 };
  } catch {
    return null;
  }
};

/** No filter denies nothing. */
const mayHoldWord = (filter: GramFilter | null, { parts }: WordOfQuery): boolean =>
  filter === null || parts.every((part) => mayHold(filter, gramsOf(part, true)));

/** What each word is worth: the more, the fewer repositories may have it. */
const weightsOf = (candidates: readonly Candidate[], words: number): readonly number[] =>
  Array.from({ length: words }, (_, n) => {
    const having = candidates.filter(({ packs }) => packs.some((held) => held[n] === true)).length;
    return Math.log(1 + candidates.length / Math.max(1, having));
  });

/**
 * By their best files, the smallest repositories first as long as there is room; in turn with those that are too large for it, by their filters: a large one has nearly every word
 * somewhere, and would keep the small ones out.
 */
const orderedByTexts = async (
  candidates: readonly Candidate[],
  least: number,
  words: readonly WordOfQuery[],
  weights: readonly number[],
): Promise<readonly Candidate[]> => {
  const best = new Map<Candidate, number>();
  let bytes = 0;
  for (const candidate of candidates.toSorted((a, b) => a.pointer.bytes - b.pointer.bytes)) {
    bytes += candidate.pointer.bytes;
    if (bytes > MOST_BYTES) break;
    best.set(candidate, await bestFile(candidate, least, words, weights));
  }
  const read = candidates.filter((each) => best.has(each)).sort((a, b) => (best.get(b) ?? 0) - (best.get(a) ?? 0));
  const unread = candidates.filter((each) => !best.has(each));
  return candidates.flatMap((_, n) => [read[n] ?? [], unread[n] ?? []].flat());
};

/** The figure of a repository's best file, of the packs whose words may be enough. */
const bestFile = async (
  { packs, contents }: Candidate,
  least: number,
  words: readonly WordOfQuery[],
  weights: readonly number[],
): Promise<number> => {
  let most = 0;
  try {
    for (const [n, held] of packs.entries()) {
      if (sum(weights.filter((_, at) => held[at] === true)) < least) continue;
      const { text, ends } = await contents.packWords(n);
      most = Math.max(most, wordFigures(text, ends, words, weights));
    }
    return most;
  } catch {
    // What is lost, the search itself says.
    return Number.POSITIVE_INFINITY;
  }
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
