import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { GrepAnswer } from '../../core/contract/grep.ts';
import { atMost, type Measured } from '../figures.ts';
import { sampleTexts } from '../queries.ts';
import { notMeasured, type Scenario } from '../scenario.ts';
import { quantile } from '../statistics.ts';

/** What is looked for, in texts of the repository. */
export interface Needles {
  /** A name that is in one of the texts only, and in it once. */
  readonly rare: string;
  /** The name that is in most of them. */
  readonly common: string;
}

export const chooseNeedles = (texts: readonly string[]): Needles => {
  const files = new Map<string, number>();
  const once = new Set<string>();
  for (const text of texts) {
    const names = text.match(/[A-Za-z_][A-Za-z0-9_]{5,40}/g) ?? [];
    for (const name of new Set(names)) {
      files.set(name, (files.get(name) ?? 0) + 1);
      if (names.filter((each) => each === name).length === 1) once.add(name);
    }
  }
  const byFiles = [...files].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const rare = byFiles.filter(([name, count]) => count === 1 && once.has(name)).map(([name]) => name);
  const [common] = byFiles;
  const longest = rare.reduce((best, name) => (name.length > best.length ? name : best), '');
  if (common === undefined || longest === '') throw new RangeError('no names in these files to look for');
  return { rare: longest, common: common[0] };
};

const ROUNDS = 10;

/** Exact search: the first page of a rare string, of a common one, and of an expression that needs each text; zoekt beside it. */
export const grep: Scenario = {
  name: 'grep',
  run: async (bench) => {
    const { indexed } = await bench.full();
    const { api } = await bench.service();
    const texts = (await sampleTexts(bench.repository, indexed, 200)).map(({ text }) => text);
    const { rare, common } = chooseNeedles(texts);
    const first = async (query: Record<string, string>): Promise<GrepAnswer> => {
      const path = `/api/repositories/${bench.id}/grep?${new URLSearchParams(query)}`;
      const { status, body } = await api.call<GrepAnswer>('GET', path);
      if (status !== 200) throw new Error(`the search answered ${status} ${JSON.stringify(body)}`);
      return body;
    };
    const asked = [
      { name: 'rare string', query: { pattern: rare }, target: atMost(1000, 300) },
      { name: 'common string', query: { pattern: common }, target: atMost(4000, 2000) },
      { name: 'expression', query: { pattern: `${rare.slice(0, 3)}[a-z_]+${rare.slice(-3)}\\b`, regex: 'true' } },
      { name: 'expression that reads all', query: { pattern: '[0-9][a-f][0-9]zq$', regex: 'true' } },
    ];
    const measured: Measured[] = [];
    for (const { name, query, target } of asked) {
      const milliseconds: number[] = [];
      let answer: GrepAnswer | null = null;
      for (let round = 0; round < ROUNDS; round++) {
        const begun = performance.now();
        answer = await first(query);
        milliseconds.push(performance.now() - begun);
      }
      const [cold = Number.NaN, ...warm] = milliseconds;
      const lines = `${answer?.matches.length} lines${answer?.next_cursor === null ? '' : ', and there are more'}`;
      measured.push(
        { name: `${name}, first time`, value: cold, unit: 'ms', ...(target === undefined ? {} : { target }) },
        { name: `${name}, again p50`, value: quantile(warm, 0.5), unit: 'ms', note: `${query.pattern}: ${lines}` },
      );
    }
    return [...measured, ...(await peers([rare, common]))];
  },
};

const HOW_TO_GET =
  'zoekt of https://github.com/sourcegraph/zoekt is not at ZOEKT, or an index of the repository not at ZOEKT_INDEX';

/** The command reads its shards anew each time, so a first page of it is a whole process. */
const peers = async (needles: readonly string[]): Promise<readonly Measured[]> => {
  const { ZOEKT: program, ZOEKT_INDEX: index } = process.env;
  if (program === undefined || index === undefined) return [notMeasured('zoekt', HOW_TO_GET)];
  const measured: Measured[] = [];
  for (const needle of needles) {
    const milliseconds: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const begun = performance.now();
      await promisify(execFile)(program, ['-index_dir', index, `case:yes ${needle}`], { maxBuffer: 1 << 28 });
      milliseconds.push(performance.now() - begun);
    }
    measured.push({ name: `zoekt, ${needle}`, value: quantile(milliseconds, 0.5), unit: 'ms', note: 'a process each' });
  }
  return measured;
};
