import { createHash, type webcrypto } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { Timers } from '../../local/workflow-engine/timers.ts';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly action: () => void;
  cancelled: boolean;
}

/** Where the virtual clock begins. */
const START = Date.UTC(2026, 0, 1);

/**
 * Time that passes only from timer to timer, and chance that comes from a seed: the same history takes the same course. Whatever happens
 * between two timers must be done in promises alone.
 */
export class Simulation implements Timers {
  /** A heap: the earliest is first. */
  readonly #timers: Timer[] = [];
  #order = 0;
  #milliseconds = 0;
  #state: number;
  /** By how much the wall clock has been put forward or back. Timers do not care. */
  jumpedMilliseconds = 0;
  events = 0;
  /** Work that takes real time, and that virtual time waits for. */
  #outside = 0;
  /** Called after each event, when everything that follows from it has been done. */
  afterEach: () => void = () => undefined;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Since the beginning, whatever the wall clock says. */
  get milliseconds(): number {
    return this.#milliseconds;
  }

  now(): Date {
    return new Date(START + Math.floor(this.#milliseconds) + this.jumpedMilliseconds);
  }

  /** 0 to under 1. Mulberry32. */
  random = (): number => {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };

  after(milliseconds: number, action: () => void): () => void {
    const timer = { at: this.#milliseconds + milliseconds, order: this.#order++, action, cancelled: false };
    this.#push(timer);
    return () => {
      timer.cancelled = true;
    };
  }

  /** A process calls a service: the call is made some milliseconds later. `shared`: it matters to others when. */
  called(_process: unknown, _port: string, act: () => void, _shared: boolean): void {
    this.after(1 + Math.floor(this.random() * 30), act);
  }

  /** Time stands still until this is done. What is no promise is done already. */
  outside<T>(work: T | Promise<T>): T | Promise<T> {
    if (!(work instanceof Promise)) return work;
    this.#outside += 1;
    return work.finally(() => {
      this.#outside -= 1;
    });
  }

  async #settle(): Promise<void> {
    do await turn();
    while (this.#outside > 0);
  }

  /** Runs what is due until so much time has passed, or until the condition holds. */
  async advance(milliseconds: number, enough: () => boolean = () => false): Promise<void> {
    const end = this.#milliseconds + milliseconds;
    await this.#settle();
    while (!enough()) {
      const next = this.#timers[0];
      if (next === undefined || next.at > end) {
        this.#milliseconds = end;
        return;
      }
      this.#pop();
      if (next.cancelled) continue;
      this.#milliseconds = next.at;
      this.events += 1;
      next.action();
      await this.#settle();
      this.afterEach();
    }
  }

  #isBefore(a: Timer, b: Timer): boolean {
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }

  #push(timer: Timer): void {
    const heap = this.#timers;
    let at = heap.push(timer) - 1;
    for (let up = (at - 1) >> 1; at > 0 && this.#isBefore(timer, heap[up] as Timer); up = (at - 1) >> 1) {
      heap[at] = heap[up] as Timer;
      at = up;
    }
    heap[at] = timer;
  }

  #pop(): void {
    const heap = this.#timers;
    const last = heap.pop() as Timer;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      if (down >= heap.length) break;
      if (down + 1 < heap.length && this.#isBefore(heap[down + 1] as Timer, heap[down] as Timer)) down += 1;
      if (!this.#isBefore(heap[down] as Timer, last)) break;
      heap[at] = heap[down] as Timer;
      at = down;
    }
    heap[at] = last;
  }
}

/** WebCrypto hashes in another thread, and so takes real time: until the returned function is called it hashes here. */
export const hashInThisThread = (): (() => void) => {
  const { subtle } = globalThis.crypto as typeof webcrypto;
  Object.defineProperty(subtle, 'digest', {
    configurable: true,
    value: async (_: string, data: Uint8Array) => new Uint8Array(createHash('sha256').update(data).digest()).buffer,
  });
  return () => {
    delete (subtle as Partial<typeof subtle>).digest;
  };
};
