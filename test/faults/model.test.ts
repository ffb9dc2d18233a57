import { globSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { conditionsIn } from './model/conditions.ts';
import { guards } from './model/guard-list.ts';
import { nameOfSource, sourceGuards, unmissed } from './model/source-guards.ts';
import { runApart } from './run-apart.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Minutes where the machine has other things to do. */
const timeout = 900_000;

/** So many of the guards that a part of all ways meets are left out in turn; all are in `npm run test:model -- --mutations`. */
const LEAST_CAUGHT = 10;

describe('every way through', () => {
  it('keeps what always holds, and a guard that is left out is missed', { timeout }, async () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    process.stdout.write(`every way through, in an order of seed ${seed}\n`);
    const { broken, states, caught, asked } = await runApart('model', seed, LEAST_CAUGHT);
    expect(broken, `seed ${seed}`).toEqual([]);
    expect(asked.filter((guard) => !guards.has(guard))).toEqual([]);
    process.stdout.write(
      `${states} states of seed ${seed}, ${asked.length} guards met, ${caught} left out and caught\n`,
    );
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

  it('gives reasons for conditions of the code that there are', () => {
    const names = new Set(sourceGuards.map(nameOfSource));
    expect(Object.keys(unmissed).filter((name) => !names.has(name))).toEqual([]);
  });

  it.each(sourceGuards)('finds “$guard” in $file', ({ file, line, guard }) => {
    expect(read(file).split(line)).toHaveLength(2);
    expect(line).toContain(guard);
  });
});
