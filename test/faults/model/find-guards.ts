import { type Explored, explore } from './explore.ts';
import { type Caught, mutate } from './mutate.ts';
import { Refusals } from './refusals.ts';
import { type Task, tasks } from './scenarios.ts';
import { nameOfSource, sourceGuards } from './source-guards.ts';

export type ExploredTask = Task & { readonly explored: Explored; readonly seconds: number };

/** Explores every scenario, and notes what guards refuse on the way. */
export const exploreAll = async (
  bounds: 'quick' | 'whole',
  seed: number,
  report: (explored: ExploredTask) => void = () => undefined,
): Promise<{ readonly refusals: Refusals; readonly explored: readonly ExploredTask[] }> => {
  const refusals = new Refusals();
  const explored: ExploredTask[] = [];
  for (const task of tasks) {
    const from = performance.now();
    const found = await explore(task.scenario, task[bounds], { ...refusals.of(task.scenario), seed });
    const one = { ...task, explored: found, seconds: (performance.now() - from) / 1000 };
    explored.push(one);
    report(one);
  }
  return { refusals, explored };
};

/** Leaves out each guard that was asked: of the writes, or of the code. */
export const mutateAll = async (
  refusals: Refusals,
  sources: boolean,
  report: (guard: string, caught: Caught | null, seconds: number) => void = () => undefined,
): Promise<ReadonlyMap<string, Caught | null>> => {
  const all = new Map<string, Caught | null>();
  const names = new Set(sourceGuards.map(nameOfSource));
  for (const guard of [...refusals.asked].filter((name) => names.has(name) === sources).sort()) {
    const from = performance.now();
    const caught = await mutate(guard, refusals);
    all.set(guard, caught);
    report(guard, caught, (performance.now() - from) / 1000);
  }
  return all;
};
