import { expect, it } from 'vitest';
import { PROBES, partitionsOf } from '../../../../adapters/lancedb/indices.ts';

it('looks through all rows of a table of up to a million, and through no more of a larger one', () => {
  for (let rows = 1; rows < 20_000_000; rows = Math.ceil(rows * 1.37)) {
    const partitions = partitionsOf(rows);
    expect(Number.isInteger(partitions) && partitions >= 1, `${rows}`).toBe(true);
    if (rows <= 1_000_000) expect(partitions, `${rows}`).toBeLessThanOrEqual(PROBES);
    const lookedThrough = (rows * Math.min(PROBES, partitions)) / partitions;
    expect(lookedThrough, `${rows}`).toBeLessThanOrEqual(1_050_000);
  }
  expect([50_000, 157_068, 500_000].map(partitionsOf)).toEqual([4, 10, 20]);
});
