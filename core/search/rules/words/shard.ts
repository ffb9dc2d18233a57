import { ObjectDamagedError } from '../../../domain/errors.ts';
import { tokenHash } from '../token-scan.ts';
import { readPostings, type WrittenPostings } from './postings.ts';

/** A word's rows in one shard. */
export interface Postings {
  readonly count: number;
  each(take: (row: number, times: number) => void): void;
}

/**
 * Some of a segment's words, sorted (as they must be given): `word TAB rows TAB where its postings begin` for each, an empty line, and the postings. A word is in the shard that its hash
 * names, so that who looks for some words reads as many shards.
 */
export const shardText = (words: readonly (readonly [word: string, postings: WrittenPostings])[]): string => {
  const list = [FORM];
  const postings: string[] = [];
  let at = 0;
  for (const [word, { count, text }] of words) {
    list.push(`${word}\t${count}\t${at}`);
    postings.push(text);
    at += text.length;
  }
  return `${list.join('\n')}\n\n${postings.join('')}`;
};

const FORM = 'words 1';

export const shardOf = (word: string, shards: number): number => tokenHash(word) & (shards - 1);

/** Throws ObjectDamagedError for what is no shard. */
export const openShard = (text: string) => {
  const body = text.indexOf('\n\n') + 2;
  if (!text.startsWith(`${FORM}\n`) || body < 2) throw new ObjectDamagedError(`not words of the form "${FORM}"`);
  const postings = (line: string): Postings => {
    const [, count, from] = line.split('\t').map(Number);
    if (count === undefined || from === undefined || !Number.isSafeInteger(count + from))
      throw new ObjectDamagedError('a list of words cannot be read');
    return { count, each: (take) => orDamaged(() => readPostings(text, body + from, count, take)) };
  };
  return {
    /** What it takes in memory. */
    characters: text.length,
    /** Null: the shard does not have the word. */
    find: (word: string): Postings | null => {
      const at = text.indexOf(`\n${word}\t`);
      return at < 0 || at >= body ? null : postings(text.slice(at + 1, text.indexOf('\n', at + 1)));
    },
    /** Every word, sorted. */
    *all(): Generator<readonly [word: string, postings: Postings]> {
      for (let at = FORM.length + 1; at < body - 1; ) {
        const end = text.indexOf('\n', at);
        const line = text.slice(at, end);
        yield [line.slice(0, line.indexOf('\t')), postings(line)];
        at = end + 1;
      }
    },
  };
};

const orDamaged = (read: () => void): void => {
  try {
    read();
  } catch (error) {
    if (error instanceof RangeError) throw new ObjectDamagedError('postings end too early', { cause: error });
    throw error;
  }
};
