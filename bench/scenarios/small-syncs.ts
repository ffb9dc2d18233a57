import { atLeast, atMost, type Target } from '../figures.ts';
import type { Scenario } from '../scenario.ts';

/** What a small sync must be faster by. A small repository is soon indexed in full: the story's tenfold holds from 10,000 files on. */
export const ratioTarget = (files: number): Target | undefined => {
  if (files >= 50_000) return atLeast(50, 200);
  return files >= 10_000 ? atLeast(10) : undefined;
};

/** What eight changed files may take, local or from a remote: hardly more among many files than among few. Seconds. */
export const smallSyncTarget = (files: number): Target => (files > 200_000 ? atMost(0.6, 0.3) : atMost(0.35, 0.2));

/** A sync that finds nothing new. */
export const nothing: Scenario = {
  name: 'nothing',
  run: async (bench) => {
    const { seconds, slowest, rounds, cpuSeconds } = await bench.nothing();
    return [
      { name: 'nothing changed', value: seconds, unit: 's', target: atMost(1, 0.3), note: `median of ${rounds}` },
      { name: 'nothing changed, slowest', value: slowest, unit: 's' },
      { name: 'nothing changed, processor', value: cpuSeconds, unit: 's' },
    ];
  },
};

/** A sync of a commit that adds five files and changes three. */
export const incremental: Scenario = {
  name: 'incremental',
  run: async (bench) => {
    const { seconds, slowest, rounds, cpuSeconds } = await bench.incremental();
    const first = await bench.full();
    const target = ratioTarget(bench.files.length);
    return [
      {
        name: '8 files changed',
        value: seconds,
        unit: 's',
        target: smallSyncTarget(bench.files.length),
        note: `5 added, 3 modified; median of ${rounds}`,
      },
      { name: '8 files changed, slowest', value: slowest, unit: 's' },
      { name: '8 files changed, processor', value: cpuSeconds, unit: 's' },
      {
        name: 'full / incremental',
        value: first.seconds / seconds,
        unit: '×',
        ...(target === undefined ? {} : { target }),
        relative: true,
      },
      {
        name: 'full / incremental, processor',
        value: first.use.cpuSeconds / Math.max(cpuSeconds, 0.01),
        unit: '×',
        relative: true,
      },
    ];
  },
};
