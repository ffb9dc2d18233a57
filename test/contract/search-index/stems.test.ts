import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { connect, MatchQuery } from '@lancedb/lancedb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildWordIndices } from '../../../adapters/lancedb/indices.ts';
import { codeTokens } from '../../../core/search/rules/code-tokens.ts';
import { wordStem } from '../../../core/search/rules/word-stem.ts';

const folders = ['core', 'adapters', 'docs'].map((folder) => resolve(import.meta.dirname, '../../..', folder));
/** What source code has little of: words of no ASCII, with digits, with a `y` in each place, and all that the algorithm has a list for. */
const rare =
  'https http éclairs éclair größes größe utf8strings utf8string s3locations 解析 yes ayying dyed sayings ied ies dies flies skis skies ' +
  'dying lying tying idly gently ugly early only singly sky news howe atlas cosmos bias andes inning innings outing canning herrings earring proceeds ' +
  'exceeded succeed generously generic communism communal arsenal arsenals agreed agreedly feed hopping hoped hop oned egged luxuriated relational ' +
  'rationalize vietnamization operators feudalism decisiveness hopefulness callousness formaliti sensitiviti sensibiliti analogy analogies ' +
  'hopefully carelessly triplicate formative formalize electriciti electrical goodness revival allowance inference airliner gyroscopic adjustable ' +
  'add adds added ad egg odd odded off offed erred inned in upped up yapping evening evenings even evens intern interns interning internal international organ organs organic organization organize past paste pasted pasting universal universe university universes emerging emergency later latering interfere interfering vie vies vying hying hie lyings lies eying eyed drying toothpaste toothpastes pastes repasted irritant replacement adjustment dependent adoption homologou communion effective probate rate cease controll roll';

let words: readonly string[] = [];
let directory = '';
let found: (word: string) => Promise<readonly string[]>;

beforeAll(async () => {
  const texts = await Promise.all(
    folders.map(async (folder) => {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      const files = entries.filter(({ name }) => /\.(?:ts|md)$/.test(name));
      return Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8')));
    }),
  );
  const read = codeTokens(`${texts.flat().join('\n')} ${rare}`);
  // Forms too that no one has written: what the algorithm makes of `add` shows only beside `added`.
  const forms = read
    .filter((word) => /^[a-z]{2,7}$/.test(word))
    .flatMap((word) => ['s', 'ed', 'ing', 'ly'].map((ending) => word + ending));
  words = [...new Set([...read, ...forms])];
  directory = await mkdtemp(join(tmpdir(), 'stems-'));
  const connection = await connect(directory);
  const table = await connection.createTable(
    'words',
    words.map((word) => ({ blob: word, words: word })),
  );
  await buildWordIndices(table);
  found = async (word) => {
    const rows = await table
      .query()
      .fullTextSearch(new MatchQuery(word, 'words'))
      .select(['blob', '_score'])
      .limit(1000)
      .toArray();
    return rows.map(({ blob }) => blob as string).sort();
  };
});
afterAll(() => rm(directory, { recursive: true }));

describe('stems', () => {
  it('bring the same words together in LanceDB’s index of words and in our own', async () => {
    const alike = Map.groupBy(words, wordStem);
    // All that are rare, and of the others those that have company.
    const asked = new Set([
      ...codeTokens(rare),
      ...[...alike.values()].flatMap((list) => (list.length > 2 ? list[0] : [])),
    ] as string[]);
    expect(asked.size).toBeGreaterThan(2000);
    const left = asked.values();
    const askOn = async (): Promise<void> => {
      for (const word of left) expect(await found(word), word).toEqual(alike.get(wordStem(word))?.toSorted());
    };
    await Promise.all(Array.from({ length: 8 }, askOn));
  });
});
