import type { PendingCall } from './explored-simulation.ts';
import { type Model, openModel, type Scenario, type Spoil } from './model.ts';

/** What happens next: a process has its next call performed or is killed before it, a user acts, or time passes. */
export type Choice =
  | { readonly kind: 'run'; readonly process: string }
  | { readonly kind: 'kill'; readonly process: string }
  | { readonly kind: 'act'; readonly action: string }
  | { readonly kind: 'time' };

export interface Bounds {
  /** How often another process may have its turn while the one before could have gone on. */
  readonly switches: number;
  readonly kills: number;
  /** How often time passes until something happens by itself. */
  readonly waits: number;
  /** Ends the search, which then is not exhaustive. */
  readonly states?: number;
}

export interface Explored {
  readonly states: number;
  /** Different ends, each judged. */
  readonly ends: number;
  /** Up to so many switches and deaths together everything was looked at. */
  readonly complete: number;
  /** Whether everything within the bounds was looked at. */
  readonly exhaustive: boolean;
  readonly violation: { readonly what: readonly string[]; readonly choices: readonly Choice[] } | null;
}

export interface ExploreOptions {
  readonly spoil?: Spoil | undefined;
  /** Of the order in which ways of one cost are taken: it matters only to a search that is cut. */
  readonly seed?: number | undefined;
  /** Told after each choice how far the way has come, and whether it was walked so before. */
  readonly walked?: ((choices: readonly Choice[], isNew: boolean) => void) | undefined;
}

/** What has been spent of the bounds. */
interface Spent {
  switches: number;
  kills: number;
  waits: number;
  /** Whose call was performed last; null when a user acted. */
  last: string | null;
  /** And which steps go on with it. */
  thread: string | null;
}

const nothing = (): Spent => ({ switches: 0, kills: 0, waits: 0, last: null, thread: null });

/** Ways that begin so are still to be walked: those with the fewest switches and deaths first, else in any order. */
class Open {
  readonly #byCost: (readonly Choice[])[][] = [[]];
  #random: number;

  constructor(seed: number) {
    this.#random = seed >>> 0;
  }

  /** A linear congruential generator: good enough to spread. */
  #below(count: number): number {
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#random / 2 ** 32) * count);
  }

  add(way: readonly Choice[], cost: number): void {
    while (this.#byCost.length <= cost) this.#byCost.push([]);
    this.#byCost[cost]?.push(way);
  }

  /** With what the whole way costs. */
  take(): { readonly way: readonly Choice[]; readonly cost: number } | undefined {
    const cost = this.#byCost.findIndex((ways) => ways.length > 0);
    const ways = this.#byCost[cost] ?? [];
    const last = ways.pop();
    if (last === undefined) return undefined;
    const at = this.#below(ways.length + 1);
    const way = ways[at] ?? last;
    if (at < ways.length) ways[at] = last;
    return { way, cost };
  }
}

/**
 * Takes every way through a scenario that the bounds allow, and stops at the first that breaks an invariant. Ways with fewer switches and
 * deaths come first: most faults need one or two. A state that was reached before with as much left to spend is not looked at again.
 * States cannot be copied, so each way is walked from the beginning.
 */
export const explore = async (
  scenario: Scenario,
  bounds: Bounds,
  { spoil, seed = 1, walked: report }: ExploreOptions = {},
): Promise<Explored> => {
  const seen = new Map<string, number>();
  const judged = new Map<string, number>();
  const open = new Open(seed);
  open.add([], 0);
  let ends = 0;
  let complete = 0;
  const stopped = (choices: readonly Choice[], what: readonly string[]): Explored => ({
    ...{ states: seen.size, ends, complete: complete - 1, exhaustive: false },
    violation: what.length === 0 ? null : { what, choices },
  });
  for (let taken = open.take(); taken !== undefined; taken = open.take()) {
    complete = taken.cost;
    const model = await openModel(scenario, spoil);
    const walked: Choice[] = [];
    const spent = nothing();
    for (;;) {
      if (model.watch.violations.length > 0) return stopped(walked, model.watch.violations);
      let next = taken.way[walked.length];
      if (next === undefined) {
        const [first, ...others] = choicesOf(model, bounds, spent);
        if (first === undefined || !isNew(seen, model, spent)) break;
        for (const other of others)
          open.add([...walked, other], spent.switches + spent.kills + costOf(model, other, spent));
        next = first;
      }
      await take(model, next, spent);
      walked.push(next);
      report?.(walked, walked.length >= taken.way.length);
    }
    if (choicesOf(model, bounds, spent).length === 0 && isNew(judged, model, nothing())) {
      ends += 1;
      await model.judgeEnd();
      if (model.watch.violations.length > 0) return stopped(walked, model.watch.violations);
    }
    if (bounds.states !== undefined && seen.size >= bounds.states) return stopped(walked, []);
  }
  return { states: seen.size, ends, complete: bounds.switches + bounds.kills, exhaustive: true, violation: null };
};

const nameOf = ({ process }: Pick<PendingCall, 'process'>): string => `${process.name}#${process.nth}`;

/** The steps of one execution follow each other: together they are one that goes on. */
const threadOf = ({ process }: PendingCall): string =>
  process.claim === null ? nameOf({ process }) : `${process.claim.job_id} ${process.claim.fence}`;

/** What the one whose turn it was would do next; undefined when it has come to its end, or waits. */
const nextOf = (model: Model, { last, thread }: Spent): string | undefined => {
  const own = model.pending.filter((call) => threadOf(call) === thread).map(nameOf);
  return last !== null && own.includes(last) ? last : own.sort()[0];
};

const choicesOf = (model: Model, bounds: Bounds, spent: Spent): readonly Choice[] => {
  const names = [...new Set(model.pending.map(nameOf))].sort();
  const next = nextOf(model, spent);
  const choices: Choice[] = [];
  if (next !== undefined) choices.push({ kind: 'run', process: next });
  const isStep = model.pending.some((call) => nameOf(call) === next && call.process.claim !== null);
  if (next === undefined || (spent.switches < bounds.switches && !(isStep && model.isSteady))) {
    for (const process of names) if (process !== next) choices.push({ kind: 'run', process });
    for (const action of new Set(model.actions)) choices.push({ kind: 'act', action });
  }
  if (spent.kills < bounds.kills)
    for (const process of names) if (model.mayDie(process)) choices.push({ kind: 'kill', process });
  if (names.length === 0 && model.isWaiting && spent.waits < bounds.waits) choices.push({ kind: 'time' });
  return choices;
};

/** How many switches and deaths the choice is. */
const costOf = (model: Model, choice: Choice, spent: Spent): number => {
  if (choice.kind === 'kill') return 1;
  const next = nextOf(model, spent);
  if (choice.kind === 'time' || next === undefined) return 0;
  return choice.kind === 'act' || choice.process !== next ? 1 : 0;
};

const pendingOf = (model: Model, name: string): PendingCall | undefined =>
  model.pending.find((each) => nameOf(each) === name);

const take = async (model: Model, choice: Choice, spent: Spent): Promise<void> => {
  spent[choice.kind === 'kill' ? 'kills' : 'switches'] += costOf(model, choice, spent);
  if (choice.kind === 'time') spent.waits += 1;
  if (choice.kind === 'run') {
    const call = pendingOf(model, choice.process);
    Object.assign(spent, { last: choice.process, thread: call === undefined ? null : threadOf(call) });
  }
  const before = new Set(model.pending.map(nameOf));
  if (!(await choose(model, choice))) throw new Error(`${wordOf(choice)} cannot be: the way is not the same any more`);
  if (choice.kind !== 'act') return;
  // Who acts goes on: to act and wait is the same as to act later.
  const begun = model.pending.find((call) => !before.has(nameOf(call)));
  spent.last = begun === undefined ? null : nameOf(begun);
  spent.thread = begun === undefined ? null : threadOf(begun);
};

/** Has it happen; false when it cannot, because the process waits for nothing. */
export const choose = async (model: Model, choice: Choice): Promise<boolean> => {
  switch (choice.kind) {
    case 'run':
    case 'kill': {
      const call = pendingOf(model, choice.process);
      if (call === undefined) return false;
      await (choice.kind === 'run' ? model.perform(call) : model.kill(call));
      return true;
    }
    case 'act':
      if (!model.actions.some((action) => action === choice.action)) return false;
      await model.act(choice.action);
      return true;
    case 'time':
      await model.wait();
      return true;
    default:
      return choice satisfies never;
  }
};

/** Whether the state is met for the first time, or with more left to spend than ever before. */
const isNew = (seen: Map<string, number>, model: Model, spent: Spent): boolean => {
  const key = model.print(`${spent.last} ${spent.thread} ${spent.kills} ${spent.waits}`);
  const best = seen.get(key);
  if (best !== undefined && best <= spent.switches) return false;
  seen.set(key, spent.switches);
  return true;
};

/** A way in few words: `sync, sync#1 ×3, kill begin-sync#1`. */
export const told = (choices: readonly Choice[]): string => {
  const words: { readonly word: string; times: number }[] = [];
  for (const choice of choices) {
    const word = wordOf(choice);
    const last = words.at(-1);
    if (last?.word === word) last.times += 1;
    else words.push({ word, times: 1 });
  }
  return words.map(({ word, times }) => (times === 1 ? word : `${word} ×${times}`)).join(', ');
};

const wordOf = (choice: Choice): string => {
  if (choice.kind === 'act') return `[${choice.action}]`;
  if (choice.kind === 'time') return '[time passes]';
  return choice.kind === 'kill' ? `[kill ${choice.process}]` : choice.process;
};
