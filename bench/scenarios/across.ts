import { join } from 'node:path';
import type { ServiceProcess } from '../../test/support/service-process.ts';
import { atMost, type Measured } from '../figures.ts';
import { generatedFile, generateRepository } from '../generate-repository.ts';
import { untilQuiet } from '../process-tree.ts';
import { makeQueries } from '../queries.ts';
import type { Scenario } from '../scenario.ts';
import { quantile } from '../statistics.ts';
import type { Workbench } from '../workbench.ts';

const REPOSITORIES = 1_000;
/** Of one repository. */
const FILES = 12;
const SYNCS_AT_ONCE = 8;
const QUERIES = 100;

/** Searches across 1,000 small repositories on one service: search, exact search and definitions. */
export const across: Scenario = {
  name: 'across',
  run: async (bench) => {
    await bench.stopService();
    const own = bench.startOther(join(bench.directory, 'across-data'));
    try {
      const service = await own.service;
      const count = bench.quick ? REPOSITORIES / 20 : REPOSITORIES;
      await indexAll(bench, service, count);
      await untilQuiet(service.child.pid ?? 0);
      return await measureAll(service, count, bench.quick ? QUERIES / 5 : QUERIES);
    } finally {
      await own.stop();
    }
  },
};

const firstFile = (n: number): number => n * 1_000;

const indexAll = async (bench: Workbench, { api }: ServiceProcess, count: number): Promise<void> => {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let n = next++; n < count; n = next++) {
      const path = join(bench.directory, 'across', String(n));
      await generateRepository(path, FILES, firstFile(n));
      const id = `across-${n}`;
      await api.register(id, path);
      const { status } = await api.synced(id);
      if (status !== 'completed') throw new Error(`the sync of ${id} ended as ${status}`);
    }
  };
  await Promise.all(Array.from({ length: SYNCS_AT_ONCE }, lane));
};

const measureAll = async ({ api }: ServiceProcess, count: number, rounds: number): Promise<readonly Measured[]> => {
  // Of every tenth repository.
  const texts = Array.from({ length: Math.ceil(count / 10) }, (_, n) =>
    generatedFile(firstFile(n * 10)).content.toString(),
  );
  // The first is in none of them, and so leads through all.
  const queries = ['zzqNowhereAtAll', ...makeQueries(texts, rounds)];
  const names = queries.map((query) => query.split(' ')[0] ?? '');
  const calls = [
    { name: 'search', path: (n: number) => `search?q=${encodeURIComponent(queries[n] ?? '')}`, target: atMost(500) },
    { name: 'grep', path: (n: number) => `grep?pattern=${encodeURIComponent(names[n] ?? '')}`, target: atMost(500) },
    {
      name: 'symbols',
      path: (n: number) => `symbols?name=${encodeURIComponent(names[n] ?? '')}`,
      target: atMost(500),
    },
  ];
  const measured: Measured[] = [];
  for (const { name, path, target } of calls) {
    const milliseconds: number[] = [];
    let searched = 0;
    for (let round = 0; round <= rounds; round++) {
      const begun = performance.now();
      const { status, body } = await api.call<{ readonly searched: number }>('GET', `/api/${path(round)}`);
      milliseconds.push(performance.now() - begun);
      if (status !== 200) throw new Error(`${path(round)} was answered ${status} ${JSON.stringify(body)}`);
      searched = Math.max(searched, body.searched);
    }
    const [first = Number.NaN, ...next] = milliseconds;
    measured.push(
      { name: `${name}, first`, value: first, unit: 'ms', note: 'nothing of the repositories was in memory' },
      {
        name: `${name}, p50`,
        value: quantile(next, 0.5),
        unit: 'ms',
        note: `${searched} repositories, one call at a time`,
      },
      { name: `${name}, p99`, value: quantile(next, 0.99), unit: 'ms', target },
    );
  }
  return measured;
};
