import type { Api } from '../test/support/api.ts';
import { atMost, type Measured } from './figures.ts';
import { makeQueries, sampleTexts } from './queries.ts';
import { quantile } from './statistics.ts';
import type { Workbench } from './workbench.ts';

interface Searches {
  /** Milliseconds from the request to the parsed answer. */
  readonly latencies: readonly number[];
  /** How many found something. */
  readonly found: number;
}

/** Asks all queries, `atOnce` at a time. Throws an Error for an answer that is not 200. */
const ask = async (
  api: Pick<Api, 'search'>,
  id: string,
  queries: readonly string[],
  atOnce: number,
): Promise<Searches> => {
  const latencies: number[] = [];
  const waiting = [...queries];
  let found = 0;
  const client = async (): Promise<void> => {
    for (let q = waiting.pop(); q !== undefined; q = waiting.pop()) {
      const start = performance.now();
      const { status, body } = await api.search(id, { q });
      latencies.push(performance.now() - start);
      if (status !== 200) throw new Error(`the search answered ${status} ${JSON.stringify(body)}`);
      if (body.results.length > 0) found += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, client));
  return { latencies, found };
};

/** Searches for words of the indexed files, one at a time and four at a time. `rows`: how many there are, where the branch does not know. */
export const measureSearch = async (bench: Workbench, rows?: number): Promise<readonly Measured[]> => {
  const { indexed } = await bench.full();
  const { api } = await bench.service();
  const branches = (await api.repository(bench.id)).index.branches;
  const chunks = rows ?? branches.reduce((sum, branch) => sum + branch.chunks, 0);
  const count = bench.quick ? 100 : 400;
  const texts = (await sampleTexts(bench.repository, indexed, 200)).map(({ text }) => text);
  const [first = '', ...queries] = makeQueries(texts, count * 2 + 1);
  const cold = await ask(api, bench.id, [first], 1);
  const alone = await ask(api, bench.id, queries.slice(0, count), 1);
  const together = await ask(api, bench.id, queries.slice(count), 4);
  const target = { p50: atMost(100, 20), p99: atMost(400, 100) };
  return [
    {
      name: 'first search',
      value: quantile(cold.latencies, 1),
      unit: 'ms',
      note: 'the first since the last sync or start',
    },
    {
      name: 'search p50',
      value: quantile(alone.latencies, 0.5),
      unit: 'ms',
      target: target.p50,
      note: `${count} queries one at a time, ${alone.found} found something; ${chunks} chunks`,
    },
    { name: 'search p99', value: quantile(alone.latencies, 0.99), unit: 'ms', target: target.p99 },
    {
      name: 'search p50, 4 at a time',
      value: quantile(together.latencies, 0.5),
      unit: 'ms',
      target: target.p50,
      note: `${count} other queries`,
    },
    { name: 'search p99, 4 at a time', value: quantile(together.latencies, 0.99), unit: 'ms', target: target.p99 },
  ];
};
