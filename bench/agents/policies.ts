import type { Task } from './tasks.ts';

/** What an agent does by a tool: its arguments and its answer, as text. */
export interface Call {
  readonly asked: string;
  readonly answered: string;
}

/** What a way to the right file cost. */
export interface Way {
  readonly found: boolean;
  readonly calls: number;
  readonly tokens: number;
}

/** Files that an agent reads before it gives up. */
const MOST_READS = 6;
/** Greps of one task. */
const MOST_GREPS = 5;
/** Of a grep's output an agent sees this many lines. */
const GREP_LINES = 100;

/** Four characters are about one token of English and of code. */
const tokensOf = ({ asked, answered }: Call): number => Math.ceil((asked.length + answered.length) / 4);

interface Tools {
  /** Paths, best first, and the call. */
  search(question: string): Promise<{ readonly call: Call; readonly paths: readonly string[] }>;
  read(path: string): Promise<Call>;
  /** Files with the word and how many lines have it, as `git grep -c -i -F` prints them: `path:3`. */
  grep(word: string): Promise<Call>;
}

/** Asks once, with the question as it stands, and reads the files that were found, best first. */
export const bySearch = async (tools: Pick<Tools, 'search' | 'read'>, { question, files }: Task): Promise<Way> => {
  const { call, paths } = await tools.search(question);
  return readUntilRight(tools, [...new Set(paths)], files, [call]);
};

/**
 * Greps for the question's words, the longest first, and reads the files with most of them, best first; a word counts the more, the fewer
 * files have it.
 */
export const byGrep = async (tools: Pick<Tools, 'grep' | 'read'>, { question, files }: Task): Promise<Way> => {
  const calls: Call[] = [];
  const worth = new Map<string, number>();
  for (const word of wordsOf(question).slice(0, MOST_GREPS)) {
    const { asked, answered } = await tools.grep(word);
    const lines = answered.split('\n').filter((line) => line !== '');
    const seen = lines.slice(0, GREP_LINES);
    calls.push({ asked, answered: seen.join('\n') });
    for (const line of seen) {
      const path = line.slice(0, line.lastIndexOf(':'));
      worth.set(path, (worth.get(path) ?? 0) + 1 / lines.length);
    }
  }
  const ranked = [...worth].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([path]) => path);
  return readUntilRight(tools, ranked, files, calls);
};

const readUntilRight = async (
  { read }: Pick<Tools, 'read'>,
  paths: readonly string[],
  right: readonly string[],
  before: readonly Call[],
): Promise<Way> => {
  const calls = [...before];
  for (const path of paths.slice(0, MOST_READS)) {
    calls.push(await read(path));
    if (right.includes(path)) return wayOf(calls, true);
  }
  return wayOf(calls, false);
};

const wayOf = (calls: readonly Call[], found: boolean): Way => ({
  found,
  calls: calls.length,
  tokens: calls.reduce((sum, call) => sum + tokensOf(call), 0),
});

/** What every question has, and no code is about. */
const STOP_WORDS = new Set(
  'a an and are as at be been before by can does did do each for from given has have how in into is it its long may no not of on one or other so such than that the their them there these they this those to until was what when where which while who why with without would'.split(
    ' ',
  ),
);

/** The longest first; words of one length as they stand. */
export const wordsOf = (question: string): string[] =>
  [...new Set(question.match(/[\p{L}\p{N}][\p{L}\p{N}._-]*[\p{L}\p{N}]/gu) ?? [])]
    .filter((word) => word.length > 2 && !STOP_WORDS.has(word.toLowerCase()))
    .sort((a, b) => b.length - a.length);
