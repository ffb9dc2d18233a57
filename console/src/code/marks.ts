/** From, and to (after the last), in UTF-16 code units of one line. */
export type Range = readonly [from: number, to: number];

/** Text in one colour, marked or not. */
export interface Piece {
  readonly text: string;
  readonly className: string;
  readonly marked: boolean;
}

/** The tokens of a line, cut where a mark begins or ends. The ranges are in order and do not overlap. */
export const markTokens = (
  tokens: readonly { readonly text: string; readonly className: string }[],
  ranges: readonly Range[],
): readonly Piece[] => {
  const pieces: Piece[] = [];
  let at = 0;
  for (const { text, className } of tokens) {
    const cuts = ranges.flat().map((cut) => cut - at);
    const ends = [...new Set([0, ...cuts.filter((cut) => cut > 0 && cut < text.length), text.length])].sort(
      (a, b) => a - b,
    );
    for (const [n, end] of ends.entries()) {
      if (n === 0) continue;
      const from = ends[n - 1] ?? 0;
      const marked = ranges.some(([start, stop]) => start <= at + from && at + end <= stop);
      pieces.push({ text: text.slice(from, end), className, marked });
    }
    at += text.length;
  }
  return pieces;
};

/** Words that are everywhere: to mark them tells nothing. */
const small = new Set(
  'a an and are as at be by do does for from how if in is it not of on or that the this to what when where which why with'.split(
    ' ',
  ),
);

/** The words that a query looks for: without its operators (`path:src`) and what it leaves out (`-word`). */
export const wordsOf = (query: string): readonly string[] => {
  const phrases = [...query.matchAll(/(?<![-\w:])"([^"]+)"/g)].map(([, phrase = '']) => phrase);
  const rest = query
    .replaceAll(/-?(?:\w+:)?"[^"]*"/g, ' ')
    .replaceAll(/(?<!\S)(?:-\S+|(?:path|lang|language|repo|branch):\S+)/g, ' ');
  const words = rest.match(/[\p{L}\p{N}_]{2,}/gu) ?? [];
  const telling = words.filter((word) => !small.has(word.toLowerCase()));
  return [...new Set([...phrases, ...(telling.length > 0 ? telling : words)])].sort((a, b) => b.length - a.length);
};

/** Where a line has one of the words, in any case. */
export const rangesOf = (line: string, words: readonly string[]): readonly Range[] => {
  if (words.length === 0) return [];
  const pattern = new RegExp(words.map((word) => word.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'), 'giu');
  return [...line.matchAll(pattern)].map((match) => [match.index, match.index + match[0].length]);
};
