import { type Figure, type Machine, type RepositoryResult, verdictOf } from './figures.ts';

const head = ['scenario', 'figure', 'must', 'aim', 'measured', 'verdict', 'note'];

/** Three digits that count; whole numbers as they are. */
export const formatNumber = (value: number): string => {
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 4);
};

const withUnit = (value: number, unit: string): string => `${formatNumber(value)}${unit === '' ? '' : ` ${unit}`}`;

const bound = (figure: Figure, which: 'must' | 'aim'): string => {
  const value = figure.target?.[which];
  if (figure.target === undefined || value === undefined) return '';
  return `${figure.target.better === 'less' ? '≤' : '≥'} ${formatNumber(value)}`;
};

/** The columns of one figure, as text. */
export const cellsOf = (figure: Figure): readonly string[] => [
  figure.scenario,
  figure.name,
  bound(figure, 'must'),
  bound(figure, 'aim'),
  figure.value === null || Number.isNaN(figure.value) ? '–' : withUnit(figure.value, figure.unit),
  verdictOf(figure),
  figure.note ?? '',
];

/** Rows under a head, in columns of equal width. */
export const plainTable = (titles: readonly string[], rows: readonly (readonly string[])[]): string => {
  const widths = titles.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(titles), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n');
};

/** The same as GitHub draws it. A bar inside a cell would end it. */
export const markdownTable = (titles: readonly string[], rows: readonly (readonly string[])[]): string => {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
};

export type Table = typeof plainTable;

/** One repository's table under its title. */
export const describeRepository = (result: RepositoryResult, table: Table): string => {
  const title = `${result.repository}: ${result.files} files, ${formatNumber(result.bytes / 1e6)} MB`;
  return `${table === markdownTable ? `### ${title}` : title}\n\n${table(head, result.figures.map(cellsOf))}\n`;
};

/** One line about where the figures come from. */
export const describeMachine = (machine: Machine): string =>
  `${machine.cores} cores (${machine.processor}), ${machine.memory_gib} GiB, ${machine.file_system}, ` +
  `${machine.system}, Node ${machine.node}, git ${machine.git}`;
