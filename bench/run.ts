import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { NotCarriedOut } from '../adapters/system/command-line.ts';
import { committedResults } from './committed-results.ts';
import { compare, comparisonCells, comparisonHead } from './compare.ts';
import { type Figure, failedFigure, type RepositoryResult, type Results } from './figures.ts';
import { describeCommit, describeThisMachine } from './machine.ts';
import { type BenchOptions, generatedName, readOptions } from './read-options.ts';
import { inTime, runScenarios } from './run-scenarios.ts';
import { notMeasured } from './scenario.ts';
import { scenarios } from './scenarios.ts';
import { describeMachine, describeRepository, markdownTable, plainTable } from './tables.ts';
import { createUndo } from './undo.ts';
import { openWorkbench, type Source } from './workbench.ts';

/**
 * The service's performance, measured on this machine against the real service, beside what is physically possible and
 * beside a peer. `docs/performance.md` says what each figure means.
 */

const root = resolve(import.meta.dirname, '..');
const undo = createUndo();
const stop = new AbortController();
// Tables alone go to standard output.
const say = (text: string): void => console.error(text);

/** Of a repository that a stop came before. */
const stoppedFigure: Figure = {
  scenario: 'all',
  ...notMeasured('the repository', 'the run was stopped before it was made ready'),
};

const measureRepository = async (
  name: string,
  source: Source,
  directory: string,
  options: BenchOptions,
): Promise<RepositoryResult> => {
  const chosen = scenarios.filter((scenario) => options.scenarios.includes(scenario.name));
  if (stop.signal.aborted) return { repository: name, files: 0, bytes: 0, figures: [stoppedFigure] };
  say(`${name}: made ready`);
  try {
    const opening = openWorkbench({ root: directory, source, quick: options.quick });
    const bench = await inTime(opening, options.milliseconds, stop.signal);
    const close = undo.add(bench.close);
    const figures = await runScenarios(bench, chosen, { milliseconds: options.milliseconds, say, stop: stop.signal });
    await close();
    return { repository: name, files: bench.files.length, bytes: bench.bytes, figures: [...figures] };
  } catch (error) {
    const figure = stop.signal.aborted ? stoppedFigure : failedFigure('repository', error);
    return { repository: name, files: 0, bytes: 0, figures: [figure] };
  }
};

const measureAll = async (options: BenchOptions): Promise<Results> => {
  const directory = await mkdtemp(join(tmpdir(), 'bench-'));
  undo.add(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  const sources: readonly (readonly [string, Source])[] = [
    ...(options.files > 0 ? [[generatedName(options.files), { files: options.files }] as const] : []),
    ...options.repositories.map(({ name, path }) => [name, { path }] as const),
  ];
  const repositories: RepositoryResult[] = [];
  for (const [name, source] of sources) repositories.push(await measureRepository(name, source, directory, options));
  return {
    measured_at: new Date().toISOString(),
    commit: describeCommit(root),
    machine: describeThisMachine(directory),
    repositories,
  };
};

const print = (results: Results, markdown: boolean): void => {
  const table = markdown ? markdownTable : plainTable;
  console.log(`${describeMachine(results.machine)}; commit ${results.commit}, ${results.measured_at.slice(0, 10)}\n`);
  for (const repository of results.repositories) console.log(describeRepository(repository, table));
  for (const comparison of compare(results, committedResults(root))) {
    const machine = comparison.sameMachine ? '' : ' on another machine, so ratios only';
    console.log(
      `${comparison.repository}: beside the figures committed, of ${comparison.since.slice(0, 10)}${machine}\n`,
    );
    console.log(`${table(comparisonHead, comparisonCells(comparison))}\n`);
  }
};

const save = async (results: Results, out: string | null): Promise<void> => {
  if (out === null) return;
  await mkdir(dirname(out), { recursive: true });
  await writeFile(out, `${JSON.stringify(results, null, 2)}\n`);
  say(`written to ${out}`);
};

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => {
    if (stop.signal.aborted) return;
    say(`${signal}: printing what was measured, stopping the service and removing what was made`);
    stop.abort();
  });

try {
  const options = readOptions(
    process.argv.slice(2),
    scenarios.map(({ name }) => name),
  );
  const results = await measureAll(options);
  // Half of a run is printed, and is no result to keep.
  if (!stop.signal.aborted) await save(results, options.out);
  print(results, options.markdown);
  if (results.repositories.some(({ figures }) => figures.some(({ failed }) => failed === true))) process.exitCode = 1;
} catch (error) {
  say(error instanceof NotCarriedOut ? error.message.trimEnd() : String(error));
  process.exitCode = error instanceof NotCarriedOut ? error.code : 1;
} finally {
  await undo.all();
}
process.exit(stop.signal.aborted ? 130 : process.exitCode);
