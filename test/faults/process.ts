import type { JobRef } from '../../core/contract/workflow-state.ts';
import {
  EmbedderThrottledError,
  EmbedderUnavailableError,
  SourceUnavailableError,
  StoreBusyError,
} from '../../core/domain/errors.ts';
import type { Simulation } from './simulation.ts';

export const portNames = [
  'database',
  'objects',
  'index',
  'embedder',
  'git',
  'webhooks',
  'workflow',
  'schedules',
] as const;
export type PortName = (typeof portNames)[number];

export const faultKinds = [
  /** The call fails for a passing reason, and nothing has been done. */
  'fail',
  /** It fails for a reason that nobody foresaw, and nothing has been done. */
  'break',
  /** It is done, and the caller is told that it failed. */
  'lose-answer',
  /** It is done, the answer is lost, and the client library does it again. */
  'repeat',
  /** A part of it is done, and the call fails. */
  'tear',
  /** The process dies before the call, after it, or with a part of it done. */
  'die-before',
  'die-after',
  'die-torn',
  /** The call is done late, or its answer comes late. */
  'hang-before',
  'hang-after',
  /** The process stands still for a while, and goes on as if nothing had been. */
  'freeze',
  /** The service that is called is away, or asks for less, for a while. */
  'outage',
  'throttle',
  /** Every process of the machine dies. */
  'crash',
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** Stands for every step: the call is counted over all processes. */
export const ANY = 'any';

/**
 * A fault at a point: the `call`th call of the `nth` process that runs `step`, or the `call`th of all. `seconds`: how long,
 * where it lasts.
 */
export interface Fault {
  readonly step: string;
  readonly nth: number;
  readonly call: number;
  readonly kind: FaultKind;
  readonly seconds: number;
}

/** What a failure is called that no code knows. */
export class BrokenError extends Error {
  override readonly name = 'BrokenError';
}

/** How Lambda and the function host name a process that ended before it answered. */
export class ProcessLostError extends Error {
  override readonly name = 'Runtime.ExitError';
}

const passingErrors: Record<PortName, () => Error> = {
  // As the SDK throws it when its own tries are used up.
  database: () => Object.assign(new Error('the connection timed out'), { name: 'TimeoutError' }),
  objects: () => new StoreBusyError('the object store is away'),
  index: () => new StoreBusyError('the index is away'),
  embedder: () => new EmbedderUnavailableError('the embedder answers 503'),
  git: () => new SourceUnavailableError('the remote hung up'),
  webhooks: () => new Error('the receiver is away'),
  workflow: () => new Error('the workflow service is away'),
  schedules: () => new Error('the scheduler is away'),
};

const lessErrors: Partial<Record<PortName, () => Error>> = {
  database: () => Object.assign(new Error('too many requests'), { name: 'ThrottlingException' }),
  embedder: () => new EmbedderThrottledError('the embedder answers 429'),
};

const lessOf = (port: PortName): Error => (lessErrors[port] ?? passingErrors[port])();

/** What processes share: time, the services' state of health, and who reports and acts on what befalls all of them. */
export interface Surroundings {
  readonly simulation: Simulation;
  /** Until when a service is away, by its name; and with which error. */
  readonly outages: Map<PortName, { readonly until: number; readonly error: () => Error }>;
  /** Ends every process, and starts the service again after so long. */
  crash(seconds: number): void;
  /** No fault strikes any more. */
  readonly isHealed: boolean;
  /** Calls that hang: what they do is still to come, whatever became of their process. */
  hanging: number;
  /** The fault that strikes this call of a process, if one does. */
  faultAt(process: Process, call: number): Fault | undefined;
  struck(kind: FaultKind, process: Process, port: PortName): void;
  /** What a call of a process was answered with, or the time that it has read. */
  answered(process: Process, value: unknown): void;
}

interface Effects<T> {
  readonly effect: () => T | Promise<T>;
  /** Does a part of it. */
  readonly torn?: (() => unknown) | undefined;
  /** The client library sends it again when no answer comes; without, it makes sure that it is done once. */
  readonly repeated?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** It matters to other processes when it is done; unless told, so it is with calls of the database and the index. */
  readonly shared?: boolean | undefined;
}

/** The process that the workflow engine is. */
export const ENGINE = 'engine';

/** A worker: it calls services, and may die, hang or stand still at each call. */
export class Process {
  readonly name: string;
  readonly nth: number;
  readonly ended = Promise.withResolvers<never>();
  alive = true;
  calls = 0;
  /** What a step of a workflow works under; null for all else. */
  claim: JobRef | null = null;
  readonly #around: Surroundings;
  #frozenUntil = 0;

  constructor(around: Surroundings, name: string, nth: number) {
    this.#around = around;
    this.name = name;
    this.nth = nth;
    this.ended.promise.catch(() => undefined);
  }

  die(): void {
    if (!this.alive) return;
    // The engine is no process of its own: it dies with the whole service, or not at all.
    if (this.name === ENGINE) {
      this.#around.crash(1);
      return;
    }
    this.alive = false;
    this.ended.reject(new ProcessLostError('the process ended'));
  }

  /** Runs the action in this process, as soon as it does not stand still. */
  enter(action: () => void): void {
    if (!this.alive) return;
    const { simulation } = this.#around;
    const frozen = this.#frozenUntil - simulation.milliseconds;
    if (frozen > 0) simulation.after(frozen, () => this.enter(action));
    else action();
  }

  sleep = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => this.#around.simulation.after(milliseconds, () => this.enter(resolve)));

  /** Ticks that grow rarer the longer they go on: a late tick is allowed, and hours must not take thousands of them. */
  every = (milliseconds: number, tick: () => Promise<void> | void): (() => void) => {
    let stopped = false;
    let gap = milliseconds;
    let ticks = 0;
    const next = (): void => {
      if (++ticks > 4) gap = Math.min(gap * 1.5, Math.max(milliseconds, 30_000));
      this.#around.simulation.after(gap, () => this.enter(() => void run()));
    };
    const run = async (): Promise<void> => {
      if (stopped) return;
      await tick();
      if (!stopped) next();
    };
    next();
    return () => {
      stopped = true;
    };
  };

  /** A call of a service. It takes some milliseconds; what is done is done at their end, all at once. */
  call<T>(port: PortName, effects: Effects<T>): Promise<T> {
    const { simulation } = this.#around;
    const at = this.calls++;
    const fault = this.#around.faultAt(this, at);
    return new Promise<T>((resolve, reject) => {
      const aborted = (): void => this.enter(() => reject(effects.signal?.reason));
      effects.signal?.addEventListener('abort', aborted, { once: true });
      const answer = (action: () => void): void => {
        effects.signal?.removeEventListener('abort', aborted);
        this.enter(action);
      };
      const act = async (): Promise<void> => {
        if (!this.alive) return;
        try {
          const value = await this.#perform(port, effects, fault);
          this.#around.answered(this, value);
          answer(() => resolve(value));
        } catch (error) {
          this.#around.answered(this, error);
          answer(() => reject(error));
        }
      };
      simulation.called(this, port, () => void act(), effects.shared ?? (port === 'database' || port === 'index'));
    });
  }

  /** The time, which the process may keep and write later: two that have read other times are not in the same state. */
  readonly now = (): Date => {
    const now = this.#around.simulation.now();
    this.#around.answered(this, now);
    return now;
  };

  async #perform<T>(
    port: PortName,
    { effect, torn, repeated = false }: Effects<T>,
    fault: Fault | undefined,
  ): Promise<T> {
    const { outages, simulation } = this.#around;
    const away = outages.get(port);
    if (away !== undefined && away.until > simulation.milliseconds) throw away.error();
    if (fault === undefined || this.#around.isHealed) return effect();
    this.#around.struck(fault.kind, this, port);
    const passing = passingErrors[port];
    const wait = async (): Promise<void> => {
      this.#around.hanging += 1;
      await new Promise<void>((done) => simulation.after(fault.seconds * 1000, done));
      this.#around.hanging -= 1;
    };
    switch (fault.kind) {
      case 'fail':
        throw passing();
      case 'break':
        throw new BrokenError(`${port} broke`);
      case 'lose-answer':
        await effect();
        throw passing();
      case 'repeat':
        if (repeated) await Promise.resolve(effect()).catch(() => undefined);
        return effect();
      case 'tear':
        await torn?.();
        throw passing();
      case 'die-before':
        this.die();
        throw passing();
      case 'die-after':
        await effect();
        this.die();
        throw passing();
      case 'die-torn':
        await torn?.();
        this.die();
        throw passing();
      case 'hang-before':
        await wait();
        return effect();
      case 'hang-after': {
        const value = await effect();
        await wait();
        return value;
      }
      case 'freeze':
        this.#frozenUntil = simulation.milliseconds + fault.seconds * 1000;
        return effect();
      case 'outage':
      case 'throttle': {
        const error = fault.kind === 'outage' ? passing : () => lessOf(port);
        outages.set(port, { until: simulation.milliseconds + fault.seconds * 1000, error });
        throw error();
      }
      case 'crash':
        this.#around.crash(fault.seconds);
        throw passing();
      default:
        return fault.kind satisfies never;
    }
  }
}
