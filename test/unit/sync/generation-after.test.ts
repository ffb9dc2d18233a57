import { describe, expect, it } from 'vitest';
import type { GenerationRecord, Leftover } from '../../../core/contract/records.ts';
import type { BlobResult } from '../../../core/contract/workflow-state.ts';
import { IndexDamagedError } from '../../../core/domain/errors.ts';
import type { IndexState } from '../../../core/ports/search-index.ts';
import { generationAfter, rowsPut } from '../../../core/sync/generation-after.ts';
import { oidOf } from '../../support/manifest-entries.ts';
import { pointerFor, repositoryRecord } from '../../support/records.ts';

const recipe: GenerationRecord = { embedder_id: 'e1', dimensions: 4, chunker_version: 'c1' };

interface Setting {
  readonly made?: Partial<GenerationRecord>;
  readonly state?: IndexState;
  /** Blobs that the job has put, and how many chunks each has. */
  readonly put?: Readonly<Record<number, number>>;
  readonly dropped?: Readonly<Record<number, number>>;
  readonly leftovers?: Leftover[];
}

const publish = async ({ made = {}, state, put = {}, dropped = {}, leftovers = [] }: Setting) => {
  const asked: (readonly string[])[] = [];
  const results = new Map(
    Object.entries(put).map(([n, chunks]): [string, BlobResult] => {
      const oid = oidOf(Number(n));
      return [oid, { oid, size: 1, outcome: 'indexed', reason: '', chunks, embedded: chunks, reused: 0 }];
    }),
  );
  const index = {
    inspect: async (_: unknown, newest: readonly string[]) => {
      asked.push(newest);
      return state ?? { kind: 'absent' as const };
    },
  };
  const rows = await rowsPut(
    { index } as unknown as Parameters<typeof rowsPut>[0],
    repositoryRecord({ branches: { main: pointerFor('m') }, generations: { 1: { ...recipe, ...made } }, leftovers }),
    1,
    results,
  );
  const gone = Object.entries(dropped).map(([n, chunks]): [string, string] => [
    oidOf(Number(n)),
    `${oidOf(Number(n))}\t${chunks}`,
  ]);
  const after = generationAfter(1, rows, new Map(gone));
  return { ...after, asked };
};
const whole = (rows: number | null): IndexState => ({ kind: 'whole', rows });

describe('what a publish records of its generation', () => {
  it('is what the index holds, without what the next sweep deletes', async () => {
    expect(await publish({ made: { rows: 5 }, state: whole(9), put: { 1: 2, 2: 2 }, dropped: { 7: 3 } })).toEqual({
      number: 1,
      rows: 6,
      newest: [oidOf(1), oidOf(2)],
      asked: [[oidOf(1), oidOf(2)]],
    });
  });

  it('is known without a look when nothing was put', async () => {
    const made = { rows: 5, newest: [oidOf(1), oidOf(2)] };
    expect(await publish({ made, dropped: { 2: 3 } })).toEqual({ number: 1, rows: 2, newest: [oidOf(1)], asked: [] });
  });

  it('is looked up where nothing was recorded yet, and after rows of a dropped branch were deleted', async () => {
    expect(await publish({ state: whole(4) })).toEqual({ number: 1, rows: 4, newest: [], asked: [[]] });
    const made = { rows: 50, newest: [oidOf(1)] };
    const leftovers: Leftover[] = [{ kind: 'manifest', generation: 1, key: 'm' }];
    expect(await publish({ made, leftovers, state: whole(4) })).toMatchObject({ rows: 4, newest: [] });
  });

  it('counts nothing where the index cannot', async () => {
    expect(await publish({ state: whole(null), put: { 1: 2 } })).toMatchObject({ rows: 0, newest: [oidOf(1)] });
  });

  it('names no blob without rows, and eight at most', async () => {
    const put = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [n, n % 2]));
    expect((await publish({ state: whole(10), put })).newest).toHaveLength(8);
    expect((await publish({ state: whole(10), put: { 1: 0 }, made: { rows: 1 } })).newest).toEqual([]);
  });

  it.each<[string, Setting]>([
    ['is gone', { put: { 1: 1 }, state: { kind: 'absent' } }],
    ['is damaged', { put: { 1: 1 }, state: { kind: 'damaged', why: 'a file is not there' } }],
    ['has lost rows', { put: { 1: 1 }, made: { rows: 5 }, state: whole(4) }],
  ])('is nothing where the index %s', async (_, setting) => {
    await expect(publish(setting)).rejects.toThrow(IndexDamagedError);
  });
});
