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
  /** Whether everything within the bounds was looked at. */
  readonly exhaustive: boolean;
  readonly violation: { readonly what: readonly string[]; readonly choices: readonly Choice[] } | null;
}

/**
 * Takes every way through a scenario that the bounds allow, and stops at the first that breaks an invariant. A state that was reached before
 * with as much left to spend is not looked at again. States cannot be copied, so each way is walked from the beginning.
 */
export const explore = async (scenario: Scenario, bounds: Bounds, spoil?: Spoil): Promise<Explored> => {
  const seen = new Map<string, number>();
  const judged = new Map<string, number>();
  const open: (readonly Choice[])[] = [[]];
  let ends = 0;
  for (let way = open.pop(); way !== undefined; way = open.pop()) {
    const model = await openModel(scenario, spoil);
    const walked: Choice[] = [];
    const spent: Spent = { switches: 0, kills: 0, waits: 0, last: null };
    for (;;) {
      const { violations } = model.watch;
      if (violations.length > 0)
        return { states: seen.size, ends, exhaustive: false, violation: { what: violations, choices: walked } };
      const given = way[walked.length];
      let next = given;
      if (next === undefined) {
        const [first, ...others] = choicesOf(model, bounds, spent);
        if (first === undefined) break;
        if (!isNew(seen, model, spent)) break;
        for (const other of others) open.push([...walked, other]);
        next = first;
      }
      await take(model, next, spent);
      walked.push(next);
    }
    if (choicesOf(model, bounds, spent).length === 0 && isNew(judged, model, noSpent)) {
      ends += 1;
      await model.judgeEnd();
      const { violations } = model.watch;
      if (violations.length > 0)
        return { states: seen.size, ends, exhaustive: false, violation: { what: violations, choices: walked } };
    }
    if (bounds.states !== undefined && seen.size >= bounds.states)
      return { states: seen.size, ends, exhaustive: false, violation: null };
  }
  return { states: seen.size, ends, exhaustive: true, violation: null };
};

interface Spent {
  switches: number;
  kills: number;
  waits: number;
  /** Whose call was performed last. */
  last: string | null;
}

const noSpent: Spent = { switches: 0, kills: 0, waits: 0, last: null };

const nameOf = ({ process }: PendingCall): string => `${process.name}#${process.nth}`;

const choicesOf = (model: Model, bounds: Bounds, spent: Spent): readonly Choice[] => {
  const names = [...new Set(model.pending.map(nameOf))].sort();
  const goesOn = spent.last !== null && names.includes(spent.last);
  const maySwitch = !goesOn || spent.switches < bounds.switches;
  const choices: Choice[] = [];
  // The one that goes on comes first: ways with few switches are taken first.
  if (goesOn) choices.push({ kind: 'run', process: spent.last as string });
  if (maySwitch) {
    for (const process of names) if (process !== spent.last) choices.push({ kind: 'run', process });
    for (const action of new Set(model.actions)) choices.push({ kind: 'act', action });
  }
  if (spent.kills < bounds.kills)
    for (const process of names) if (model.mayDie(process)) choices.push({ kind: 'kill', process });
  if (names.length === 0 && model.isWaiting && spent.waits < bounds.waits) choices.push({ kind: 'time' });
  return choices;
};

const take = async (model: Model, choice: Choice, spent: Spent): Promise<void> => {
  const pending = (name: string): PendingCall => {
    const call = model.pending.find((each) => nameOf(each) === name);
    if (call === undefined) throw new Error(`${name} waits for nothing: the way is not the same any more`);
    return call;
  };
  const goesOn = spent.last !== null && model.pending.some((each) => nameOf(each) === spent.last);
  switch (choice.kind) {
    case 'run':
      if (goesOn && choice.process !== spent.last) spent.switches += 1;
      spent.last = choice.process;
      await model.perform(pending(choice.process));
      return;
    case 'kill':
      spent.kills += 1;
      await model.kill(pending(choice.process));
      return;
    case 'act':
      if (goesOn) spent.switches += 1;
      spent.last = null;
      await model.act(choice.action);
      return;
    case 'time':
      spent.waits += 1;
      await model.wait();
      return;
    default:
      choice satisfies never;
  }
};

/** Whether the state is met for the first time, or with more left to spend than ever before. */
const isNew = (seen: Map<string, number>, model: Model, spent: Spent): boolean => {
  const key = model.print(`${spent.last} ${spent.kills} ${spent.waits}`);
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
