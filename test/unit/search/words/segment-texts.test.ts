import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ObjectDamagedError } from '../../../../core/domain/errors.ts';
import { bm25 } from '../../../../core/search/rules/words/bm25.ts';
import { writePostings } from '../../../../core/search/rules/words/postings.ts';
import {
  factsText,
  keysText,
  readFacts,
  readKeys,
  type WordRow,
} from '../../../../core/search/rules/words/row-table.ts';
import { openShard, shardOf, shardText } from '../../../../core/search/rules/words/shard.ts';

type List = readonly (readonly [row: number, times: number])[];

/** Rows ascending, and how often each has the word. */
const lists: fc.Arbitrary<List> = fc
  .uniqueArray(fc.oneof(fc.nat(200), fc.nat(400_000)), { minLength: 1, maxLength: 50 })
  .chain((rows) => {
    const times = fc.array(fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 70_000 })), {
      minLength: rows.length,
      maxLength: rows.length,
    });
    const sorted = rows.toSorted((a, b) => a - b);
    return times.map((each) => sorted.map((row, i) => [row, each[i] as number] as const));
  });
const words = fc.stringMatching(/^[a-z0-9ß文]{1,12}$/);
const textOf = (of: ReadonlyMap<string, List>): string =>
  shardText(
    [...of]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([word, list]) => [
        word,
        writePostings((add) => {
          for (const [row, times] of list) add(row, times);
        }),
      ]),
  );
const read = (postings: { each: (take: (row: number, times: number) => void) => void } | null): List => {
  const list: [number, number][] = [];
  postings?.each((row, times) => list.push([row, times]));
  return list;
};

describe('a shard of words', () => {
  it('gives back each word’s rows, and no other word', () => {
    fc.assert(
      fc.property(fc.dictionary(words, lists, { maxKeys: 20 }), words, (made, absent) => {
        const shard = openShard(textOf(new Map(Object.entries(made))));
        for (const [word, list] of Object.entries(made)) expect(read(shard.find(word))).toEqual(list);
        if (!Object.hasOwn(made, absent)) expect(shard.find(absent)).toBeNull();
        const all = [...shard.all()];
        expect(all.map(([word]) => word)).toEqual(Object.keys(made).sort());
        for (const [word, postings] of all) expect(postings.count).toBe(made[word]?.length);
      }),
    );
  });

  it('that is cut short anywhere is damaged, or gives what it had', () => {
    const whole = textOf(
      new Map(
        Object.entries({
          alpha: [
            [0, 1],
            [70, 3],
          ] as const,
          beta: [[1, 99_999]] as const,
        }),
      ),
    );
    let refused = 0;
    for (let length = 0; length < whole.length; length++) {
      try {
        for (const [, postings] of openShard(whole.slice(0, length)).all()) read(postings);
      } catch (error) {
        expect(error).toBeInstanceOf(ObjectDamagedError);
        refused += 1;
      }
    }
    expect(refused).toBe(whole.length);
  });

  it('is named by a word’s hash, the same in halves of as many', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 0, max: 9 }), (word, bits) => {
        const shard = shardOf(word, 2 ** (bits + 1));
        expect(shard).toBeLessThan(2 ** (bits + 1));
        expect(shard % 2 ** bits).toBe(shardOf(word, 2 ** bits));
      }),
    );
  });
});

describe('a segment’s rows', () => {
  const rows = fc.array(
    fc.record({
      blob: fc.constantFrom('a'.repeat(40), 'b'.repeat(40), 'c'.repeat(64)),
      ordinal: fc.nat(3),
      length: fc.nat(5_000),
      languages: fc.subarray(['c', 'c++', 'typescript']),
    }),
    { maxLength: 40 },
  );

  it('come back as they were', () => {
    fc.assert(
      fc.property(rows, (made: WordRow[]) => {
        const facts = readFacts(factsText(made), made.length);
        const keys = readKeys(keysText(made), made.length);
        const again = made.map((_, i) => ({
          blob: keys.blobs[i],
          ordinal: keys.ordinals[i],
          length: facts.lengths[i],
          languages: facts.languageLists[facts.languages[i] as number],
        }));
        expect(again).toEqual(made);
      }),
    );
  });

  it('are damaged where there are fewer than were written', () => {
    const made = [1, 2, 3].map((ordinal) => ({ blob: 'b', ordinal, length: 200, languages: [] }));
    expect(() => readFacts(factsText(made).slice(0, -1), 3)).toThrow(ObjectDamagedError);
    expect(() => readFacts('', 3)).toThrow(ObjectDamagedError);
    expect(() => readKeys(keysText(made.slice(1)), 3)).toThrow(ObjectDamagedError);
  });
});

describe('a row’s score', () => {
  const score = bm25({ rows: 1_000, words: 100_000 }, 10);

  it('is more for a rare word, for one that comes often, and in a short text', () => {
    expect(score(1, 100)).toBeGreaterThan(bm25({ rows: 1_000, words: 100_000 }, 500)(1, 100));
    expect(score(3, 100)).toBeGreaterThan(score(1, 100));
    expect(score(1, 50)).toBeGreaterThan(score(1, 100));
    expect(bm25({ rows: 1_000, words: 100_000 }, 1_000)(1, 100)).toBeGreaterThan(0);
  });

  it('is that of Okapi BM25', () => {
    // ln(1 + 990.5 / 10.5) × 2 × 2.2 ÷ (2 + 1.2)
    expect(score(2, 100)).toBeCloseTo((Math.log(1 + 990.5 / 10.5) * 2 * 2.2) / 3.2, 10);
  });
});
