import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packRows } from '../../../../adapters/lancedb/packed-rows.ts';
import { stemmed } from '../../../../adapters/lancedb/stemmed-words.ts';
import { wordStem } from '../../../../core/search/rules/word-stem.ts';

const packed = (rows: readonly string[]) => {
  const pieces = rows.map((row) => Buffer.from(row));
  const offsets = new Int32Array(rows.length + 1);
  pieces.forEach((piece, n) => {
    offsets[n + 1] = (offsets[n] as number) + piece.length;
  });
  return { bytes: new Uint8Array(Buffer.concat(pieces)), offsets };
};
const rowsOf = ({ bytes, offsets }: ReturnType<typeof packed>): string[] =>
  [...offsets.subarray(1)].map((end, n) => Buffer.from(bytes.subarray(offsets[n], end)).toString());
const stems = (row: string): string => row.split(' ').map(wordStem).join(' ');

describe('the stems of rows', () => {
  it('are those of their words, in their places', () => {
    const word = fc.oneof(
      fc.constantFrom('parses', 'parsing', 'größes', '解析', 'hoping', 'https', 'relational', 's3locations', 'x'),
      fc.stringMatching(/^[a-z0-9_$äé]{1,12}$/),
    );
    fc.assert(
      fc.property(
        fc.array(
          fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
          { maxLength: 8 },
        ),
        (rows) => {
          expect(rowsOf(stemmed(packed(rows)))).toEqual(rows.map(stems));
        },
      ),
    );
  });

  it('of packed rows own their buffer', () => {
    const row = {
      blob: 'a',
      ordinal: 0,
      startLine: 1,
      endLine: 1,
      text: 'parsing parses',
      languages: [],
      vector: new Float32Array(8),
    };
    const { words } = packRows([row, { ...row, ordinal: 1, text: '' }], 8);
    const found = stemmed(words);
    expect(rowsOf(found)).toEqual(['pars pars', '']);
    expect(found.bytes.buffer.byteLength).toBe(found.bytes.length);
  });

  it('are right when more words come than are remembered, and for a word longer than all of that', () => {
    const many = Array.from({ length: 300_000 }, (_, n) => `w${(n * 7919).toString(36)}ings`);
    const long = `${'ab'.repeat(1_100_000)}ings`;
    const rows = [many.join(' '), long, 'parsing', long, many.slice(0, 100).join(' ')];
    expect(rowsOf(stemmed(packed(rows))).every((row, n) => row === stems(rows[n] as string))).toBe(true);
  });
});
