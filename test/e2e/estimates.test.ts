import { beforeAll, describe, expect, it } from 'vitest';
import type { JobAnswer } from '../../core/contract/api.ts';
import { createLargeRepository } from '../support/large-repository.ts';
import { useWorld } from '../support/use-world.ts';

const FILES = 1500;
const world = useWorld({ git: () => createLargeRepository(FILES) });
beforeAll(() => world.api.register('measured', world.git.path));

interface Followed {
  readonly ended: JobAnswer;
  /** Seconds from its creation to its end. */
  readonly took: number;
  /** What was told on the way: by which phase, when, and for when. Seconds from its creation. */
  readonly told: readonly { readonly phase: string; readonly at: number; readonly end: number }[];
}

const follow = async (options: object = {}): Promise<Followed> => {
  const { status, body } = await world.api.sync('measured', options);
  expect(status).toBe(202);
  const created = Date.parse(body.created_at);
  const since = (time: string | number | null): number => (new Date(time ?? 0).getTime() - created) / 1000;
  const told = [{ phase: 'queued', at: 0, end: since(body.estimated_completion) }];
  const ended = await world.api.ended(body.job_id, (job) => {
    if (job.ended_at === null)
      told.push({ phase: job.progress.phase, at: since(Date.now()), end: since(job.estimated_completion) });
  });
  expect(ended.error).toBeNull();
  return { ended, took: since(ended.ended_at), told };
};

/** Within a factor of two of what happened, counted from when it was told; two seconds either way are no matter. */
const misjudged = ({ took, told }: Followed) =>
  told.filter(({ at, end }) => {
    const [left, expected] = [took - at, end - at];
    return Math.abs(left - expected) > 2 && (expected > left * 2 || expected < left / 2);
  });

/** Counts the changes made: a test that is tried again must change the files again. */
let touches = 0;
const touch = async (from: number, files: number): Promise<void> => {
  const word = `touched${++touches}Of`;
  const contents = Array.from({ length: files }, (_, i) => {
    const n = from + i;
    return [`src/part-${n % 40}/module-${n}.ts`, `export const ${word}${n} = (x: number) => x + ${n};\n`.repeat(20)];
  });
  await world.git.write(Object.fromEntries(contents));
  await world.git.commit(word);
};

describe('estimated_completion', () => {
  it('is there for a first sync, and is never in the past while it runs', async () => {
    const first = await follow();
    expect(first.ended).toMatchObject({ mode: 'full', progress: { files_total: FILES } });
    for (const { at, end } of first.told) expect(end).toBeGreaterThanOrEqual(at - 1);
  });

  it('is within a factor of two of a second full index, from the first answer on', async () => {
    const second = await follow({ full_reindex: true });
    expect(second.told.length).toBeGreaterThan(1);
    expect(misjudged(second)).toEqual([]);
  });

  it('is within a factor of two of repeated incremental syncs', async () => {
    await touch(0, 400);
    await follow();
    await touch(400, 400);
    const second = await follow();
    expect(second.ended).toMatchObject({ mode: 'incremental', counts: { modified: 400 } });
    expect(misjudged(second)).toEqual([]);
  });

  it('is corrected as soon as the diff is known, when much less is to be done than the last time', async () => {
    await touch(0, 2);
    const few = await follow();
    expect(few.ended).toMatchObject({ counts: { modified: 2 } });
    const known = { ...few, told: few.told.filter(({ phase }) => ['stage', 'embed', 'publish'].includes(phase)) };
    expect(misjudged(known)).toEqual([]);
  });
});
