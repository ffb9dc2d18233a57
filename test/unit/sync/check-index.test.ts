import { describe, expect, it } from 'vitest';
import type { BranchPointer, GenerationRecord, RepositoryRecord } from '../../../core/contract/records.ts';
import { ObjectMissingError } from '../../../core/domain/errors.ts';
import { manifestLine } from '../../../core/manifest/manifest.ts';
import type { Generation, IndexState } from '../../../core/ports/search-index.ts';
import { findFaults, lookAtIndices } from '../../../core/sync/check-index.ts';
import { indexedEntry, oidOf } from '../../support/manifest-entries.ts';
import { pointerFor, repositoryRecord } from '../../support/records.ts';
import { aJobId } from '../../support/sync-records.ts';

const recipe: GenerationRecord = { embedder_id: 'e1', dimensions: 4, chunker_version: 'c1' };
const made: GenerationRecord = { ...recipe, made_by: aJobId(), rows: 10, newest: [oidOf(1)] };

interface Setting {
  readonly branches: Readonly<Record<string, BranchPointer>>;
  readonly generations: Readonly<Record<string, GenerationRecord>>;
  readonly states?: Readonly<Record<number, IndexState>>;
  readonly lost?: readonly string[];
}

const look = async ({ branches, generations, states = {}, lost = [] }: Setting) => {
  const asked: [Generation, readonly string[]][] = [];
  const found = await faultsOf(
    {
      objects: {
        size: async () => 100,
        listSizes: async function* () {},
        // Manifests of the earlier form; those in pages are in test/unit/sync/pages.test.ts.
        getLines: async function* (key: string) {
          if (lost.includes(key)) throw new ObjectMissingError(key);
          yield [manifestLine(indexedEntry('a.ts'))];
        },
      },
      index: {
        inspect: async (generation: Generation, newest: readonly string[]) => {
          asked.push([generation, newest]);
          return states[generation.number] ?? { kind: 'whole', rows: 10 };
        },
      },
    } as unknown as Parameters<typeof faultsOf>[0],
    repositoryRecord({ branches, generations }),
  );
  return { faults: Object.fromEntries([...found].map(([number, fault]) => [number, fault?.fault ?? null])), asked };
};
const main = pointerFor('m');

const faultsOf = async (
  deps: Parameters<typeof lookAtIndices>[0] & Parameters<typeof findFaults>[0],
  repository: RepositoryRecord,
) => findFaults(deps, repository, await lookAtIndices(deps, repository));

describe('an index beside its record', () => {
  it('is asked for by what made it, and by what was put last', async () => {
    const { faults, asked } = await look({ branches: { main }, generations: { 1: made } });
    expect(faults).toEqual({ 1: null });
    const identity = `${made.made_by} e1 4 c1 1`;
    expect(asked).toEqual([[{ repositoryId: 'shop', number: 1, dimensions: 4, identity }, [oidOf(1)]]]);
  });

  it('is looked at once, however many branches point to it', async () => {
    const branches = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`b${n}`, pointerFor(`m${n}`)]));
    const { faults, asked } = await look({ branches, generations: { 1: made } });
    expect(faults).toEqual({ 1: null });
    expect(asked).toHaveLength(1);
    const missing = await look({ branches, generations: { 1: made }, lost: ['m49'] });
    expect(missing.faults).toEqual({ 1: 'manifest_lost' });
  });

  it.each<[string, IndexState, string | null]>([
    ['is gone', { kind: 'absent' }, 'index_lost'],
    ['is damaged', { kind: 'damaged', why: 'a file' }, 'index_damaged'],
    ['has fewer rows than were published', { kind: 'whole', rows: 9 }, 'index_damaged'],
    ['has more, of a job that died', { kind: 'whole', rows: 11 }, null],
    ['cannot count its rows', { kind: 'whole', rows: null }, null],
  ])('%s', async (_, state, fault) => {
    const { faults } = await look({ branches: { main }, generations: { 1: made }, states: { 1: state } });
    expect(faults).toEqual({ 1: fault });
  });

  it('is judged for each generation by itself', async () => {
    const { faults } = await look({
      branches: { main, dev: pointerFor('d', { generation: 2 }), old: pointerFor('o', { generation: 3 }) },
      generations: { 1: made, 2: made, 3: made },
      states: { 3: { kind: 'absent' } },
      lost: ['d', 'o'],
    });
    expect(faults).toEqual({ 1: null, 2: 'manifest_lost', 3: 'index_lost' });
  });

  it('without rows need not be there when it is older than the making of indexes at the start', async () => {
    const states = { 1: { kind: 'absent' } as const };
    const empty = { main: pointerFor('m', { chunks: 0 }) };
    expect((await look({ branches: empty, generations: { 1: recipe }, states })).faults).toEqual({ 1: null });
    expect((await look({ branches: empty, generations: { 1: made }, states })).faults).toEqual({ 1: 'index_lost' });
    expect((await look({ branches: { main }, generations: { 1: recipe }, states })).faults).toEqual({
      1: 'index_lost',
    });
  });

  it('is not counted while rows of a dropped branch are being deleted from it', async () => {
    const asked: (readonly string[])[] = [];
    const found = await faultsOf(
      {
        objects: { size: async () => 100, listSizes: async function* () {}, getLines: async function* () {} },
        index: {
          inspect: async (_: Generation, newest: readonly string[]) => {
            asked.push(newest);
            return { kind: 'whole', rows: 3 };
          },
        },
      } as unknown as Parameters<typeof faultsOf>[0],
      repositoryRecord({
        branches: { main },
        generations: { 1: made },
        leftovers: [{ kind: 'manifest', generation: 1, key: 'd' }],
      }),
    );
    expect([...found.values(), asked]).toEqual([null, [[]]]);
  });

  it('is without its manifest where that has another size than it was written with', async () => {
    const generations = { 1: made };
    const cut = { main: pointerFor('m', { manifest_bytes: 101 }) };
    expect((await look({ branches: cut, generations })).faults).toEqual({ 1: 'manifest_lost' });
    const right = { main: pointerFor('m', { manifest_bytes: 100 }) };
    expect((await look({ branches: right, generations })).faults).toEqual({ 1: null });
  });

  it('is not opened without a record of it', async () => {
    const { faults, asked } = await look({ branches: { main }, generations: {}, lost: ['m'] });
    expect([faults, asked]).toEqual([{}, []]);
  });
});
