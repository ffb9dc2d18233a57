import { describe, expect, it } from 'vitest';
import type { WantedBlob } from '../../../core/contract/job-files.ts';
import type { EffectiveOptions } from '../../../core/contract/sync-options.ts';
import { type BatchItem, JobRef } from '../../../core/contract/workflow-state.ts';
import { type ByteBlocks, createByteBlocks } from '../../../core/domain/byte-blocks.ts';
import { packedText, readPack } from '../../../core/manifest/packs/pack-text.ts';
import { jobKeys } from '../../../core/objects/object-keys.ts';
import type { Settings } from '../../../core/ports/runtime.ts';
import { type ReadFile, readStanding, writeBatches } from '../../../core/sync/stage-batches.ts';
import { MemoryObjectStore } from '../../faults/memory/memory-objects.ts';

const job = JobRef.parse({ repository_id: 'r', job_id: 'sync-00000000-0000-4000-8000-000000000001', fence: 1 });
const keys = jobKeys(job);

const blob = (n: number): ReadFile => ({
  path: `p${n}`,
  size: 3,
  previous: null,
  languages: [],
  ...packedText(String(n).padStart(40, '0'), `t${n}\n`),
});

const setUp = (count: number, blocks: ByteBlocks = createByteBlocks()) => {
  const objects = new MemoryObjectStore();
  const told: BatchItem[] = [];
  const deps = {
    objects,
    settings: { batchLimits: { files: 2, bytes: 1000 } } as Settings,
    headStart: {
      staged: (_: JobRef, item: BatchItem) => {
        // It may begin at once.
        expect([item.key, keys.standing(item.batch)].every((key) => objects.has(key))).toBe(true);
        expect(objects.keys('repositories/r/packs/').some((key) => key.includes(item.pack))).toBe(true);
        told.push(item);
      },
    },
  };
  const files = Array.from({ length: count }, (_, n) => blob(n));
  const wanted = new Map(
    files.map(({ oid, path }) => [oid, { oid, path, files: 1, previous: null, languages: [] } as WantedBlob]),
  );
  const write = async (options: Partial<EffectiveOptions> = {}, fails = false) => {
    const standing = await readStanding(deps, job, wanted);
    const staged = new Set(standing.flatMap(({ pack }) => pack.oids));
    async function* texts(): AsyncGenerator<ReadFile> {
      for (const [n, file] of files.entries()) {
        if (fails && n === count - 1) throw new Error('the remote hung up');
        if (!staged.has(file.oid)) yield { ...file, utf8: blocks.keep(file.utf8) };
      }
    }
    const record = { options: options as EffectiveOptions };
    return { standing, ...(await writeBatches(deps, job, record, texts(), blocks, wanted, standing)) };
  };
  return { objects, told, write };
};

const numbers = (items: readonly { readonly batch: number }[]): number[] => items.map(({ batch }) => batch);

describe('batches of a job', () => {
  it('are told of one after the other, as each stands', async () => {
    const { told, write } = setUp(7);
    const { batches } = await write();
    expect(told).toEqual(batches.map(({ item }) => item));
    expect(numbers(told)).toEqual([1, 2, 3, 4]);
  });

  it('have their texts, although the memory of those that are written is used again', async () => {
    const { objects, write } = setUp(40, createByteBlocks(16));
    const { batches } = await write();
    for (const { pack } of batches) {
      const key = objects.keys('repositories/r/packs/').find((each) => each.includes(pack.name)) as string;
      const read = readPack((await objects.getText(key)) ?? '');
      expect(pack.oids.map((oid) => read.textOf(oid))).toEqual(pack.oids.map((oid) => `t${Number(oid)}\n`));
    }
    expect(batches).toHaveLength(20);
  });

  it('stay as they are when the step is tried again, and the rest is behind them', async () => {
    const once = await setUp(9).write();
    const { told, write } = setUp(9);
    await expect(write({}, true)).rejects.toThrow('hung up');
    const before = told.splice(0);
    expect(before.length).toBeGreaterThan(0);
    const { standing, batches } = await write();
    expect(standing.map(({ item }) => item).slice(0, before.length)).toEqual(before);
    expect(batches).toEqual(once.batches);
    expect(told).toEqual(once.batches.map(({ item }) => item));
  });

  it('behind one that does not stand are made anew: none of them has begun', async () => {
    const { objects, write } = setUp(9);
    const { batches } = await write();
    await objects.delete([keys.standing(2)]);
    const again = await write();
    expect(again.standing).toEqual(batches.slice(0, 1));
    expect(again.batches).toEqual(batches);
  });

  it('stand only behind all before them: a next try gives no number to other files that has been given', async () => {
    const { objects, write } = setUp(9);
    const put = objects.putText.bind(objects);
    objects.putText = async (key, text) => {
      if (key === keys.standing(2)) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        throw new Error('no space left on device');
      }
      return put(key, text);
    };
    await expect(write()).rejects.toThrow('no space');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(objects.keys().filter((key) => key.includes('/standing/'))).toEqual([keys.standing(1)]);
  });

  it('wait for the Map where a limit may still refuse them, and in a plan', async () => {
    for (const options of [{ max_cost: 1 }, { dry_run: true as const }]) {
      const { told, write } = setUp(7);
      expect((await write(options)).batches).toHaveLength(4);
      expect(told).toEqual([]);
    }
  });

  it('of a small job are noted nowhere', async () => {
    const { objects, told, write } = setUp(2);
    expect((await write()).batches).toHaveLength(1);
    expect(told).toEqual([]);
    expect(objects.keys().filter((key) => key.includes('/standing/'))).toEqual([]);
  });
});
