import { ObjectDamagedError } from '../../../domain/errors.ts';
import { readNumbers, writeNumbers } from './numbers.ts';

/** A row, as words know it. */
export interface WordRow {
  readonly blob: string;
  readonly ordinal: number;
  /** Words that it has, repetitions included. */
  readonly length: number;
  readonly languages: readonly string[];
}

/** What scoring needs of every row, by its number. */
export interface RowFacts {
  readonly lengths: Int32Array;
  /** By row, an index into `languageLists`. */
  readonly languages: Int32Array;
  readonly languageLists: readonly (readonly string[])[];
}

/** Rows of one block of keys. */
export const BLOCK_ROWS = 16_384;

/** The lists of languages that there are, as JSON, and then for each row its length and its list. */
export const factsText = (rows: readonly WordRow[]): string => {
  const lists = new Map<string, number>();
  const numbers = writeNumbers();
  for (const { length, languages } of rows) {
    const list = JSON.stringify(languages);
    const known = lists.get(list) ?? lists.size;
    lists.set(list, known);
    numbers.add(length);
    numbers.add(known);
  }
  return `[${[...lists.keys()].join()}]\n${numbers.take()}`;
};

/** Throws ObjectDamagedError where there are not as many rows. */
export const readFacts = (text: string, rows: number): RowFacts => {
  const lengths = new Int32Array(rows);
  const languages = new Int32Array(rows);
  try {
    const end = text.indexOf('\n');
    const languageLists = JSON.parse(text.slice(0, end)) as string[][];
    const numbers = readNumbers(text, end + 1);
    for (let row = 0; row < rows; row++) {
      lengths[row] = numbers.next();
      languages[row] = numbers.next();
    }
    return { lengths, languages, languageLists };
  } catch (error) {
    throw new ObjectDamagedError('the facts of words’ rows cannot be read', { cause: error });
  }
};

/** Blobs and ordinals of a block's rows, a line for each run of one blob: `blob TAB first ordinal TAB rows`. */
export const keysText = (rows: readonly Pick<WordRow, 'blob' | 'ordinal'>[]): string => {
  let text = '';
  for (let from = 0; from < rows.length; ) {
    const { blob, ordinal } = rows[from] as WordRow;
    let to = from + 1;
    while (rows[to]?.blob === blob && rows[to]?.ordinal === ordinal + to - from) to += 1;
    text += `${blob}\t${ordinal}\t${to - from}\n`;
    from = to;
  }
  return text;
};

/** Keys by a row's place in the block. */
export interface RowKeys {
  readonly blobs: readonly string[];
  readonly ordinals: Int32Array;
}

/** Throws ObjectDamagedError where there are not as many rows. */
export const readKeys = (text: string, rows: number): RowKeys => {
  const blobs: string[] = [];
  const ordinals = new Int32Array(rows);
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [blob = '', first, count] = line.split('\t');
    for (let i = 0; i < Number(count); i++) {
      ordinals[blobs.length] = Number(first) + i;
      blobs.push(blob);
    }
  }
  if (blobs.length !== rows) throw new ObjectDamagedError(`a block of keys has ${blobs.length} rows, not ${rows}`);
  return { blobs, ordinals };
};
