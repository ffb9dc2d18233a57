import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { TestSpecification, Vitest } from 'vitest/node';
import SlowFirst, { slowFiles } from '../support/slow-first.ts';

it('each file that is begun early is there', () => {
  for (const name of slowFiles) expect([name, existsSync(name)]).toEqual([name, true]);
});

it('begins slow files early, and leaves files that share processes together', async () => {
  const [slow = '', slower = ''] = slowFiles.toReversed();
  const projectOf = (name: string, isolate: boolean) => ({ name, config: { isolate, sequence: { groupOrder: 0 } } });
  const own = projectOf('own', true);
  const shared = projectOf('shared', false);
  const small = projectOf('small', false);
  const files = [
    [small, 'small-1'],
    [shared, 'shared-1'],
    [own, 'own-1'],
    [shared, slow],
    [own, slower],
    [own, 'own-2'],
    [small, 'small-2'],
    [shared, 'shared-2'],
  ].map(([project, name]) => ({ project, moduleId: `/here/${name}` }) as unknown as TestSpecification);
  const cache = { getTestSpecificationResult: () => ({ failed: false, duration: 0 }) };
  const sorted = await new SlowFirst({ cache } as unknown as Vitest).sort(files);
  expect(sorted.map(({ moduleId }) => moduleId.slice('/here/'.length))).toEqual([
    slower,
    slow,
    'shared-1',
    'shared-2',
    'own-1',
    'own-2',
    'small-1',
    'small-2',
  ]);
});
