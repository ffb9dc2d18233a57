import { atMost } from '../figures.ts';
import { measureRounds } from '../measure-sync.ts';
import { untilQuiet } from '../process-tree.ts';
import { makeQueries, sampleTexts } from '../queries.ts';
import type { Scenario } from '../scenario.ts';
import { median, quantile } from '../statistics.ts';
import { syncWatched } from '../watch-job.ts';
import type { Workbench } from '../workbench.ts';

/** How long a table must have been at rest before it is merged (2 s), and as much again until that has begun. Milliseconds. */
const REST_MILLISECONDS = 4000;

/** Small syncs that scenarios have made on a bench: the longer one goes on where the shorter one has ended. */
const made = new WeakMap<Workbench, { readonly before: number; syncs: number }>();

/** What search costs after so many small syncs in a row: the index must not become slower with each. */
const afterSmallSyncs = (name: string, most: number, quick: number): Scenario => ({
  name,
  run: async (bench, report) => {
    await bench.incremental();
    const syncs = bench.quick ? quick : most;
    const known = made.get(bench);
    const start = known ?? { before: await searchP50(bench), syncs: 0 };
    made.set(bench, start);
    const { before } = start;
    if (known === undefined) report({ name: 'search p50, before', value: before, unit: 'ms' });
    const rounds = await measureRounds(bench, 'eight files', syncs - start.syncs);
    start.syncs = syncs;
    report({
      name: `${syncs} small syncs, one of them`,
      value: rounds.seconds,
      unit: 's',
      note: `median of ${rounds.rounds}; the slowest took ${rounds.slowest.toFixed(2)} s`,
    });
    const atOnce = await searchP50(bench);
    await rest(bench);
    return [
      {
        name: `${syncs} small syncs, then search p50`,
        value: await searchP50(bench),
        unit: 'ms',
        target: atMost(25, 20),
        note: `before it: ${before.toFixed(1)} ms; right after the last sync, before the table was at rest: ${atOnce.toFixed(1)} ms`,
      },
    ];
  },
});

export const fiftySmallSyncs = afterSmallSyncs('fifty-small-syncs', 50, 5);
export const manySmallSyncs = afterSmallSyncs('many-small-syncs', 500, 10);

/** Until what is merged in the background has been merged. */
const rest = async (bench: Workbench): Promise<void> => {
  const { child } = await bench.service();
  for (let quiet = 0; quiet < 2; quiet++) {
    await new Promise((done) => setTimeout(done, REST_MILLISECONDS));
    await untilQuiet(child.pid ?? 0);
  }
};

/** Of queries one at a time; the first ones only warm up. */
const searchP50 = async (bench: Workbench): Promise<number> => {
  const { indexed } = await bench.full();
  const { api } = await bench.service();
  const texts = (await sampleTexts(bench.repository, indexed, 200)).map(({ text }) => text);
  const latencies: number[] = [];
  for (const q of makeQueries(texts, bench.quick ? 40 : 220, 2)) {
    const begun = performance.now();
    const { status } = await api.search(bench.id, { q });
    if (status !== 200) throw new Error(`the search answered ${status}`);
    latencies.push(performance.now() - begun);
  }
  return quantile(latencies.slice(20), 0.5);
};

/** The first search after each of some small syncs: it reads what the sync has published. */
export const firstSearch: Scenario = {
  name: 'first-search',
  run: async (bench) => {
    await bench.incremental();
    const { api } = await bench.service();
    const latencies: number[] = [];
    for (let round = 0; round < (bench.quick ? 3 : 9); round++) {
      await bench.change();
      await syncWatched(api, bench.id);
      const begun = performance.now();
      const { status } = await api.search(bench.id, { q: `round ${round} limit` });
      if (status !== 200) throw new Error(`the search answered ${status}`);
      latencies.push(performance.now() - begun);
    }
    return [
      {
        name: 'first search after a publish',
        value: median(latencies),
        unit: 'ms',
        target: atMost(30, 20),
        note: `median of ${latencies.length}, each after a sync of 8 files; the slowest ${Math.max(...latencies).toFixed(0)} ms`,
      },
    ];
  },
};
