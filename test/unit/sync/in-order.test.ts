import { expect, it } from 'vitest';
import { blobSet, contentSet } from '../../../core/manifest/pages/manifest-sets.ts';
import { inOrder } from '../../../core/sync/in-order.ts';
import { oidOf } from '../../support/manifest-entries.ts';

it('gives changes in the order of their set, and lets a heartbeat be written between pieces of them', async () => {
  const oids = Array.from({ length: 2_000 }, (_, n) => [...oidOf(n * 7)].reverse().join(''));
  for (const [set, keyOf] of [
    [contentSet, (oid: string) => oid],
    // A blob at two paths, in the order of a tree and not of their letters.
    [blobSet, (oid: string, n: number) => `${oid}\tsrc${n % 2 === 0 ? '/b' : '.a'}`],
  ] as const) {
    const changes = [...oids, ...oids.slice(0, 50)].map((oid, n) => ({ key: keyOf(oid, n), line: String(n) }));
    let checks = 0;
    const counted = async (): Promise<void> => {
      checks += 1;
    };
    let longest = 0;
    const found: (typeof changes)[number][] = [];
    for await (const block of inOrder(set, changes, { check: counted })) {
      longest = Math.max(longest, block.length);
      found.push(...(block as typeof changes));
    }

    expect(found).toEqual(changes.toSorted((a, b) => set.compare(a.key, b.key)));
    expect(checks).toBeGreaterThan(5);
    expect(longest).toBeLessThan(256 + 60);
  }
  expect(await Array.fromAsync(inOrder(contentSet, [], { check: () => Promise.reject(new Error('none')) }))).toEqual(
    [],
  );
});
