import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { availableParallelism, devNull } from 'node:os';
import { delimiter, join } from 'node:path';
import { diskUse } from '../disk-use.ts';
import { atMost, type Measured } from '../figures.ts';
import { gitOutput, runGit } from '../git.ts';
import { type TreeUse, watchTree } from '../process-tree.ts';
import { notMeasured, type Scenario } from '../scenario.ts';
import type { Workbench } from '../workbench.ts';

const HOW_TO_GET =
  'zoekt-git-index of https://github.com/sourcegraph/zoekt was not found on PATH or at ZOEKT_GIT_INDEX';

/** zoekt on the same repository in the same run: a trigram index of the text, no vectors, no service, no progress. */
export const peer: Scenario = {
  name: 'peer',
  run: async (bench) => {
    const program = findProgram(process.env);
    if (program === null) return [notMeasured('zoekt-git-index', HOW_TO_GET)];
    const { seconds, use, indexedBytes } = await bench.full();
    const ours = (await bench.incremental()).seconds;
    await bench.stopService();
    const place = { program, repository: join(bench.directory, 'zoekt.git'), index: join(bench.directory, 'zoekt') };
    await mkdir(place.index, { recursive: true });
    await runGit(bench.directory, ['init', '--quiet', '--bare', '--initial-branch=main', place.repository]);
    let commit = await copyHead(bench.repository, place.repository, null);
    const change = async (): Promise<void> => {
      await bench.change();
      commit = await copyHead(bench.repository, place.repository, commit);
    };
    const full = await run(bench, place, ['-incremental=false']);
    const disk = await diskUse(place.index);
    // It ends with 0 all the same.
    if (disk < 10_000) throw new Error(`zoekt-git-index has indexed nothing: ${full.said}`);
    const nothing = await run(bench, place, ['-incremental']);
    await change();
    const again = await run(bench, place, ['-incremental']);
    await change();
    const delta = await run(bench, place, ['-delta']);
    return [
      ...lines('zoekt, full', full),
      { name: 'zoekt, disk per MB of indexed source', value: disk / indexedBytes, unit: 'MB', relative: true },
      ...lines('zoekt, nothing changed', nothing),
      ...lines('zoekt, 8 files changed', again),
      ...lines('zoekt, 8 files changed, delta shard', delta),
      { name: 'zoekt, full / delta', value: full.wallSeconds / delta.wallSeconds, unit: '×', relative: true },
      {
        name: 'ours / zoekt, full',
        value: seconds / full.wallSeconds,
        unit: '×',
        target: atMost(1.5, 1),
        relative: true,
      },
      { name: 'ours / zoekt, full, processor', value: use.cpuSeconds / full.cpuSeconds, unit: '×', relative: true },
      { name: 'ours / zoekt, memory', value: use.peakResident / full.peakResident, unit: '×', relative: true },
      { name: 'ours / zoekt, 8 files changed', value: ours / delta.wallSeconds, unit: '×', relative: true },
    ];
  },
};

/**
 * Puts the files of HEAD into another repository as one commit more, and returns it. It has objects of its own, since zoekt finds
 * nothing in a repository that borrows them, and none of the history, which zoekt has no use for.
 */
const copyHead = async (from: string, to: string, parent: string | null): Promise<string> => {
  const name = 'bench <bench@example.com> 1700000000 +0000';
  const above = parent === null ? '' : `parent ${parent}\n`;
  const tree = (await gitOutput(from, ['rev-parse', 'HEAD^{tree}'])).toString().trim();
  const text = `tree ${tree}\n${above}author ${name}\ncommitter ${name}\n\nfiles\n`;
  const commit = (await gitOutput(from, ['hash-object', '-w', '-t', 'commit', '--stdin'], [text])).toString().trim();
  await runGit(from, ['update-ref', 'refs/bench/peer', commit]);
  await runGit(to, ['fetch', '--quiet', '--no-tags', from, '+refs/bench/peer:refs/heads/main']);
  return commit;
};

const lines = (name: string, { wallSeconds, cpuSeconds, peakResident, said }: PeerUse): Measured[] => [
  {
    name,
    value: wallSeconds,
    unit: 's',
    note:
      `processor ${cpuSeconds.toFixed(2)} s, memory ${(peakResident / 1e9).toFixed(2)} GB` +
      (said.includes('falling back') ? '; it fell back to a normal build' : ''),
  },
];

/** `ZOEKT_GIT_INDEX`, or the first of that name on the PATH. */
export const findProgram = (env: NodeJS.ProcessEnv): string | null => {
  const onPath = (env.PATH ?? '').split(delimiter).map((directory) => join(directory, 'zoekt-git-index'));
  const candidates = env.ZOEKT_GIT_INDEX === undefined ? onPath : [env.ZOEKT_GIT_INDEX];
  return candidates.find(isProgram) ?? null;
};

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

interface PeerUse extends TreeUse {
  /** The end of what it told on standard error. */
  readonly said: string;
}

/** Throws an Error with its own words when it fails. */
const run = async (
  bench: Workbench,
  { program, repository, index }: { readonly program: string; readonly repository: string; readonly index: string },
  flags: readonly string[],
): Promise<PeerUse> => {
  const all = ['-index', index, '-disable_ctags', '-submodules=false', '-parallelism', `${availableParallelism()}`];
  const started: { child?: ChildProcess } = {};
  const forget = bench.undoLater(() => {
    started.child?.kill('SIGKILL');
  });
  const child = spawn(program, [...all, ...flags, repository], {
    cwd: bench.directory,
    env: { PATH: process.env.PATH, HOME: bench.directory, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: devNull },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  started.child = child;
  let said = '';
  child.stderr.on('data', (data: Buffer) => {
    said = (said + data).slice(-1000);
  });
  const closed = once(child, 'close');
  const tree = watchTree(child.pid ?? 0, 20);
  const [code] = await closed;
  const use = { ...tree.stop(), said };
  await forget();
  if (code !== 0) throw new Error(`zoekt-git-index ${flags.join(' ')} ended with ${code}: ${said}`);
  if (said.includes('reference not found')) throw new Error(`zoekt-git-index found nothing: ${said}`);
  return use;
};
