import { type Choice, choose } from './explore.ts';
import { watchGuards } from './guards.ts';
import { type Model, openModel, type Spoil } from './model.ts';
import type { Refusals, RefusedWay } from './refusals.ts';
import { sourceWatch } from './source-guards.ts';

export interface Caught {
  /** What had to be left out with the guard: what refuses the same writes. */
  readonly together: readonly string[];
  readonly scenario: string;
  readonly violation: string;
}

/** Ways that are tried for each set of guards. */
const WAYS = 15;

/** How a way goes on once the write is made that should have been refused: that process first, or all others, or without it. */
const courses = ['on', 'others', 'dies'] as const;

/** Other guards that stop what one lets through when it is left out: so many of them are left out too. */
const COMPANIONS = 8;

/**
 * Leaves the guard out where it alone refuses something; where others refuse the same, or what comes of it, them too. Null: nothing was broken
 * by it.
 */
export const mutate = async (guard: string, refusals: Refusals): Promise<Caught | null> => {
  const sets = refusals.sets().filter(({ guards }) => guards.includes(guard));
  const after = new Map<string, { readonly guards: readonly string[]; readonly ways: readonly RefusedWay[] }>();
  for (const { guards, ways } of sets) {
    const caught = await breaks(guards, ways, (refusing, way) => {
      const more = [...new Set([...guards, ...refusing])].sort();
      const key = more.join();
      after.set(key, { guards: more, ways: [...(after.get(key)?.ways ?? []), way] });
    });
    if (caught !== null) return { together: guards.filter((other) => other !== guard), ...caught };
  }
  for (const { guards, ways } of [...after.values()].slice(0, COMPANIONS)) {
    const others = guards.filter((other) => other !== guard);
    // What is broken without the others alone says nothing of this one.
    if ((await breaks(others, ways, () => undefined)) !== null) continue;
    const caught = await breaks(guards, ways, () => undefined);
    if (caught !== null) return { together: others, ...caught };
  }
  return null;
};

/** @param refused told what other guards refuse once these are left out. */
const breaks = async (
  guards: readonly string[],
  ways: readonly RefusedWay[],
  refused: (guards: readonly string[], way: RefusedWay) => void,
): Promise<Pick<Caught, 'scenario' | 'violation'> | null> => {
  const dropped = new Set(guards);
  for (const course of courses)
    for (const way of inTurns(ways).slice(0, WAYS)) {
      const spoil: Spoil = (services) => {
        watchGuards(services, { refused: (others) => refused(others, way) }, dropped);
        sourceWatch.leftOut = dropped;
        sourceWatch.refused = () => undefined;
      };
      try {
        const [violation] = await walk(await openModel(way.scenario, spoil), way.choices, course);
        if (violation !== undefined) return { scenario: way.scenario.name, violation };
      } finally {
        sourceWatch.leftOut = new Set();
      }
    }
  return null;
};

/** One of each scenario, then a second one, and so on. */
const inTurns = (ways: readonly RefusedWay[]): readonly RefusedWay[] => {
  const counts = new Map<string, number>();
  const turns = ways.map((way) => {
    const turn = counts.get(way.scenario.name) ?? 0;
    counts.set(way.scenario.name, turn + 1);
    return { way, turn };
  });
  return turns.sort((a, b) => a.turn - b.turn).map(({ way }) => way);
};

/** The way, and then on to the end. */
export const walk = async (
  model: Model,
  choices: readonly Choice[],
  course: (typeof courses)[number],
): Promise<readonly string[]> => {
  const { watch } = model;
  for (const choice of choices) if (!(await choose(model, choice)) || watch.violations.length > 0) break;
  const last = choices.findLast(({ kind }) => kind === 'run');
  const own = last?.kind === 'run' ? last.process : '';
  if (course === 'dies') await choose(model, { kind: 'kill', process: own });
  while (watch.violations.length === 0) {
    const names = model.pending.map(({ process }) => `${process.name}#${process.nth}`).sort();
    const first = course === 'others' ? names.find((name) => name !== own) : names.find((name) => name === own);
    const process = first ?? names[0];
    if (process === undefined || !(await choose(model, { kind: 'run', process }))) break;
  }
  if (watch.violations.length === 0) await model.judgeEnd();
  return watch.violations;
};
