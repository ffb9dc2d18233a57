import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GenerationNotFoundError } from '../../../core/domain/errors.ts';
import type { Generation, IndexRow, SearchIndex } from '../../../core/ports/search-index.ts';
import { asPublished, type PublishedIndex } from './published.ts';
import { rareLanguageContract } from './rare-language.suite.ts';
import { wordsContract } from './words.suite.ts';

export const dimensions = 16;

/** A unit vector that is near to those of near numbers. */
export const vectorOf = (n: number): Float32Array => {
  const vector = new Float32Array(dimensions);
  const angle = (n % 1000) / 700;
  vector[0] = Math.cos(angle);
  vector[1] = Math.sin(angle);
  return vector;
};

export const oidOf = (n: number): string => n.toString(16).padStart(40, '0');

export const rowOf = (
  n: number,
  ordinal = 0,
  text = `text ${n} ${ordinal}`,
  languages: readonly string[] = [],
): IndexRow => ({
  blob: oidOf(n),
  ordinal,
  startLine: ordinal * 10 + 1,
  endLine: ordinal * 10 + 9,
  text,
  languages,
  vector: vectorOf(n),
});

export const blobsOf = (...numbers: number[]) => numbers.map((n) => ({ oid: oidOf(n), chunks: 1 }));

/** Whether it ranks by words too: at once, or when it has been settled. */
export type Words = 'at once' | 'settled' | 'none';

export interface MadeIndex {
  readonly index: SearchIndex;
  close(): PromiseLike<void>;
}

/** What every search index keeps to. `make` gives an empty index. */
export const searchIndexContract = (
  name: string,
  make: () => Promise<MadeIndex>,
  traits: { readonly words: Words },
): void => {
  describe(`${name} as a search index`, () => {
    let index: PublishedIndex;
    let close: () => PromiseLike<void>;
    let lastNumber = 0;
    /** The name of a generation that is not there. */
    const absent = (): Generation => ({
      repositoryId: 'repo-1',
      number: ++lastNumber,
      dimensions,
      identity: `test ${lastNumber}`,
    });
    /** A generation of its own for each test: making an index anew would cost more than the test. */
    const fresh = async (): Promise<Generation> => {
      const generation = absent();
      await index.create(generation);
      return generation;
    };
    beforeAll(async () => {
      const made = await make();
      index = asPublished(made.index);
      close = made.close;
    });
    afterAll(() => close());

    const find = async (generation: Generation, n: number, limit = 10, blobs?: readonly string[]) =>
      (await index.query(generation, { vector: vectorOf(n), words: '', limit, blobs })).map(({ blob }) => blob);

    it('finds a row by its vector at once, and after a settle', async () => {
      const generation = await fresh();
      await index.put(generation, [rowOf(1), rowOf(300), rowOf(600)]);
      expect(await find(generation, 290)).toEqual([oidOf(300), oidOf(1), oidOf(600)]);
      await index.settle(generation);
      expect(await find(generation, 290)).toEqual([oidOf(300), oidOf(1), oidOf(600)]);
      await index.put(generation, [rowOf(295)]);
      expect(await find(generation, 290, 2)).toEqual([oidOf(295), oidOf(300)]);
    });

    it('answers with the row as it was put, and scores that do not rise', async () => {
      const generation = await fresh();
      await index.put(generation, [rowOf(1, 3, 'grüße \u{1f600}\nline'), rowOf(500)]);
      const hits = await index.query(generation, { vector: vectorOf(1), words: '', limit: 5 });
      expect(hits[0]).toEqual({
        blob: oidOf(1),
        ordinal: 3,
        startLine: 31,
        endLine: 39,
        text: 'grüße \u{1f600}\nline',
        score: expect.any(Number),
      });
      expect(hits[0]?.score).toBeGreaterThanOrEqual(hits[1]?.score ?? Number.NaN);
    });

    it('keeps one row of a key that is put again, in one call or in several', async () => {
      const generation = await fresh();
      await index.put(generation, [rowOf(1), rowOf(1), rowOf(2)]);
      await Promise.all([index.put(generation, [rowOf(1)]), index.put(generation, [rowOf(1), rowOf(3)])]);
      await index.settle(generation);
      await index.put(generation, [rowOf(2), rowOf(3)]);
      expect((await find(generation, 1)).sort()).toEqual([oidOf(1), oidOf(2), oidOf(3)]);
      expect(await index.get(generation, blobsOf(1, 2, 3))).toHaveLength(3);
    });

    it('takes an empty put', async () => {
      const generation = await fresh();
      await index.put(generation, []);
      expect(await find(generation, 1)).toEqual([]);
    });

    /** A store may keep vectors at half precision: eleven bits. */
    const halfPrecise = (row: IndexRow) => ({ ...row, vector: [...row.vector].map((value) => Math.f16round(value)) });

    it('gives all rows of the blobs asked for, with their vectors', async () => {
      const generation = await fresh();
      await index.put(generation, [rowOf(1), rowOf(2, 0), rowOf(2, 1), rowOf(2, 2), rowOf(3)]);
      const rows = await index.get(generation, [
        { oid: oidOf(2), chunks: 3 },
        { oid: oidOf(3), chunks: 1 },
        { oid: oidOf(99), chunks: 2 },
      ]);
      const byKey = [...rows].sort((a, b) => a.blob.localeCompare(b.blob) || a.ordinal - b.ordinal);
      expect(byKey.map(halfPrecise)).toEqual([rowOf(2, 0), rowOf(2, 1), rowOf(2, 2), rowOf(3)].map(halfPrecise));
    });

    it('gives the rows of many blobs', async () => {
      const generation = await fresh();
      const numbers = Array.from({ length: 1100 }, (_, n) => n);
      await index.put(
        generation,
        numbers.map((n) => rowOf(n)),
      );
      expect(await index.get(generation, blobsOf(...numbers))).toHaveLength(1100);
      expect(await index.get(generation, [])).toEqual([]);
    });

    it('deletes blobs, those that are there', async () => {
      const generation = await fresh();
      await index.put(generation, [rowOf(1, 0), rowOf(1, 1), rowOf(200), rowOf(300)]);
      await index.settle(generation);
      await index.put(generation, [rowOf(4)]);
      await index.delete(generation, [{ oid: oidOf(1), chunks: 2 }, ...blobsOf(4, 77)]);
      expect((await find(generation, 1)).sort()).toEqual([oidOf(200), oidOf(300)]);
      expect(await index.get(generation, blobsOf(1, 4))).toEqual([]);
      await index.put(generation, [rowOf(1, 0)]);
      expect(await find(generation, 1, 1)).toEqual([oidOf(1)]);
    });

    it('widens: a larger limit gives more, each row once, until nothing is left', async () => {
      const generation = await fresh();
      await index.put(
        generation,
        Array.from({ length: 40 }, (_, n) => rowOf(n * 20, 0, `shared word${n}`)),
      );
      for (const [limit, count] of [
        [1, 1],
        [10, 10],
        [40, 40],
        [100, 40],
      ] as const) {
        const hits = await index.query(generation, { vector: vectorOf(3), words: 'shared', limit });
        expect(new Set(hits.map(({ blob }) => blob)).size).toBe(count);
        expect(hits).toHaveLength(count);
      }
      expect(await find(generation, 1, 0)).toEqual([]);
    });

    it('looks only into the blobs it is given', async () => {
      const generation = await fresh();
      await index.put(
        generation,
        Array.from({ length: 200 }, (_, n) => rowOf(n, 0, `shared words ${n}`)),
      );
      await index.settle(generation);
      expect(await find(generation, 5, 10, [oidOf(150), oidOf(7), oidOf(9999)])).toEqual([oidOf(7), oidOf(150)]);
      expect(await find(generation, 5, 10, [])).toEqual([]);
      const hits = await index.query(generation, {
        vector: vectorOf(5),
        words: 'shared',
        limit: 10,
        blobs: [oidOf(150)],
      });
      expect(hits.map(({ blob }) => blob)).toEqual([oidOf(150)]);
      expect(await find(generation, 5, 1, ["' OR '1' = '1"])).toEqual([]);
    });

    rareLanguageContract(async () => ({ index, generation: await fresh() }));

    it('never takes an absent generation for an empty one', async () => {
      const gone = absent();
      const lost = (call: Promise<unknown>) => expect(call).rejects.toThrow(GenerationNotFoundError);
      await lost(index.put(gone, [rowOf(1)]));
      await lost(find(gone, 1));
      await lost(index.get(gone, blobsOf(1)));
      await lost(index.delete(gone, blobsOf(1)));
      expect(await index.inspect(gone, [])).toEqual({ kind: 'absent' });
      await index.drop(gone);
      expect(await index.inspect(gone, [])).toEqual({ kind: 'absent' });
    });

    it('keeps what a generation of the same identity holds when it is made again', async () => {
      const generation = await fresh();
      await index.put(generation, [rowOf(1)]);
      await Promise.all([index.create(generation), index.create(generation)]);
      expect(await find(generation, 1)).toEqual([oidOf(1)]);
    });

    it('makes a generation of another identity anew, of whatever dimensions', async () => {
      const old = await fresh();
      await index.put(old, [rowOf(1)]);
      for (const other of [
        { ...old, identity: 'another' },
        { ...old, identity: 'a third', dimensions: dimensions * 2 },
      ]) {
        expect(await index.inspect(other, [])).toMatchObject({ kind: 'damaged' });
        await index.create(other);
        expect(await index.inspect(other, [])).toMatchObject({ kind: 'whole' });
        const vector = new Float32Array(other.dimensions).fill(1);
        expect(await index.query(other, { vector, words: '', limit: 5 })).toEqual([]);
        await index.put(other, [{ ...rowOf(2), vector }]);
        expect(await index.inspect(old, [])).toMatchObject({ kind: 'damaged' });
      }
    });

    it('tells a whole generation from one without the rows put last', async () => {
      const generation = await fresh();
      expect(await index.inspect(generation, [])).toMatchObject({ kind: 'whole' });
      await index.put(generation, [rowOf(1), rowOf(2, 0), rowOf(2, 1)]);
      await index.settle(generation);
      const { rows, ...state } = (await index.inspect(generation, [oidOf(1), oidOf(2)])) as { rows: number | null };
      expect(state).toEqual({ kind: 'whole' });
      expect([3, null]).toContain(rows);
      await index.delete(generation, [{ oid: oidOf(2), chunks: 2 }]);
      expect(await index.inspect(generation, [oidOf(1), oidOf(2)])).toMatchObject({
        kind: 'damaged',
        why: expect.stringContaining('1 of 2'),
      });
      expect(await index.inspect(generation, [oidOf(1)])).toMatchObject({ kind: 'whole' });
    });

    it('knows of a generation that was made before indexes kept what they are', async () => {
      const { identity: _, ...old } = absent();
      await index.create(old);
      await index.put(old, [rowOf(1)]);
      expect(await index.inspect(old, [oidOf(1)])).toMatchObject({ kind: 'whole' });
      expect(await index.inspect({ ...old, identity: 'a job' }, [])).toMatchObject({ kind: 'damaged' });
    });

    it('keeps generations and repositories apart', async () => {
      const one = await fresh();
      const two = await fresh();
      const other = { ...one, repositoryId: 'repo-10' };
      await index.create(other);
      await index.put(one, [rowOf(1)]);
      await index.put(two, [rowOf(2)]);
      await index.put(other, [rowOf(3)]);
      await index.delete(two, blobsOf(1));
      await index.drop(other);
      expect(await find(one, 1)).toEqual([oidOf(1)]);
      expect(await find(two, 1)).toEqual([oidOf(2)]);
      expect(await index.inspect(other, [])).toEqual({ kind: 'absent' });
    });

    it('drops a generation, and can make it again', async () => {
      const generation = await fresh();
      await index.put(generation, [rowOf(1)]);
      await index.settle(generation);
      await index.drop({ repositoryId: generation.repositoryId, number: generation.number });
      expect(await index.inspect(generation, [])).toEqual({ kind: 'absent' });
      await index.create(generation);
      expect(await find(generation, 1)).toEqual([]);
      await index.put(generation, [rowOf(2)]);
      expect(await find(generation, 1)).toEqual([oidOf(2)]);
    });

    it('settles again and again, with and without changes between', async () => {
      const generation = await fresh();
      for (let n = 0; n < 4; n++) {
        await index.put(generation, [rowOf(n)]);
        await index.settle(generation);
        await index.settle(generation);
      }
      expect((await find(generation, 0)).sort()).toEqual([0, 1, 2, 3].map(oidOf));
    });

    it('takes the puts of many at once, while it is queried', async () => {
      const generation = await fresh();
      await index.put(generation, [rowOf(0)]);
      let writing = true;
      const writers = Promise.all(
        Array.from({ length: 8 }, async (_, writer) => {
          for (let n = 0; n < 5; n++)
            await index.put(generation, [rowOf(writer * 100 + n), rowOf(writer * 100 + n, 1)]);
        }),
      ).finally(() => {
        writing = false;
      });
      while (writing) expect(await find(generation, 0, 1)).toEqual([oidOf(0)]);
      await writers;
      const numbers = Array.from({ length: 8 }, (_, writer) => [0, 1, 2, 3, 4].map((n) => writer * 100 + n)).flat();
      expect(
        await index.get(
          generation,
          numbers.map((n) => ({ oid: oidOf(n), chunks: 2 })),
        ),
      ).toHaveLength(80);
    });

    it('refuses a vector of other dimensions', async () => {
      const generation = await fresh();
      const short = new Float32Array(dimensions - 1);
      await expect(index.put(generation, [{ ...rowOf(1), vector: short }])).rejects.toThrow(RangeError);
      await expect(index.query(generation, { vector: short, words: '', limit: 1 })).rejects.toThrow(RangeError);
    });

    if (traits.words !== 'none') wordsContract(() => index, fresh, traits.words === 'at once');
  });
};
