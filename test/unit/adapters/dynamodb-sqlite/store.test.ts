import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Store } from '../../../../adapters/dynamodb-sqlite/store.ts';

const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const open = (path: string, durable?: boolean): Store => {
  const store = new Store(path);
  undo.push(() => store.close());
  store.configure(durable);
  return store;
};

describe('two connections to one file', () => {
  it('may differ in whether a commit waits for the disk, and see each other’s commits', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'store-'));
    undo.push(() => rm(directory, { recursive: true, force: true }));
    const path = join(directory, 'items.sqlite');
    const durable = open(path);
    durable.write(() => durable.createSchema());
    const relaxed = open(path, false);
    expect([durable.isDurable(), relaxed.isDurable()]).toEqual([true, false]);
    const table = { keys: [], indexes: [], ttlAttribute: null } as never;
    relaxed.write(() => relaxed.createTable('from-relaxed', table));
    durable.write(() => durable.createTable('from-durable', table));
    for (const store of [durable, relaxed])
      expect(store.tables().map(({ name }) => name)).toEqual(['from-relaxed', 'from-durable']);
  });
});

describe('a write that need not survive a power cut', () => {
  it('waits for no disk, and the next one does again, whatever became of the first', () => {
    const store = open(':memory:');
    store.write(() => store.createSchema());
    const table = { keys: [], indexes: [], ttlAttribute: null } as never;
    const looks: boolean[] = [];
    store.relaxed(() =>
      store.write(() => {
        looks.push(store.isDurable());
        store.createTable('noted', table);
      }),
    );
    looks.push(store.isDurable());
    expect(() =>
      store.relaxed(() =>
        store.write(() => {
          store.createTable('noted', table);
        }),
      ),
    ).toThrow(/UNIQUE/);
    looks.push(store.isDurable());
    expect(looks).toEqual([false, true, true]);
    expect(store.tables().map(({ name }) => name)).toEqual(['noted']);
    const never = open(':memory:', false);
    never.relaxed(() => undefined);
    expect(never.isDurable()).toBe(false);
  });
});
