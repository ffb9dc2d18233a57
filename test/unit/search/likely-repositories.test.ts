import { describe, expect, it } from 'vitest';
import type { RepositoryId } from '../../../core/contract/ids.ts';
import type { RepositoryRecord } from '../../../core/contract/records.ts';
import { ObjectMissingError } from '../../../core/domain/errors.ts';
import { gramFilterOf } from '../../../core/manifest/packs/gram-filter.ts';
import { ASKED_OF_MORE, likelyRepositories, MOST_WHOLE } from '../../../core/search/likely-repositories.ts';
import { wordFigures, wordsOfQuery } from '../../../core/search/rules/word-figures.ts';
import { pointerFor, repositoryRecord } from '../../support/records.ts';

interface Held {
  readonly texts: readonly string[];
  readonly paths?: readonly string[];
  /** As its branch tells. */
  readonly bytes?: number;
}

type Filter = ReturnType<typeof gramFilterOf>;

/** Most repositories have the same text and the same path: their filter is made once. */
const filters = new Map<string, Filter>();
const filterOf = (texts: readonly string[]): Filter => {
  const key = JSON.stringify(texts);
  const made = filters.get(key) ?? gramFilterOf(texts);
  filters.set(key, made);
  return made;
};

/** Repositories of one pack each, with these texts; the others have a text that has nothing of a query. */
const setUp = (special: Readonly<Record<number, Held>>, { count = 200, lost = -1, bytes = 1_000 } = {}) => {
  const ids = Array.from({ length: count }, (_, n) => `r${String(n).padStart(3, '0')}`);
  const heldBy = (id: string): Held =>
    Object.entries(special).find(([n]) => ids[Number(n)] === id)?.[1] ?? { texts: ['const nothing = 1;'] };
  const records = ids.map(
    (id): RepositoryRecord =>
      repositoryRecord({
        repository_id: id as RepositoryId,
        default_branch: 'main',
        branches: { main: { ...pointerFor(id), contents: true, bytes: heldBy(id).bytes ?? bytes } },
      }),
  );
  const opened: string[] = [];
  const read: string[] = [];
  const choose = likelyRepositories(async (id) => {
    opened.push(id);
    if (id === ids[lost]) throw new ObjectMissingError('gone');
    const { texts, paths = ['src/file.ts'] } = heldBy(id);
    return {
      packGrams: async () => [filterOf(texts)],
      pathGrams: async () => filterOf(paths),
      packWords: async () => {
        read.push(id);
        const ends = texts.map((_, n) => texts.slice(0, n + 1).join('').length);
        return { text: texts.join('').toLowerCase(), ends };
      },
    };
  });
  const asked = async (query: string, wanted?: number) => {
    const found = await choose(records, undefined, wordsOfQuery(query, []), wanted);
    return { ids: found.asked.map(({ repository_id }) => String(repository_id)), passedOver: found.passedOver };
  };
  return { asked, opened, read, ids };
};

describe('of many repositories', () => {
  it('those are asked that have the words, the rare ones first, and no text is read where that decides', async () => {
    const special = Object.fromEntries(
      Array.from({ length: 60 }, (_, n) => [n, { texts: [n < 20 ? 'the quokka sleeps' : 'a lock'] }]),
    );
    const { asked, read } = setUp({ ...special, 150: { texts: ['parse_giraffe_config(lock)'] } });
    const { ids, passedOver } = await asked('parseGiraffeConfig quokka', 21);
    expect(ids).toEqual([...Array.from({ length: 20 }, (_, n) => `r${String(n).padStart(3, '0')}`), 'r150']);
    expect([passedOver, read]).toEqual([179, []]);
  });

  it('a name counts as it is written anywhere, in a path too', async () => {
    const { asked } = setUp({
      3: { texts: ['PARSEGIRAFFECONFIG'] },
      7: { texts: ['x'], paths: ['lib/parse-giraffe-config.rb'] },
      11: { texts: ['parse giraffe config'] },
    });
    expect((await asked('parseGiraffeConfig', 3)).ids).toEqual(['r003', 'r007', 'r011']);
  });

  it('where filters leave too many, the ones with the best file are asked', async () => {
    const special = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [n, { texts: ['lock', 'store'] }]));
    const { asked, read } = setUp({
      ...special,
      120: { texts: ['lock store lock store'] },
      121: { texts: ['the lock of the store'] },
      122: { texts: [`lock store ${'and much else '.repeat(900)}`] },
    });
    expect((await asked('lock store', 3)).ids).toEqual(['r120', 'r121', 'r122']);
    expect(read).toHaveLength(200);
    const large = setUp(special, { bytes: 10_000_000 });
    expect((await large.asked('lock store')).ids).toEqual(large.ids.slice(0, ASKED_OF_MORE));
    expect(large.read).toEqual(['r000', 'r001']);
  });

  it('a small one with the best file is asked beside large ones that have more of the words somewhere', async () => {
    const all = ['lock', 'store', 'fence', 'lease'];
    const special = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [n, { texts: all, bytes: 10_000_000 }]));
    const { asked, read } = setUp({
      ...special,
      150: { texts: ['the lock of a store has a fence'], bytes: 1_000 },
      151: { texts: ['a lock'], bytes: 1_000 },
    });
    const { ids, passedOver } = await asked('lock store fence lease');
    expect(ids).toContain('r150');
    expect(ids).not.toContain('r151');
    expect([ids.length, passedOver]).toEqual([ASKED_OF_MORE, 200 - ASKED_OF_MORE]);
    expect(read).toEqual(['r150', 'r000', 'r001']);
  });

  it('what cannot be judged is asked beside them', async () => {
    const { asked } = setUp({ 5: { texts: ['quokka'] } }, { lost: 199 });
    expect((await asked('quokka', 1)).ids).toEqual(['r005', 'r199']);
  });

  it('all are asked where they are few', async () => {
    const { asked, opened } = setUp({}, { count: MOST_WHOLE });
    expect((await asked('quokka')).passedOver).toBe(0);
    expect(opened).toEqual([]);
    expect((await setUp({}, { count: MOST_WHOLE + 1 }).asked('!!!')).ids).toHaveLength(ASKED_OF_MORE);
  });
});

it('figures are of the best text alone, more for rare words and less for long texts', () => {
  const figure = (texts: readonly string[], query: string, weights: readonly number[]) =>
    wordFigures(
      texts.join(''),
      texts.map((_, n) => texts.slice(0, n + 1).join('').length),
      wordsOfQuery(query, []),
      weights,
    );
  expect(figure(['lock', 'store'], 'lock store', [1, 1])).toBe(figure(['lock', 'none'], 'lock store', [1, 1]));
  expect(figure(['lock store'], 'lock store', [1, 1])).toBeGreaterThan(figure(['lock lock'], 'lock store', [1, 1]));
  expect(figure(['lock'], 'lock store', [2, 1])).toBeGreaterThan(figure(['store'], 'lock store', [2, 1]));
  expect(figure(['lock'], 'lock', [1])).toBeGreaterThan(figure([`lock${' x'.repeat(9_000)}`], 'lock', [1]));
  expect(figure(['nothing'], 'lock', [1])).toBe(0);
  expect(figure([], 'lock', [1])).toBe(0);
});
