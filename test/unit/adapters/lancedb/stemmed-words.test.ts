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
      fc.constantFrom(
        'parses',
        'parsing',
        'größes',
        '解析',
        'hoping',
        'https',
        'relational',
        's3locations',
        'x',
        'handlers',
        'parsings',
        'parsings1',
        'größen',
        'ünïts',
      ),
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

  it('are those of short words too that have the places of others, at the end of all and before a longer word', () => {
    const short = Array.from({ length: 60_000 }, (_, n) => `${n.toString(36)}s`);
    const rows = [
      short.join(' '),
      short.toReversed().join(' '),
      'hopes',
      'hoping handlers',
      '',
      'hopes parsings1 ',
      'hopes',
    ];
    const found = rowsOf(stemmed(packed(rows)));
    expect(found.every((row, n) => row === stems(rows[n] as string))).toBe(true);
    expect(rowsOf(stemmed(packed(rows)))).toEqual(found);
    // Where it has no bytes around it that belong to others.
    const whole = new Uint8Array(64).fill(32);
    whole.set(Buffer.from('hopes'), 20);
    const { bytes } = stemmed({
      bytes: whole.subarray(20, 25) as Uint8Array<ArrayBuffer>,
      offsets: Int32Array.of(0, 5),
    });
    expect(Buffer.from(bytes).toString()).toBe('hope');
  });

  it('are right when more words come than are remembered, and for a word longer than all of that', () => {
    const many = Array.from({ length: 300_000 }, (_, n) => `w${(n * 7919).toString(36)}ings`);
    const long = `${'ab'.repeat(1_100_000)}ings`;
    const rows = [many.join(' '), long, 'parsing', long, many.slice(0, 100).join(' ')];
    expect(rowsOf(stemmed(packed(rows))).every((row, n) => row === stems(rows[n] as string))).toBe(true);
  });
});
