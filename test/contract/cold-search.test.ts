import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { service } from '../../bench/aws-figures.ts';
import { RepositoryId } from '../../core/contract/ids.ts';
import { openS3Stub } from '../support/aws-s3-stub.ts';
import { openS3VectorsStub } from '../support/aws-s3-vectors-stub.ts';
import type { CountedCall } from '../support/counted-calls.ts';
import { startTestDynamoDb } from '../support/dynamodb.ts';
import { openSearcher, publishOnAws, type Services } from '../support/published-on-aws.ts';

/** What a search asks of AWS in a function that has searched nothing before, and in one that has: docs/scaling.md has the figures, and what they cost. */

let services: Services;
const close: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  const [s3, vectors, dynamodb] = [await openS3Stub(), await openS3VectorsStub(), await startTestDynamoDb()];
  services = { s3, vectors, dynamodb, tables: await dynamodb.tables() };
  close.push(
    async () => s3[Symbol.asyncDispose](),
    async () => vectors[Symbol.asyncDispose](),
    () => dynamodb.stop(),
  );
});
afterAll(async () => {
  for (const each of close) await each();
});

/** Objects by the folder that they are in: `manifests` are roots, `pages` what these list, `words` those of the index. */
const kindOf = ({ name, key }: CountedCall): string =>
  key === '' ? name : `${name} ${key.split('/').slice(2, 3).join()}`;

const countByKind = (calls: readonly CountedCall[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const call of calls) counts[kindOf(call)] = (counts[kindOf(call)] ?? 0) + 1;
  return counts;
};

const QUERY = 'lock queue';
/** Rounds of calls that wait for each other: the record; the vector; the nearest rows; keys of the rows with the words; rows that only words have found. */
const COLD_ROUNDS = 5;
const WARM_ROUNDS = 4;

/** A call for each of these, whatever the size of the repository. */
const ofAnySearch = { 'dynamodb GetItem': 1, 'bedrock InvokeModel': 1, 's3vectors QueryVectors': 1 } as const;
const ofFirstSearch = { ...ofAnySearch, 's3vectors GetIndex': 1, 's3 GetObject manifests': 1 } as const;
const rowsByKey = 's3vectors GetVectors';
const words = 's3 GetObject words';
const pages = 's3 GetObject pages';

/** As bench/aws-figures.ts has them, from which docs/scaling.md has what they cost. */
const figuresOf = ({ calls, rounds }: { readonly calls: readonly CountedCall[]; readonly rounds: number }) => {
  const counts = countByKind(calls);
  const of = (...kinds: readonly string[]): number => kinds.reduce((sum, kind) => sum + (counts[kind] ?? 0), 0);
  return {
    recordReads: of('dynamodb GetItem'),
    manifestGets: of('s3 GetObject manifests', pages),
    wordGets: of(words),
    vectorQueries: of('s3vectors QueryVectors'),
    vectorGets: of('s3vectors GetIndex', rowsByKey),
    rounds,
  };
};

/** At most: the root, and of each segment of so many rows a shard for each word, the facts of its rows, and blocks of their keys. */
const mostWords = (segments: readonly number[]): number =>
  segments.reduce((sum, rows) => sum + 2 + 1 + Math.ceil(rows / 16_384), 1);

describe.each([1_000, 10_000, 100_000])('a search on AWS of a repository of %d files', (files) => {
  const id = RepositoryId.parse(`of-${files}`);
  let repository: Awaited<ReturnType<typeof publishOnAws>>;
  beforeAll(async () => {
    repository = await publishOnAws(services, id, files);
  });

  it('reads two objects of the manifest after a full index when it is cold, and none when it is warm', async () => {
    using searcher = openSearcher(services, id);
    const cold = await searcher.search(QUERY);
    expect(cold.paths).toHaveLength(10);
    const { [words]: read, ...others } = countByKind(cold.calls);
    // One look at rows that were put last, and one that gets what only words have found.
    expect(others).toEqual({ ...ofFirstSearch, [pages]: 1, [rowsByKey]: 2 });
    expect(read).toBeLessThanOrEqual(mostWords([files]));
    expect(cold.rounds).toBe(COLD_ROUNDS);
    const warm = await searcher.search(QUERY);
    expect(warm.paths).toEqual(cold.paths);
    expect(countByKind(warm.calls)).toEqual({ ...ofAnySearch, [rowsByKey]: 1 });
    expect(warm.rounds).toBe(WARM_ROUNDS);
  });

  it('reads three after small syncs, and two of them anew in a function that knows the index as it was before', async () => {
    using before = openSearcher(services, id);
    await before.search(QUERY);
    for (const round of [1, 2]) await repository.changeEight(round);
    using fresh = openSearcher(services, id);
    const cold = await fresh.search(QUERY);
    const { [words]: read, ...others } = countByKind(cold.calls);
    expect(others).toEqual({ ...ofFirstSearch, [pages]: 2, [rowsByKey]: 2 });
    expect(read).toBeLessThanOrEqual(mostWords([files, 10]));
    expect(cold.rounds).toBe(COLD_ROUNDS);
    if (files === 100_000) {
      expect(figuresOf(cold)).toEqual(service.searches.cold);
      expect(figuresOf(await fresh.search(QUERY))).toEqual(service.searches.warm);
    }
    const again = countByKind((await before.search(QUERY)).calls);
    expect(again[pages]).toBe(1);
    expect(again['s3 GetObject manifests']).toBe(1);
  });

  it('reads no more of the manifest for a filter, or for a name of a file', async () => {
    const { path } = repository.fileOf(40);
    for (const [q, more] of [
      [QUERY, { path }],
      [QUERY, { language: 'typescript' }],
      [path.split('/').at(-1) ?? '', {}],
    ] as const) {
      using searcher = openSearcher(services, id);
      const { paths, calls } = await searcher.search(q, more);
      expect(paths.length).toBeGreaterThan(0);
      expect(countByKind(calls)[pages]).toBe(2);
    }
  });

  it('finds what small syncs have added and not what they have removed, and the same by pages where there is no list', async () => {
    using listed = openSearcher(services, id);
    const [added, removed, other] = [repository.fileOf(files + 17), repository.fileOf(4), repository.fileOf(40)];
    expect((await listed.search(added.word)).paths[0]).toBe(added.path);
    expect((await listed.search(removed.word)).paths).not.toContain(removed.path);
    const found = await listed.search(other.word);
    expect(found.paths[0]).toBe(other.path);
    const within = await listed.search(QUERY, { path: other.path });
    expect(within.paths).toEqual([other.path]);
    await repository.dropList();
    using paged = openSearcher(services, id);
    const cold = await paged.search(other.word);
    expect(cold.paths).toEqual(found.paths);

    // A word may be a file's name, for which all pages are read.
    if (files >= 10_000) expect(countByKind(cold.calls)[pages]).toBeGreaterThan(10);
    expect((await paged.search(QUERY, { path: other.path })).paths).toEqual(within.paths);
  });
});
