import { describe, expect, it } from 'vitest';
import type { BlobResult } from '../../../core/contract/workflow-state.ts';
import type { Generation, Settlement } from '../../../core/ports/search-index.ts';
import { beginSettling } from '../../../core/sync/settle-index.ts';
import { oidOf } from '../../support/manifest-entries.ts';
import { pointerFor, repositoryRecord } from '../../support/records.ts';

const made = { embedder_id: 'e', dimensions: 2, chunker_version: 'c', words: 'root-1' };
const main = pointerFor('main', { generation: 1, chunks: 50 });
const repository = repositoryRecord({
  branches: { main, gone: pointerFor('gone', { generation: 1, chunks: 7 }), old: pointerFor('old', { generation: 0 }) },
  generations: { 1: made },
});
const put: BlobResult = { oid: oidOf(1), size: 1, outcome: 'indexed', reason: '', chunks: 1, embedded: 1, reused: 0 };

/** A settle that asks what it may, once that is known. */
const settling = (results: readonly BlobResult[]) => {
  const asked: { generation?: Generation; dropped?: number; unheld?: readonly string[] } = {};
  const index = {
    settle: async (generation: Generation, settlement: Settlement) => {
      asked.generation = generation;
      asked.dropped = await settlement.dropped();
      asked.unheld = [...(await settlement.unheld(new Set([oidOf(1), oidOf(2)])))];
      return 'root-2';
    },
  };
  const begun = beginSettling(
    { index } as unknown as Parameters<typeof beginSettling>[0],
    { job: { job_id: 'sync-1' }, repository } as unknown as Parameters<typeof beginSettling>[1],
    { generation: 1 } as Parameters<typeof beginSettling>[2],
    new Map(results.map((result) => [result.oid, result])),
    {} as Parameters<typeof beginSettling>[4],
  );
  return { begun, asked };
};
const written = {
  dropped: new Map([[oidOf(9), `${oidOf(9)}\t3`]]),
  branches: { main },
  manifests: new Map(),
};

describe('an index that is settled while manifests are written', () => {
  it('is told by whom, of what words, and what no branch has any more: dropped blobs and those of branches that go', async () => {
    const { begun, asked } = settling([put]);
    expect(await begun.beside(async () => 'done')).toBe('done');
    expect(await begun.end(written)).toBe('root-2');
    expect(asked.generation).toMatchObject({ number: 1, words: 'root-1', writer: 'sync-1' });
    expect(asked.dropped).toBe(3 + 7);
    expect(asked.unheld).toEqual([oidOf(1), oidOf(2)]);
  });

  it('ends with the error of what failed beside it, and does not wait for ever', async () => {
    const { begun, asked } = settling([put]);
    const work = begun.beside(async () => {
      throw new RangeError('no page today');
    });
    await expect(work).rejects.toThrow('no page today');
    expect(asked).toEqual({ generation: expect.anything() });
  });

  it('is left be where the job has put nothing', async () => {
    const { begun, asked } = settling([{ ...put, embedded: 0 }]);
    expect(await begun.beside(async () => 1)).toBe(1);
    expect(await begun.end(written)).toBeUndefined();
    expect(asked).toEqual({});
  });
});
