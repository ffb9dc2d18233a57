import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planBatches } from '../../../core/sync/rules/plan-batches.ts';
import { isMostlyNew, planGeneration, type Recipe } from '../../../core/sync/rules/plan-generation.ts';

const recipe: Recipe = { embedder_id: 'e1', dimensions: 4, chunker_version: 'c1' };
const index = {
  branches: { main: { generation: 2 }, dev: { generation: 1 } },
  generations: { 1: recipe, 2: recipe },
};
const incremental = { full_reindex: false, incremental: true };

describe('incremental vs full reindex logic: choosing a generation', () => {
  it('goes on in the newest one', () => {
    expect(planGeneration(index, incremental, recipe)).toEqual({ kind: 'incremental', generation: 2, smart: false });
  });

  it('is smart when neither way is asked for', () => {
    const plan = planGeneration(index, { full_reindex: false, incremental: false }, recipe);
    expect(plan).toMatchObject({ kind: 'incremental', smart: true });
  });

  it('is full when asked for, whatever else is', () => {
    expect(planGeneration(index, { full_reindex: true, incremental: true }, recipe)).toEqual({
      kind: 'full',
      reason: 'requested',
    });
  });

  it('is full for a repository without an index', () => {
    expect(planGeneration({ branches: {}, generations: {} }, incremental, recipe)).toEqual({
      kind: 'full',
      reason: 'first_sync',
    });
  });

  it.each([
    { ...recipe, embedder_id: 'e2' },
    { ...recipe, dimensions: 8 },
    { ...recipe, chunker_version: 'c2' },
    { ...recipe, row_version: 2 },
  ])('is full under another recipe', (other) => {
    expect(planGeneration(index, incremental, other)).toEqual({ kind: 'full', reason: 'recipe_changed' });
  });

  it.each(['index_lost', 'index_damaged', 'manifest_lost'] as const)(
    'is full where anything that a branch points to is wrong (%s), whatever is asked for',
    (fault) => {
      const generations = { 1: { ...recipe, fault }, 2: recipe };
      for (const full_reindex of [true, false])
        expect(planGeneration({ ...index, generations }, { ...incremental, full_reindex }, recipe)).toEqual({
          kind: 'full',
          reason: fault,
        });
    },
  );

  it('is full where a branch points to a generation that nothing is known of', () => {
    expect(planGeneration({ ...index, generations: { 2: recipe } }, incremental, recipe)).toEqual({
      kind: 'full',
      reason: 'index_lost',
    });
  });

  it('does not mind what is wrong with a generation that no branch points to', () => {
    const generations = { ...index.generations, 7: { ...recipe, fault: 'index_lost' as const } };
    expect(planGeneration({ ...index, generations }, incremental, recipe)).toMatchObject({ generation: 2 });
  });

  it.each([
    [49, 100, false],
    [50, 100, true],
    [1, 1, true],
  ])('%i changed of %i: mostly new is %s', (changed, files, expected) => {
    expect(isMostlyNew(changed, files)).toBe(expected);
  });
});

describe('batches', () => {
  const collect = async (sizes: number[], files: number, bytes: number) => {
    const batches: number[][] = [];
    for await (const batch of planBatches(
      sizes.map((size) => ({ size })),
      { files, bytes },
    ))
      batches.push(batch.map(({ size }) => size));
    return batches;
  };

  it('close before a limit is passed', async () => {
    expect(await collect([4, 4, 4, 1], 10, 8)).toEqual([
      [4, 4],
      [4, 1],
    ]);
    expect(await collect([1, 1, 1], 2, 100)).toEqual([[1, 1], [1]]);
  });

  it('let a large item stand by itself', async () => {
    expect(await collect([1, 99, 1], 10, 8)).toEqual([[1], [99], [1]]);
  });

  it('keep every item, in order, within the limits', async () => {
    const limits = fc.record({ files: fc.integer({ min: 1, max: 5 }), bytes: fc.integer({ min: 1, max: 20 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(30)), limits, async (sizes, { files, bytes }) => {
        const batches = await collect(sizes, files, bytes);
        expect(batches.flat()).toEqual(sizes);
        for (const batch of batches) {
          expect(batch.length).toBeLessThanOrEqual(files);
          if (batch.length > 1) expect(batch.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(bytes);
        }
      }),
    );
  });
});
