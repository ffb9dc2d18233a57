import { expect, it } from 'vitest';
import { StoreBusyError } from '../../core/domain/errors.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const { faults } = world;

/** What the embedder gave, and how many of the vectors of the rows that were put were whole. */
const watch = (failing = 0) => {
  const seen = { given: [] as Float32Array[], whole: 0, rows: 0 };
  faults.set('embedder', (real) => ({
    embed: async (texts, kind) => {
      const vectors = await real.embed(texts, kind);
      if (kind === 'document') seen.given.push(...vectors);
      return vectors;
    },
  }));
  let left = failing;
  faults.set('index', (real) => ({
    put: async (generation, rows) => {
      if (left-- > 0) throw new StoreBusyError('not now');
      seen.rows += rows.length;
      seen.whole += rows.filter(({ vector }) => vector.length === generation.dimensions).length;
      await real.put(generation, rows);
    },
  }));
  return seen;
};

const files = Object.fromEntries(
  Array.from({ length: 40 }, (_, n) => [`f${n}.ts`, `export const mole${n % 30} = "mole";\n`]),
);

it('vectors are released when their rows have been put, and not before', async () => {
  const seen = watch();
  await world.registered('moles', files);
  expect((await world.api.synced('moles')).status).toBe('completed');
  // Ten files have the text of another one, and share its blob.
  expect(seen).toMatchObject({ rows: 30, whole: 30 });
  expect(seen.given).toHaveLength(30);
  expect(seen.given.every(({ length }) => length === 0)).toBe(true);
  faults.clear();
  expect((await world.api.found('moles', 'mole7'))[0]).toMatch(/^f7\.ts$/);
});

it('a batch whose rows could not be put is embedded anew, whole', async () => {
  const seen = watch(1);
  await world.registered('voles', {
    'a.ts': 'export const vole = "field";\n',
    'b.ts': 'export const bank = "vole";\n',
  });
  expect((await world.api.synced('voles')).status).toBe('completed');
  expect(seen).toMatchObject({ rows: 2, whole: 2 });
  faults.clear();
  expect((await world.api.found('voles', 'bank'))[0]).toBe('b.ts');
});
