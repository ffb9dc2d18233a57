import { setImmediate as turn } from 'node:timers/promises';
import type { PortName, Process } from '../process.ts';
import { Simulation } from '../simulation.ts';

/** A call that has been made and not been answered: it happens when the explorer says so. */
export interface PendingCall {
  readonly process: Process;
  readonly port: PortName;
  readonly act: () => void;
}

/**
 * Virtual time in which one who explores decides which process has its next turn. While it holds, time stands still and nothing is left to
 * chance; {@link release} gives everything back to time.
 */
export class ExploredSimulation extends Simulation {
  #pending: PendingCall[] = [];
  #private: (() => void)[] = [];
  #holds = false;

  override random = (): number => 0.5;

  override called(process: Process, port: PortName, act: () => void, shared: boolean): void {
    if (!this.#holds) super.called(process, port, act, shared);
    else if (shared) this.#pending.push({ process, port, act });
    else this.#private.push(act);
  }

  hold(): void {
    this.#holds = true;
  }

  release(): void {
    this.#holds = false;
    for (const { act } of this.#pending) this.after(1, act);
    this.#pending = [];
  }

  get pending(): readonly PendingCall[] {
    return this.#pending;
  }

  /** Does what is left to no one: calls whose order does not matter, one after the other, until all processes wait. */
  async settle(): Promise<void> {
    await turn();
    for (let act = this.#private.shift(); act !== undefined; act = this.#private.shift()) {
      act();
      await turn();
    }
    this.#pending = this.#pending.filter(({ process }) => process.alive);
    this.afterEach();
  }

  async perform(call: PendingCall): Promise<void> {
    this.#pending = this.#pending.filter((other) => other !== call);
    this.events += 1;
    call.act();
    await this.settle();
  }
}
