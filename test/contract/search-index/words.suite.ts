import { describe, expect, it } from 'vitest';
import type { Generation } from '../../../core/ports/search-index.ts';
import type { PublishedIndex } from './published.ts';
import { dimensions, oidOf, rowOf, vectorOf } from './search-index.suite.ts';

/** What an index keeps to that ranks by words too. `fresh` makes a generation without rows. */
export const wordsContract = (index: () => PublishedIndex, fresh: () => Promise<Generation>, atOnce: boolean): void => {
  const words = async (generation: Generation, text: string) =>
    (await index().query(generation, { vector: new Float32Array(dimensions), words: text, limit: 1 }))[0]?.text;

  describe('by words', () => {
    const texts = {
      snake: 'def parse_config(path): return load(path)',
      camel: 'function renderTemplate(input) {}',
      keyword: 'for the win if this is not',
      unicode: 'Größe 配置文件',
    };
    let made: Promise<Generation> | null = null;
    const filled = (): Promise<Generation> => {
      made ??= (async () => {
        const generation = await fresh();
        const rows = Object.values(texts).map((text, n) => rowOf(n, 0, text));
        await index().put(generation, rows);
        if (!atOnce) await index().settle(generation);
        return generation;
      })();
      return made;
    };

    const cases = [
      ['config', texts.snake],
      ['parseConfig', texts.snake],
      ['PARSE_CONFIG', texts.snake],
      ['template', texts.camel],
      ['render_template', texts.camel],
      ['for', texts.keyword],
      ['the', texts.keyword],
      ['größe', texts.unicode],
      ['配置', texts.unicode],
    ] as const;
    it.each(cases)(`finds %s ${atOnce ? 'before a settle' : 'when it is settled'}`, async (query, text) => {
      expect(await words(await filled(), query)).toBe(text);
    });

    it('finds the same after a settle, and rows put since', async () => {
      const generation = await filled();
      await index().settle(generation);
      for (const [query, text] of cases) expect(await words(generation, query)).toBe(text);
      await index().put(generation, [rowOf(50, 0, 'const laterAddition = 1')]);
      if (!atOnce) await index().settle(generation);
      expect(await words(generation, 'addition')).toBe('const laterAddition = 1');
    });

    it.each([
      '"',
      '(config',
      'config AND',
      'a:b^2 config~',
      "'; DROP TABLE",
      '+-*/\\',
      '  ',
      '\0 config',
      '{"match":1}',
    ])('is not broken by %j', async (query) => {
      expect(await words(await filled(), query)).toBeDefined();
      if (query.includes('config')) expect(await words(await filled(), query)).toBe(texts.snake);
    });

    it('puts what both rankings know before what one knows', async () => {
      const mixed = await fresh();
      await index().put(mixed, [rowOf(1, 0, 'alpha beta'), rowOf(2, 0, 'gamma'), rowOf(700, 0, 'alpha beta')]);
      if (!atOnce) await index().settle(mixed);
      const hits = await index().query(mixed, { vector: vectorOf(1), words: 'beta', limit: 3 });
      expect(hits.map(({ blob }) => blob)).toEqual([oidOf(1), oidOf(700), oidOf(2)]);
    });

    it('reads a pasted file as a query', async () => {
      const pasted = Array.from({ length: 5000 }, (_, i) => 'x'.repeat((i % 60) + 1)).join(' ');
      expect(await words(await filled(), `config ${pasted}`)).toBe(texts.snake);
    });
  });
};
