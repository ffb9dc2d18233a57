/** What run-apart.ts starts: plays what the first argument names with the parameters of the second, and prints what was found as JSON. */
import { campaign, historyOf } from './campaign.ts';
import type { DatabaseKind } from './history-database.ts';
import { told } from './model/explore.ts';
import { exploreAll } from './model/find-guards.ts';
import { guards } from './model/guard-list.ts';
import { mutate } from './model/mutate.ts';
import { type Played, playHistory } from './play-history.ts';

type Size = Parameters<typeof historyOf>[1];

/** A history's course, in a form that can be printed. */
const courseOf = ({ violations, trace, calls }: Played) => ({ violations, trace, calls });

export const plays = {
  campaign: async (size: Size, seed: number, histories: number) => {
    const { sums, failure } = await campaign({ ...size, seed, histories });
    return {
      histories: sums.histories,
      jobs: sums.jobs,
      plans: sums.plans,
      headStarts: sums.headStarts,
      looks: sums.looks,
      failure: failure && { seed: failure.seed, history: failure.history, violations: failure.played.violations },
    };
  },
  /** So many histories from a seed on, each once over each of these databases. */
  courses: async (size: Size, first: number, count: number, databases: readonly DatabaseKind[]) => {
    const all: ReturnType<typeof courseOf>[][] = [];
    for (let seed = first; seed < first + count; seed++) {
      const courses: ReturnType<typeof courseOf>[] = [];
      for (const database of databases) courses.push(courseOf(await playHistory(historyOf(seed, size), { database })));
      all.push(courses);
    }
    return all;
  },
  /** So many histories, each twice and then in another order of events: what stands for all that happened. */
  again: async (size: Size, count: number) => {
    const prints: string[][] = [];
    for (let seed = 0; seed < count; seed++) {
      const history = historyOf(seed, size);
      const other = { ...history, seed: history.seed + 1 };
      const played: string[] = [];
      for (const each of [history, history, other]) played.push((await playHistory(each)).print);
      prints.push(played);
    }
    return prints;
  },
  /** All ways of the quick scenarios, and again without a guard, until so many that were left out have been caught. */
  model: async (seed: number, guardsToCatch: number) => {
    const { refusals, explored } = await exploreAll('quick', seed);
    const broken = explored.flatMap(({ scenario, explored: { violation } }) =>
      violation === null ? [] : [{ scenario: scenario.name, what: violation.what, by: told(violation.choices) }],
    );
    const states = explored.reduce((sum, each) => sum + each.explored.states, 0);
    let caught = 0;
    for (const { guards: refusing } of refusals.sets())
      if (caught < guardsToCatch && refusing.length === 1 && guards.get(refusing[0] as string) === 'alone')
        if ((await mutate(refusing[0] as string, refusals)) !== null) caught += 1;
    return { broken, states, caught, asked: [...refusals.asked] };
  },
};

if (import.meta.main) {
  const [name, parameters] = process.argv.slice(2);
  const play = plays[name as keyof typeof plays] as (...given: unknown[]) => Promise<unknown>;
  process.stdout.write(JSON.stringify(await play(...(JSON.parse(parameters ?? '[]') as unknown[]))));
}
