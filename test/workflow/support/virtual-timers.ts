import { setImmediate as turn } from 'node:timers/promises';
import type { Timers } from '../../../local/workflow-engine/timers.ts';

interface Timer {
  readonly at: number;
  readonly action: () => void;
}

/** Time that passes only inside `until`, from timer to timer: hours take no time, and the order is always the same. */
export class VirtualTimers implements Timers {
  readonly #timers = new Set<Timer>();
  #milliseconds = 0;

  now(): Date {
    return new Date(Date.UTC(2026, 0, 1) + this.#milliseconds);
  }

  after(milliseconds: number, action: () => void): () => void {
    const timer = { at: this.#milliseconds + milliseconds, action };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Seconds since the beginning. */
  get seconds(): number {
    return this.#milliseconds / 1000;
  }

  get pending(): number {
    return this.#timers.size;
  }

  /** A promise that takes so many seconds. */
  take(seconds: number): Promise<void> {
    return new Promise((resolve) => this.after(seconds * 1000, resolve));
  }

  /** Lets time pass until the promise settles. Everything between two timers must be done in promises alone. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const settle = () => {
      settled = true;
    };
    promise.then(settle, settle);
    for (;;) {
      await turn();
      if (settled) return promise;
      const next = [...this.#timers].reduce<Timer | undefined>((a, b) => (a && a.at <= b.at ? a : b), undefined);
      if (next === undefined) throw new Error('nothing will ever happen: no timer is set');
      this.#timers.delete(next);
      this.#milliseconds = next.at;
      next.action();
    }
  }
}
