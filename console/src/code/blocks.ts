import type { GrepMatch } from '../../../client/src/client.ts';
import type { Range } from './marks.ts';

export interface BlockLine {
  readonly text: string;
  /** What matches in it; empty for a line around it. */
  readonly ranges: readonly Range[];
}

/** Lines that follow each other. */
export interface Block {
  /** The number of the first one. */
  readonly start: number;
  readonly lines: readonly BlockLine[];
}

/** A file's matches with the lines around them: each line once, those that follow each other together. */
export const blocksOf = (matches: readonly GrepMatch[]): readonly Block[] => {
  const lines = new Map<number, BlockLine>();
  const around = (line: number, text: string): void => {
    if (!lines.has(line)) lines.set(line, { text: withoutCr(text), ranges: [] });
  };
  for (const { line, text, ranges, before = [], after = [] } of matches) {
    lines.set(line, { text: withoutCr(text), ranges: ranges.map(([from = 0, to = 0]) => [from, to]) });
    for (const [n, other] of before.entries()) around(line - before.length + n, other);
    for (const [n, other] of after.entries()) around(line + 1 + n, other);
  }
  const blocks: { start: number; lines: BlockLine[] }[] = [];
  for (const [line, shown] of [...lines].sort(([a], [b]) => a - b)) {
    const last = blocks.at(-1);
    if (last !== undefined && last.start + last.lines.length === line) last.lines.push(shown);
    else blocks.push({ start: line, lines: [shown] });
  }
  return blocks;
};

const withoutCr = (text: string): string => text.replace(/\r$/, '');

/** Matches by file, in their order; a name that is not UTF-8 is told by its bytes. */
export const byFile = <Match extends GrepMatch>(
  matches: readonly Match[],
): readonly (readonly [Match, ...Match[]])[] => [
  ...(Map.groupBy(matches, ({ path, path_bytes }) => path_bytes ?? `/${path}`).values() as Iterable<
    [Match, ...Match[]]
  >),
];
