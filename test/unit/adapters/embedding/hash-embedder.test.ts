import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHashEmbedder } from '../../../../adapters/embedding/hash-embedder.ts';
import { anyCharacter } from '../../../support/any-character.ts';

const embedder = createHashEmbedder();
const one = async (text: string, by = embedder): Promise<Float32Array> =>
  (await by.embed([text], 'document'))[0] as Float32Array;
const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
const near = async (a: string, b: string): Promise<number> => dot(await one(a), await one(b));

describe('the hash embedder', () => {
  it('names its version and its dimensions', () => {
    expect([embedder.id, embedder.dimensions]).toEqual(['hash-v1-512', 512]);
    expect(createHashEmbedder({ dimensions: 64 })).toMatchObject({ id: 'hash-v1-64', dimensions: 64 });
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses %d dimensions', (dimensions) => {
    expect(() => createHashEmbedder({ dimensions })).toThrow(RangeError);
  });

  it('gives vectors of length 1, whatever the text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: anyCharacter, maxLength: 400 }),
        fc.integer({ min: 1, max: 40 }),
        async (text, dimensions) => {
          const vector = await one(text, createHashEmbedder({ dimensions }));
          expect(vector.length).toBe(dimensions);
          expect(Math.abs(dot(vector, vector) - 1)).toBeLessThan(1e-5);
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each(['', ' \n\t', '+-*/ {}();'])('gives the first unit vector for %j, which has no word', async (text) => {
    expect([...(await one(text))]).toEqual([1, ...new Array<number>(511).fill(0)]);
  });

  it('gives the first unit vector where all words cancel out', async () => {
    // With one dimension, words of either sign meet there; some pair of these must cancel.
    const narrow = createHashEmbedder({ dimensions: 1 });
    const words = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta'];
    const signs = await Promise.all(words.map(async (word) => (await one(word, narrow))[0] as number));
    expect(new Set(signs)).toEqual(new Set([1, -1]));
    const pair = `${words[signs.indexOf(1)]} ${words[signs.indexOf(-1)]}`;
    expect([...(await one(pair, narrow))]).toEqual([1]);
  });

  it('answers in order, one vector a text, the same every time', async () => {
    const texts = Array.from({ length: 50 }, (_, i) => `text number ${i} `.repeat(1000));
    const vectors = await embedder.embed(texts, 'document');
    expect(vectors).toHaveLength(50);
    for (const i of [0, 17, 49]) expect(vectors[i]).toEqual(await one(texts[i] as string));
    expect(await embedder.embed([], 'query')).toEqual([]);
  });

  it('takes back the memory of vectors, and gives others in their place', async () => {
    const before = await embedder.embed(['one', 'two'], 'document');
    const other = await one('two');
    embedder.release?.(before);
    expect(before.map(({ length }) => length)).toEqual([0, 0]);
    expect(await one('two')).toEqual(other);
  });

  it('embeds queries as documents', async () => {
    expect(await embedder.embed(['parse the config'], 'query')).toEqual(
      await embedder.embed(['parse the config'], 'document'),
    );
  });

  it('gives the same vector on every machine', async () => {
    const vector = await one('const parseConfig = (path) => readFile(path)', createHashEmbedder({ dimensions: 8 }));
    expect([...vector].map((value) => Number(value.toFixed(4)))).toEqual(pinned);
  });

  it('finds the parts of names: spelling and case of identifiers do not matter', async () => {
    expect(await near('parseConfigFile', 'parse_config_file')).toBeGreaterThan(0.99);
    expect(await near('parse a config file', 'function parseConfigFile() {}')).toBeGreaterThan(
      await near('parse a config file', 'function renderUserProfile() {}'),
    );
  });

  it('lets a word that is repeated count more, but not in proportion', async () => {
    const once = await near('zebra', 'zebra lion tiger');
    const often = await near('zebra', `${'zebra '.repeat(100)} lion tiger`);
    expect(often).toBeGreaterThan(once);
    expect(often).toBeLessThan(0.995);
  });

  it('lets words that every text has count little', async () => {
    expect(await near('the lock of the repository', 'release the lock')).toBeGreaterThan(
      2 * (await near('the lock of the repository', 'it is the end of the day for the house')),
    );
    expect(await near('return', 'return zebra')).toBeLessThan(await near('lion', 'lion zebra'));
  });
});

/** Changing this changes every stored vector: it needs another id. */
const pinned = [0.4293, 0, -0.7606, 0.3296, 0, -0.2535, 0, -0.2535];
