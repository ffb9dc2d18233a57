import { atMost, type Measured } from '../figures.ts';
import type { Scenario } from '../scenario.ts';

/** The target is for a repository of this size; of another one, in proportion. Bytes. */
const TARGET_BYTES = 250e6;

/** The first index of a repository: time, memory, processor, silence, disk. */
export const full: Scenario = {
  name: 'full',
  run: async (bench) => {
    const { seconds, use, disk, gaps, phases, indexed, indexedBytes, chunks } = await bench.full();
    const share = bench.bytes / TARGET_BYTES;
    const worst = gaps.largest();
    const byPhase = [...gaps.byPhase()].map(([phase, gap]) => `${phase} ${gap}`).join(', ');
    const memory = `sum of RSS, each 100 ms; MiB: ${use.peakParts}`;
    const megabytes = (bytes: number): number => Math.round(bytes / 1e6);
    const figures: Measured[] = [
      {
        name: 'full index',
        value: seconds,
        unit: 's',
        target: atMost(180 * share, 60 * share),
        note: `${indexed.length} files and ${chunks} chunks indexed; targets in proportion to the bytes`,
      },
      { name: 'pace', value: bench.bytes / 1e6 / seconds, unit: 'MB/s' },
      {
        name: 'processor',
        value: use.cpuSeconds,
        unit: 's',
        note: `user and system, the whole process tree; s: ${use.cpuParts}`,
      },
      { name: 'cores in use', value: use.cpuSeconds / use.wallSeconds, unit: '' },
      {
        name: 'resident memory, peak',
        value: use.peakResident / 1e9,
        unit: 'GB',
        target: atMost(1, 0.7),
        note: memory,
      },
      {
        name: 'largest gap between progress updates',
        value: worst.gap,
        unit: 'ms',
        target: atMost(1000, 500),
        note: `in ${worst.phase}; ${byPhase}`,
      },
      {
        name: 'disk per MB of indexed source',
        value: disk.bytes / indexedBytes,
        unit: 'MB',
        target: atMost(8, 3),
        relative: true,
        note: `${megabytes(disk.bytes)} MB for ${megabytes(indexedBytes)} MB; ${megabytes(disk.first)} MB right after the job`,
      },
    ];
    const timed = [...phases].filter(([phase]) => phase !== 'ended');
    return [...figures, ...timed.map(([phase, value]) => ({ name: `phase ${phase}`, value, unit: 's' }))];
  },
};
