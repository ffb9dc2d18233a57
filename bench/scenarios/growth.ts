import { dirname } from 'node:path';
import type { Measured } from '../figures.ts';
import { notMeasured, type Scenario } from '../scenario.ts';
import { OWN_CONTENTS } from '../share-trees.ts';
import { slope } from '../statistics.ts';
import { openWorkbench, type Workbench } from '../workbench.ts';

export interface Point {
  readonly files: number;
  readonly bytes: number;
  /** Seconds. */
  readonly full: number;
  readonly incremental: number;
  /** Seconds of processor: what else runs on the machine does not count. */
  readonly fullCpu: number;
  readonly incrementalCpu: number;
}

/** How the times grow with the repository: a quarter, a half and the whole of the files. Generated repositories only. */
export const growth: Scenario = {
  name: 'growth',
  run: async (bench) => {
    const { source } = bench;
    if (!('files' in source)) return [notMeasured('growth', 'only a generated repository comes in several sizes')];
    if (source.files > OWN_CONTENTS) return [notMeasured('growth', 'its parts would share their contents')];
    const points: Point[] = [];
    await bench.stopService();
    for (const share of [4, 2]) points.push(await measurePart(bench, Math.floor(source.files / share)));
    points.push(await measure(bench));
    return growthFigures(points);
  },
};

const measurePart = async (bench: Workbench, files: number): Promise<Point> => {
  const part = await openWorkbench({ root: dirname(bench.directory), source: { files }, quick: bench.quick });
  const close = bench.undoLater(part.close);
  try {
    return await measure(part);
  } finally {
    await close();
  }
};

const measure = async (bench: Workbench): Promise<Point> => {
  const full = await bench.full();
  const incremental = await bench.incremental();
  return {
    files: bench.files.length,
    bytes: bench.bytes,
    full: full.seconds,
    incremental: incremental.seconds,
    fullCpu: full.use.cpuSeconds,
    incrementalCpu: incremental.cpuSeconds,
  };
};

/** The lines of a table; the last point is the whole. */
export const growthFigures = (points: readonly Point[]): readonly Measured[] => {
  const paces = points.map(({ bytes, full }) => (full * 1e6) / bytes);
  const cpuPaces = points.map(({ bytes, fullCpu }) => fullCpu / bytes);
  const ofAll = (seconds: (point: Point) => number): number =>
    slope(points.map((point) => ({ x: point.files, y: seconds(point) }))) * (points.at(-1)?.files ?? 0);
  const shares = ['quarter', 'half', 'whole'];
  return [
    ...points.map(({ files, full }, i) => ({
      name: `full index of a MB, ${shares[i]}`,
      value: (paces[i] ?? Number.NaN) * 1000,
      unit: 'ms',
      note: `${files} files in ${full.toFixed(1)} s`,
    })),
    {
      name: 'full index of a MB, largest / smallest',
      value: Math.max(...paces) / Math.min(...paces),
      unit: '×',
      relative: true,
      note: '1: the time is in proportion to the bytes',
    },
    {
      name: 'full index of a MB, processor, largest / smallest',
      value: Math.max(...cpuPaces) / Math.min(...cpuPaces),
      unit: '×',
      relative: true,
    },
    ...points.map(({ incremental }, i) => ({ name: `8 files changed, ${shares[i]}`, value: incremental, unit: 's' })),
    {
      name: '8 files changed, share of all files',
      value: ofAll(({ incremental }) => incremental),
      unit: 's',
      note: 'slope by least squares × files: what a sync spends on files that did not change',
    },
    {
      name: '8 files changed, processor, share of all files',
      value: ofAll(({ incrementalCpu }) => incrementalCpu),
      unit: 's',
    },
  ];
};
