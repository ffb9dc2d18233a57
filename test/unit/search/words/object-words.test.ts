import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { IndexDamagedError } from '../../../../core/domain/errors.ts';
import { allWordsPrefix, jobKeys } from '../../../../core/objects/object-keys.ts';
import { objectsOfRoot, readWordRoot } from '../../../../core/objects/word-roots.ts';
import type { Generation, IndexRow, Settlement } from '../../../../core/ports/search-index.ts';
import { createObjectWords } from '../../../../core/search/words/object-words.ts';
import { namedWords } from '../../../../core/sync/unnamed-pages.ts';
import { MemoryObjectStore } from '../../../faults/memory/memory-objects.ts';
import { oidOf } from '../../../support/manifest-entries.ts';

const repositoryId = 'shop';
const prefix = allWordsPrefix(repositoryId);
const generation = (words: string | undefined, writer = 'sync-1'): Generation => ({
  repositoryId,
  number: 1,
  dimensions: 1,
  words,
  writer,
});
const row = (blob: number, text: string, more: Partial<IndexRow> = {}): IndexRow => ({
  blob: oidOf(blob),
  ordinal: 0,
  startLine: 1,
  endLine: 1,
  text,
  languages: ['c'],
  vector: Float32Array.of(1),
  ...more,
});
const nothingGone: Settlement = { dropped: async () => 0, unheld: async () => new Set() };

/** A word that is one token, and its own stem. */
const wordOf = (n: number): string => `w${[...String(n)].map((digit) => 'bdfghklmnp'[Number(digit)]).join('')}`;

let objects: MemoryObjectStore;
beforeEach(() => {
  objects = new MemoryObjectStore();
});

/** A job from its first put to its publish; the words that it leaves. */
const published = async (
  words: string | undefined,
  writer: string,
  rows: readonly IndexRow[],
  settlement = nothingGone,
): Promise<string | undefined> => {
  const made = createObjectWords(objects);
  await made.put(generation(words, writer), rows);
  const after = await made.settle(generation(words, writer), settlement);
  await objects.deleteAll(jobKeys({ repository_id: repositoryId, job_id: writer } as never).prefix);
  return after;
};
const found = async (words: string | undefined, asked: string, more: object = {}) =>
  createObjectWords(objects).find(generation(words), { words: asked, limit: 1_000, ...more });
const blobsFound = async (words: string | undefined, asked: string, more: object = {}) =>
  (await found(words, asked, more)).map(({ blob }) => blob);
const remove = async (keys: Iterable<string>): Promise<void> => objects.delete([...keys]);

describe('words in the object store', () => {
  it('are found by any form of a word and any spelling of a name, the rarest and shortest first', async () => {
    const words = await published('', 'sync-1', [
      row(1, 'parse the configuration of a server'),
      row(2, 'parsing and parsing again'),
      row(3, 'function renderTemplate(input) {}'),
    ]);
    expect(await blobsFound(words, 'parses')).toEqual([oidOf(2), oidOf(1)]);
    expect(await blobsFound(words, 'render_template')).toEqual([oidOf(3)]);
    expect(await blobsFound(words, 'server parse')).toEqual([oidOf(1), oidOf(2)]);
    expect(await blobsFound(words, 'absent')).toEqual([]);
    expect(await blobsFound(words, '')).toEqual([]);
  });

  it('are limited to blobs and languages, those that a row has gained too', async () => {
    const first = await published('', 'sync-1', [row(1, 'shared'), row(2, 'shared', { languages: ['perl', 'c'] })]);
    expect(await blobsFound(first, 'shared', { language: 'perl' })).toEqual([oidOf(2)]);
    expect(await blobsFound(first, 'shared', { blobs: [oidOf(1), oidOf(9)] })).toEqual([oidOf(1)]);
    const second = await published(first, 'sync-2', [row(1, 'shared', { languages: ['c', 'rust'] })]);
    expect(await blobsFound(second, 'shared', { language: 'rust' })).toEqual([oidOf(1)]);
    expect((await blobsFound(second, 'shared', { language: 'c' })).sort()).toEqual([oidOf(1), oidOf(2)]);
  });

  it('are not there before a settle, and what was there before stays as it was', async () => {
    const before = await published('', 'sync-1', [row(1, 'alpha')]);
    await createObjectWords(objects).put(generation(before, 'sync-2'), [row(2, 'alpha')]);
    expect(await blobsFound(before, 'alpha')).toEqual([oidOf(1)]);
    const after = await createObjectWords(objects).settle(generation(before, 'sync-2'), nothingGone);
    expect((await blobsFound(after, 'alpha')).sort()).toEqual([oidOf(1), oidOf(2)]);
    expect(await blobsFound(before, 'alpha')).toEqual([oidOf(1)]);
  });

  it('of a generation from before they were kept are not begun, since they would lack its other rows', async () => {
    expect(await published(undefined, 'sync-1', [row(1, 'alpha')])).toBeUndefined();
    expect(objects.keys()).toEqual([]);
    expect(await found(undefined, 'alpha')).toEqual([]);
  });

  it('are not written anew by a job that has put nothing', async () => {
    const before = await published('', 'sync-1', [row(1, 'alpha')]);
    expect(await published(before, 'sync-2', [])).toBe(before);
  });

  const recorded = () => {
    const reads: string[] = [];
    const made = createObjectWords({
      putText: (...put) => objects.putText(...put),
      list: (of) => objects.list(of),
      getText: (key) => {
        reads.push(key.slice(key.lastIndexOf('.', key.length - 5) + 1));
        return objects.getText(key);
      },
    });
    return { made, reads };
  };

  it('are read once, and a word that no row has costs a shard', async () => {
    const words = await published('', 'sync-1', [row(1, 'alpha')]);
    const { made, reads } = recorded();
    for (const asked of ['beta', 'alpha', 'alpha']) await made.find(generation(words), { words: asked, limit: 5 });
    // What scoring needs of rows is read beside the shards.
    expect(reads).toEqual(['root.zst', 'rows.zst', 'shard-0.zst', 'keys-0.zst']);
  });

  it('are read ahead as far as their keys, and what is lost is told by who looks for them', async () => {
    const words = await published('', 'sync-1', [row(1, 'alpha')]);
    const { made, reads } = recorded();
    for (const asked of ['', 'alpha']) made.readAhead(generation(words), asked);
    made.readAhead(generation(''), 'alpha');
    made.readAhead(generation(undefined), 'alpha');
    await expect.poll(() => reads).toEqual(['root.zst', 'rows.zst', 'shard-0.zst']);
    expect(await made.find(generation(words), { words: 'alpha', limit: 5 })).toHaveLength(1);
    expect(reads).toHaveLength(4);
    made.readAhead(generation('repositories/shop/words/none.root.zst'), 'alpha');
    await expect(
      made.find(generation('repositories/shop/words/none.root.zst'), { words: 'alpha', limit: 5 }),
    ).rejects.toThrow(IndexDamagedError);
  });

  it('in many shards are the same as in one', async () => {
    const text = (n: number) => Array.from({ length: 3_000 }, (_, i) => wordOf((n * 7 + i * 13) % 5_000)).join(' ');
    const rows = Array.from({ length: 120 }, (_, n) => row(n, text(n)));
    let words: string | undefined = '';
    for (let job = 0; job < 4; job++)
      words = await published(words, `sync-${job}`, rows.slice(job * 30, job * 30 + 30));
    const root = await readWordRoot(objects, words ?? '');
    expect(root.segments.map(({ shards }) => shards.length)).toEqual([4]);
    const one = await published(
      '',
      'sync-9',
      rows.map((each) => ({ ...each, text: each.text.slice(0, 9_000) })),
    );
    expect((await readWordRoot(objects, one ?? '')).segments[0]?.shards.length).toBe(2);
    for (const asked of [[1], [77, 4_999], [3, 14, 15, 92]].map((each) => each.map(wordOf).join(' ')))
      expect((await blobsFound(words, asked)).sort()).toEqual(
        rows
          .filter(({ text: of }) => asked.split(' ').some((word) => of.split(' ').includes(word)))
          .map(({ blob }) => blob)
          .sort(),
      );
  });
});

describe('rows that no branch has any more', () => {
  const many = Array.from({ length: 12_000 }, (_, n) => row(n, `shared ${wordOf(n % 50)}`));

  it('go when they are many, and not when they are few', async () => {
    const first = await published('', 'sync-1', many);
    const gone = new Set(many.slice(0, 5_000).map(({ blob }) => blob));
    const unheld = async (blobs: ReadonlySet<string>) => blobs.intersection(gone);
    const second = await published(first, 'sync-2', [row(20_000, wordOf(7))], { dropped: async () => 1_000, unheld });
    expect((await readWordRoot(objects, second ?? '')).dead).toBe(1_000);
    expect(await found(second, wordOf(7))).toHaveLength(241);
    const third = await published(second, 'sync-3', [row(20_001, wordOf(7))], { dropped: async () => 4_000, unheld });
    expect((await readWordRoot(objects, third ?? '')).dead).toBe(0);
    expect(await found(third, wordOf(7))).toHaveLength(142);
    expect((await readWordRoot(objects, third ?? '')).segments.map(({ rows }) => rows)).toEqual([7_002]);
  });

  it('leave nothing where they were all', async () => {
    const first = await published('', 'sync-1', many);
    const all = await published(first, 'sync-2', [], { dropped: async () => 12_000, unheld: async (blobs) => blobs });
    expect(await readWordRoot(objects, all ?? '')).toMatchObject({ segments: [], dead: 0 });
    expect(await found(all, 'shared')).toEqual([]);
  });
});

describe('what is lost of words', () => {
  it.each(['.root.zst', '.rows.zst', '.keys-0.zst', '.shard-0.zst'])('is told by its name: %s', async (end) => {
    const words = await published('', 'sync-1', [row(1, 'alpha')]);
    const [key = ''] = objects.keys(prefix).filter((each) => each.endsWith(end));
    const text = objects.peekText(key) ?? '';
    for (const torn of ['', text.slice(0, text.length / 2), 'something else']) {
      await objects.putText(key, torn);
      await expect(found(words, 'alpha')).rejects.toThrow(IndexDamagedError);
    }
    await objects.delete([key]);
    await expect(found(words, 'alpha')).rejects.toThrow(IndexDamagedError);
    await expect(published(words, 'sync-2', [row(2, 'beta')])).rejects.toThrow(IndexDamagedError);
  });
});

/** Every write that a settle makes may be the last of its process. */
describe('a settle that is cut off', () => {
  const dying = (after: number) => {
    let writes = 0;
    return createObjectWords({
      getText: (key) => objects.getText(key),
      list: (of) => objects.list(of),
      putText: async (key, text) => {
        if (writes++ >= after) throw new Error('killed');
        return objects.putText(key, text);
      },
    });
  };

  it('changes nothing, and comes to the same when it is done again', async () => {
    const before = await published('', 'sync-1', [row(1, 'alpha beta')]);
    const job = generation(before, 'sync-2');
    await createObjectWords(objects).put(job, [row(2, 'alpha gamma')]);
    let cuts = 0;
    for (; ; cuts++) {
      const outcome = await dying(cuts)
        .settle(job, nothingGone)
        .catch(() => null);
      expect(await blobsFound(before, 'alpha')).toEqual([oidOf(1)]);
      if (outcome !== null) break;
    }
    expect(cuts).toBeGreaterThan(3);
    const after = await createObjectWords(objects).settle(job, nothingGone);
    const named = await namedWords({ objects } as never, repositoryId, [before, after]);
    // No try has left an object of another name.
    expect(objects.keys(prefix).filter((key) => named?.has(key) !== true)).toEqual([]);
    expect(await blobsFound(after, 'gamma')).toEqual([oidOf(2)]);
  });
});

/**
 * Jobs as syncs run them: each settles what the record names when it begins; a job that has lost its lock goes on for a while, and never publishes. What the record
 * names is all that is searched, and all that stays.
 */
describe('words under jobs that die, are forced away and go on', () => {
  const act = fc.record({
    rows: fc.array(fc.tuple(fc.nat(30), fc.nat(2)), { maxLength: 6 }),
    end: fc.constantFrom('publishes', 'dies before its settle', 'dies after its settle', 'goes on as a zombie'),
  });

  it('are those of every publish, whole, whoever writes meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 12 }), async (acts) => {
        objects = new MemoryObjectStore();
        let record: string | undefined = '';
        const rows = new Set<string>();
        const zombies: (() => Promise<unknown>)[] = [];
        for (const [n, { rows: put, end }] of acts.entries()) {
          const writer = `sync-${n}`;
          // The sweep of a job that begins: what is not named, of lower fences.
          const named = await namedWords({ objects } as never, repositoryId, [record]);
          await remove(objects.keys(prefix).filter((key) => named?.has(key) !== true));
          for (let other = 0; other < n; other++)
            await objects.deleteAll(jobKeys({ repository_id: repositoryId, job_id: `sync-${other}` } as never).prefix);
          const words = createObjectWords(objects);
          const of = generation(record, writer);
          await words.put(
            of,
            put.map(([blob, ordinal]) => row(blob, `shared word${blob}`, { ordinal })),
          );
          if (end === 'dies before its settle') continue;
          if (end === 'goes on as a zombie') {
            zombies.push(() => words.settle(of, nothingGone));
            continue;
          }
          const after = await words.settle(of, nothingGone);
          // One that has lost its lock writes in the middle of all that.
          await Promise.allSettled(zombies.splice(0, 1).map((zombie) => zombie()));
          if (end !== 'publishes') continue;
          const [before, stay] = await Promise.all(
            [record, after].map((root) => namedWords({ objects } as never, repositoryId, [root])),
          );
          record = after;
          await remove([...(before ?? [])].filter((key) => stay?.has(key) !== true));
          for (const [blob, ordinal] of put) rows.add(`${oidOf(blob)} ${ordinal}`);
          const hits = (await found(record, 'shared')).map(({ blob, ordinal }) => `${blob} ${ordinal}`);
          expect(hits.sort()).toEqual([...rows].sort());
        }
        const root = record === '' ? null : await readWordRoot(objects, record ?? '');
        const stored = root === null ? new Map<string, number>() : objectsOfRoot(repositoryId, root);
        for (const [key, bytes] of stored) expect(objects.peekText(key)?.length, key).toBe(bytes);
      }),
      { numRuns: 150 },
    );
  });
});
