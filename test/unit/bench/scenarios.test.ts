import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diskUse, settledDiskUse } from '../../../bench/disk-use.ts';
import { verdictOf } from '../../../bench/figures.ts';
import { hammerFigures } from '../../../bench/hammer.ts';
import { runScenarios } from '../../../bench/run-scenarios.ts';
import { chooseNeedles } from '../../../bench/scenarios/grep.ts';
import { growthFigures } from '../../../bench/scenarios/growth.ts';
import { fairness } from '../../../bench/scenarios/many.ts';
import { findProgram } from '../../../bench/scenarios/peer.ts';
import { ratioTarget, smallSyncTarget } from '../../../bench/scenarios/small-syncs.ts';
import { createUndo } from '../../../bench/undo.ts';
import { createProgressGaps, jobSeconds } from '../../../bench/watch-job.ts';
import type { Workbench } from '../../../bench/workbench.ts';
import type { JobAnswer } from '../../../core/contract/api.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'test-bench-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('the runner', () => {
  const stopped: string[] = [];
  const bench = { stopService: async () => void stopped.push('service') } as Partial<Workbench> as Workbench;
  const said: string[] = [];
  const options = {
    milliseconds: 100,
    say: (text: string) => void said.push(text),
    stop: new AbortController().signal,
  };

  it('makes a line of a scenario that throws or takes too long, stops its service, and goes on', async () => {
    const figures = await runScenarios(
      bench,
      [
        { name: 'broken', run: () => Promise.reject(new Error('no index')) },
        { name: 'endless', run: () => new Promise(() => {}) },
        { name: 'good', run: async () => [{ name: 'x', value: 1, unit: 's' }] },
      ],
      options,
    );
    expect(figures.map(({ scenario, failed, note }) => [scenario, failed, note])).toEqual([
      ['broken', true, 'no index'],
      ['endless', true, 'it took longer than 0.1 s'],
      ['good', undefined, undefined],
    ]);
    expect(stopped).toEqual(['service', 'service']);
    expect(said.at(-1)).toMatch(/^good: 0 s/);
  });

  it('leaves what is under way when it is told to stop, keeps what was measured, and names what was not', async () => {
    const stop = new AbortController();
    const one = { name: 'x', value: 1, unit: 's' };
    const late = Promise.withResolvers<void>();
    const figures = await runScenarios(
      bench,
      [
        { name: 'done', run: async () => [one] },
        {
          name: 'halfway',
          run: async (_, report) => {
            report(one);
            stop.abort();
            await late.promise;
            report({ ...one, name: 'late' });
            return [one];
          },
        },
        { name: 'never', run: async () => [one] },
      ],
      { ...options, milliseconds: 10_000, stop: stop.signal },
    );
    late.resolve();
    await late.promise;
    expect(figures.map(({ scenario, name, value, failed }) => [scenario, name, value, failed])).toEqual([
      ['done', 'x', 1, undefined],
      ['halfway', 'x', 1, undefined],
      ['halfway', 'the rest of it', null, undefined],
      ['never', 'the scenario', null, undefined],
    ]);
    expect(figures.map(verdictOf)).toEqual(['', '', 'not measured', 'not measured']);
  });
});

describe('what exact search looks for', () => {
  it('is a name that is in one text once, and the one that is in most texts', () => {
    const texts = ['common_name first_one', 'common_name twice_here twice_here', 'common_name a_longer_rare_name x'];
    expect(chooseNeedles(texts)).toEqual({ rare: 'a_longer_rare_name', common: 'common_name' });
    expect(() => chooseNeedles(['a b c'])).toThrow(/no names/);
  });
});

describe('what is undone', () => {
  it('is everything that is left, latest first, each once, whatever throws', async () => {
    const done: string[] = [];
    const undo = createUndo();
    undo.add(() => void done.push('first'));
    undo.add(() => Promise.reject(new Error('stuck')));
    const now = undo.add(() => void done.push('early'));
    undo.add(() => void done.push('last'));
    await now();
    await now();
    await Promise.all([undo.all(), undo.all()]);
    expect(done).toEqual(['early', 'last', 'first']);
    expect(() => undo.add(() => {})).toThrow(/stopped/);
  });
});

describe('progress', () => {
  const at = (updated_at: string, phase: JobAnswer['progress']['phase']) => ({
    updated_at: `2026-01-01T00:00:${updated_at}Z`,
    progress: { percentage: 0, phase, files_processed: 0, files_total: null, current_file: null },
  });

  it('is silent between two different times, in the phase that breaks the silence', () => {
    const gaps = createProgressGaps();
    expect(gaps.largest()).toEqual({ gap: 0, phase: 'none' });
    for (const look of [at('01.000', 'pull'), at('01.000', 'pull'), at('01.400', 'pull'), at('02.900', 'embed')])
      gaps.see(look);
    gaps.see(at('03.000', 'embed'));
    expect(gaps.largest()).toEqual({ gap: 1500, phase: 'embed' });
    expect(gaps.byPhase()).toEqual(
      new Map([
        ['pull', 400],
        ['embed', 1500],
      ]),
    );
  });

  it('takes from the request to the end', () => {
    expect(jobSeconds({ created_at: '2026-01-01T00:00:01Z', ended_at: '2026-01-01T00:01:01.5Z' })).toBe(60.5);
    expect(jobSeconds({ created_at: '2026-01-01T00:00:01Z', ended_at: null })).toBeNaN();
  });
});

describe('disk', () => {
  it('is what all files below take, in whole blocks', async () => {
    const path = join(directory, 'disk');
    await mkdir(join(path, 'a/b'), { recursive: true });
    await writeFile(join(path, 'a/b/file'), Buffer.alloc(100_000, 1));
    await writeFile(join(path, 'tiny'), 'x');
    const bytes = await diskUse(path);
    expect(bytes).toBeGreaterThanOrEqual(100_001);
    expect(bytes % 512).toBe(0);
    expect(await diskUse(join(path, 'nowhere'))).toBe(0);
  });

  it('counts once it has shrunk and stays so', async () => {
    const sizes = [90, 90, 90, 30, 30, 30, 20];
    const measure = async () => sizes.shift() ?? 0;
    expect(await settledDiskUse('', { looks: 15, milliseconds: 1, measure })).toEqual({ bytes: 30, first: 90 });
    expect(sizes).toEqual([20]);
    expect(await settledDiskUse('', { looks: 3, milliseconds: 1, measure: async () => 7 })).toEqual({
      bytes: 7,
      first: 7,
    });
  });
});

it('latencies are judged, and an answer that nobody expects is a failure', () => {
  const hammered = { latencies: [1, 2, 700], ownDelay: 1, statuses: new Map([[409, 3]]) };
  expect(hammerFigures(hammered).map(({ value }) => value)).toEqual([2, 700, 700, 1]);
  expect(() => hammerFigures({ ...hammered, statuses: new Map([[500, 1]]) })).toThrow('1 × 500');
});

it('growth tells the share of a small sync that grows with all files', () => {
  const points = [25, 50, 100].map((files) => ({
    files,
    bytes: files * 1e6,
    full: files * 2,
    incremental: 1 + files / 50,
    fullCpu: files,
    incrementalCpu: 1 + files / 25,
  }));
  const figures = new Map(growthFigures(points).map(({ name, value }) => [name, value]));
  expect(figures.get('8 files changed, share of all files')).toBeCloseTo(2);
  expect(figures.get('8 files changed, processor, share of all files')).toBeCloseTo(4);
  expect(figures.get('full index of a MB, processor, largest / smallest')).toBeCloseTo(1);
  expect(figures.get('full index of a MB, largest / smallest')).toBeCloseTo(1);
  expect(figures.get('full index of a MB, whole')).toBeCloseTo(2000);
});

it('fairness tells how far the last is from the mean, and who did not complete', () => {
  const watched = [10, 20, 30].map((seconds, i) => ({
    job: {
      status: i === 2 ? 'failed' : 'completed',
      created_at: '2026-01-01T00:00:00Z',
      ended_at: `2026-01-01T00:00:${seconds}Z`,
    } as JobAnswer,
    firstProgress: i + 1,
  }));
  const figures = fairness(watched);
  expect(figures[0]).toMatchObject({ name: 'completed', value: 2, target: { must: 3, better: 'more' } });
  expect(Object.fromEntries(figures.map(({ name, value }) => [name, value]))).toMatchObject({
    'slowest / mean': 1.5,
    'fastest / mean': 0.5,
    'first file done, latest': 3,
  });
});

it('a small sync is held to more the larger the repository is', () => {
  expect([9_999, 10_000, 50_000].map((files) => ratioTarget(files)?.must)).toEqual([undefined, 10, 50]);
  expect([2_000, 100_000, 1_000_000].map((files) => smallSyncTarget(files).must)).toEqual([0.35, 0.35, 0.6]);
});

describe('the peer', () => {
  it('is looked for where it is said to be, else on the PATH', async () => {
    const program = join(directory, 'zoekt-git-index');
    expect(findProgram({ PATH: directory })).toBeNull();
    await writeFile(program, '');
    expect(findProgram({ PATH: directory })).toBeNull();
    await chmod(program, 0o755);
    expect(findProgram({ PATH: `/nowhere:${directory}` })).toBe(program);
    expect(findProgram({ ZOEKT_GIT_INDEX: program })).toBe(program);
    expect(findProgram({ ZOEKT_GIT_INDEX: '/nowhere/zoekt', PATH: directory })).toBeNull();
    expect(findProgram({})).toBeNull();
  });
});
