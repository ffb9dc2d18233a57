import { z } from 'zod';
import { ObjectDamagedError } from '../../domain/errors.ts';
import type { IndexRow } from '../../ports/search-index.ts';
import { codeTokens } from '../rules/code-tokens.ts';
import { wordStem } from '../rules/word-stem.ts';
import { type WrittenPostings, writePostings } from '../rules/words/postings.ts';
import type { WordRow } from '../rules/words/row-table.ts';
import { shardText } from '../rules/words/shard.ts';

const Rows = z.array(z.tuple([z.string(), z.int(), z.int(), z.array(z.string())]));

/** What some rows have of words, in one text: the rows as JSON, and a shard of all their words. */
export const rowWordsText = (rows: Iterable<Pick<IndexRow, 'blob' | 'ordinal' | 'text' | 'languages'>>): string => {
  const stemOf = rememberStems();
  const table: z.input<typeof Rows> = [];
  /** By word: row, times, row, times, … */
  const found = new Map<string, number[]>();
  for (const { blob, ordinal, text, languages } of rows) {
    const tokens = codeTokens(text);
    const row = table.length;
    table.push([blob, ordinal, tokens.length, [...languages]]);
    for (const token of tokens) {
      const stem = stemOf(token);
      const list = found.get(stem);
      if (list === undefined) found.set(stem, [row, 1]);
      else if (list[list.length - 2] === row) list[list.length - 1] = (list[list.length - 1] as number) + 1;
      else list.push(row, 1);
    }
  }
  const words = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([word, list]) => [word, written(list)] as const);
  return `${JSON.stringify(table)}\n${shardText(words)}`;
};

const written = (list: readonly number[]): WrittenPostings =>
  writePostings((add) => {
    for (let i = 0; i < list.length; i += 2) add(list[i] as number, list[i + 1] as number);
  });

/** Most words come again and again. */
const rememberStems = (): ((word: string) => string) => {
  const known = new Map<string, string>();
  return (word) => {
    const found = known.get(word);
    if (found !== undefined) return found;
    const stem = wordStem(word);
    known.set(word, stem);
    return stem;
  };
};

/** Throws ObjectDamagedError for another text. */
export const readRowWords = (text: string): { readonly rows: readonly WordRow[]; readonly shard: string } => {
  const end = text.indexOf('\n');
  try {
    const rows = Rows.parse(JSON.parse(text.slice(0, end)));
    return {
      rows: rows.map(([blob, ordinal, length, languages]) => ({ blob, ordinal, length, languages })),
      shard: text.slice(end + 1),
    };
  } catch (error) {
    throw new ObjectDamagedError('the words of rows cannot be read', { cause: error });
  }
};
