import type { Figure, Machine, RepositoryResult, Results } from './figures.ts';
import { formatNumber } from './tables.ts';

export interface Comparison {
  readonly repository: string;
  /** When the figures that these are compared with were measured. */
  readonly since: string;
  readonly sameMachine: boolean;
  readonly rows: readonly ComparedFigure[];
}

interface ComparedFigure {
  readonly scenario: string;
  readonly name: string;
  readonly unit: string;
  readonly before: number;
  readonly now: number;
  /** now / before. */
  readonly ratio: number;
}

/** Two runs' absolute figures can be held side by side only when the machines are alike. */
export const sameMachine = (a: Machine, b: Machine): boolean =>
  a.processor === b.processor &&
  a.cores === b.cores &&
  a.memory_gib === b.memory_gib &&
  a.file_system === b.file_system;

/**
 * Each repository beside its latest earlier figures; those without any are left out. Figures of another machine are
 * compared only where they are ratios of one run.
 */
export const compare = (now: Results, earlier: readonly Results[]): readonly Comparison[] => {
  const latestFirst = [...earlier].sort((a, b) => b.measured_at.localeCompare(a.measured_at));
  return now.repositories.flatMap((current) => {
    for (const results of latestFirst) {
      const before = results.repositories.find((candidate) => isSame(candidate, current));
      if (before === undefined) continue;
      const alike = sameMachine(results.machine, now.machine);
      const rows = current.figures.flatMap((figure) => compared(figure, before.figures, alike));
      return [{ repository: current.repository, since: results.measured_at, sameMachine: alike, rows }];
    }
    return [];
  });
};

/** The name alone could stand for another state of the repository. */
const isSame = (a: RepositoryResult, b: RepositoryResult): boolean =>
  a.repository === b.repository && a.files === b.files && a.bytes === b.bytes;

const compared = (figure: Figure, earlier: readonly Figure[], alike: boolean): ComparedFigure[] => {
  if (figure.value === null || (!alike && figure.relative !== true)) return [];
  const before = earlier.find(({ scenario, name }) => scenario === figure.scenario && name === figure.name);
  if (before === undefined || before.value === null || before.value === 0) return [];
  const { scenario, name, unit, value } = figure;
  return [{ scenario, name, unit, before: before.value, now: value, ratio: value / before.value }];
};

export const comparisonHead = ['scenario', 'figure', 'before', 'now', 'now / before'] as const;

/** The rows of a comparison as text. */
export const comparisonCells = ({ rows }: Comparison): readonly (readonly string[])[] =>
  rows.map(({ scenario, name, unit, before, now, ratio }) => [
    scenario,
    name,
    `${formatNumber(before)} ${unit}`.trim(),
    `${formatNumber(now)} ${unit}`.trim(),
    ratio.toFixed(2),
  ]);
