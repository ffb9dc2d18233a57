import { globSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { conditionsIn } from './model/conditions.ts';
import { told } from './model/explore.ts';
import { exploreAll } from './model/find-guards.ts';
import { guards } from './model/guard-list.ts';
import { mutate } from './model/mutate.ts';
import { sourceGuards } from './model/source-guards.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Minutes where the machine has other things to do. */
const timeout = 900_000;

/** Guards that a part of all ways meets; all are in `npm run test:model -- --mutations`. */
const LEAST_CAUGHT = 10;

describe('every way through', () => {
  it('keeps what always holds, and a guard that is left out is missed', { timeout }, async () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const { refusals, explored } = await exploreAll('quick', seed);
    const broken = explored.flatMap(({ scenario, explored: { violation } }) =>
      violation === null ? [] : [{ scenario: scenario.name, what: violation.what, by: told(violation.choices) }],
    );
    const states = explored.reduce((sum, each) => sum + each.explored.states, 0);
    expect(broken, `seed ${seed}`).toEqual([]);
    expect([...refusals.asked].filter((guard) => !guards.has(guard))).toEqual([]);
    let caught = 0;
    for (const { guards: refusing } of refusals.sets())
      if (refusing.length === 1 && guards.get(refusing[0] as string) === 'alone')
        if ((await mutate(refusing[0] as string, refusals)) !== null) caught += 1;
    process.stdout.write(`${states} states of seed ${seed}, ${refusals.asked.size} guards met, ${caught} caught\n`);
    expect(caught).toBeGreaterThanOrEqual(LEAST_CAUGHT);
  });
});

describe('the list of guards', () => {
  it('has every condition that a write is under', () => {
    const files = globSync('adapters/dynamodb/*.ts', { cwd: root }).filter((path) => !path.endsWith('/expression.ts'));
    const found = files
      .map((path) => [basename(path), conditionsIn(read(path))] as const)
      .filter(([, all]) => all.length > 0)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    // A new one needs its guards in guard-list.ts.
    expect(Object.fromEntries(found)).toEqual(JSON.parse(read('test/faults/model/conditions.json')));
  });

  it.each(sourceGuards)('finds “$guard” in $file', ({ file, line, guard }) => {
    expect(read(file).split(line)).toHaveLength(2);
    expect(line).toContain(guard);
  });
});
