import type { Choice, ExploreOptions } from './explore.ts';
import { watchGuards } from './guards.ts';
import type { Scenario } from './model.ts';
import { sourceWatch } from './source-guards.ts';

/** A way that comes to a write which guards refuse. */
export interface RefusedWay {
  readonly scenario: Scenario;
  readonly choices: readonly Choice[];
}

/** Ways that are kept of those on which the same guards refuse the same step's write in the same scenario. */
const ALIKE_KEPT = 3;

/**
 * What guards refuse on the product as it is. A guard that is left out makes a difference only where it refuses a write alone: where
 * others refuse it too, only all of them left out make one. So one search finds where each mutation must be looked at.
 */
export class Refusals {
  /** Every guard that was asked, whether it has refused anything or not. */
  readonly asked = new Set<string>();
  readonly #ways = new Map<string, RefusedWay[]>();
  readonly #kept = new Map<string, number>();

  /** For a search: notes what is met on its ways. */
  of(scenario: Scenario): ExploreOptions {
    let met: (readonly string[])[] = [];
    return {
      spoil: (services) => {
        met = [];
        watchGuards(services, { asked: (guard) => this.asked.add(guard), refused: (guards) => met.push(guards) });
        sourceWatch.asked = (guard) => this.asked.add(guard);
        sourceWatch.refused = (guard) => met.push([guard]);
      },
      walked: (choices, isNew) => {
        if (isNew) for (const guards of met) this.#note(guards, scenario, choices);
        met = [];
      },
    };
  }

  #note(guards: readonly string[], scenario: Scenario, choices: readonly Choice[]): void {
    const key = guards.join('\n');
    const last = choices.at(-1);
    const alike = `${key}\n${scenario.name}\n${last?.kind === 'run' ? last.process.replace(/#\d+$/, '') : last?.kind}`;
    const kept = this.#kept.get(alike) ?? 0;
    if (kept >= ALIKE_KEPT) return;
    this.#kept.set(alike, kept + 1);
    const ways = this.#ways.get(key) ?? [];
    this.#ways.set(key, ways);
    ways.push({ scenario, choices: [...choices] });
  }

  /** Guards that have refused a write together, few first, with the ways to it. */
  sets(): readonly { readonly guards: readonly string[]; readonly ways: readonly RefusedWay[] }[] {
    return [...this.#ways]
      .map(([key, ways]) => ({ guards: key.split('\n'), ways }))
      .sort((a, b) => a.guards.length - b.guards.length);
  }
}
