import { readFileSync } from 'node:fs';
import type { FunctionName } from '../../core/contract/environment.ts';
import type { JobRef } from '../../core/contract/workflow-state.ts';
import type { Logger } from '../../core/ports/logger.ts';
import type { Runtime } from '../../core/ports/runtime.ts';
import { beginSync } from '../../core/sync/begin-sync.ts';
import { diff } from '../../core/sync/diff.ts';
import { embedBatch } from '../../core/sync/embed-batch.ts';
import { failSync } from '../../core/sync/fail-sync.ts';
import { publish } from '../../core/sync/publish.ts';
import { pull } from '../../core/sync/pull.ts';
import { stage } from '../../core/sync/stage.ts';
import { dispatchDue } from '../../core/upkeep/dispatch-due.ts';
import { reconcileSyncs } from '../../core/upkeep/reconcile-syncs.ts';
import { loadProgram } from '../../local/workflow-engine/load-program.ts';
import { createWorkflowEngine, type WorkflowEngine } from '../../local/workflow-engine/workflow-engine.ts';
import type { DatabaseKind } from './history-database.ts';
import type { Mutation } from './mutations.ts';
import { ANY, ENGINE, type Fault, type FaultKind, type PortName, Process, type Surroundings } from './process.ts';
import { objectsOf, portsOf, portsWith } from './process-ports.ts';
import { createServices, type Services } from './services.ts';
import { Simulation } from './simulation.ts';

const definition: unknown = JSON.parse(
  readFileSync(new URL('../../core/workflow/sync.asl.json', import.meta.url), 'utf8'),
);

const functions = {
  'begin-sync': beginSync,
  pull,
  diff,
  stage,
  'embed-batch': embedBatch,
  publish,
  'fail-sync': failSync,
} as const satisfies Partial<Record<FunctionName, unknown>>;

type Step = (ports: Runtime) => (payload: unknown) => Promise<unknown>;

const substitutions = {
  BeginSyncFunction: 'begin-sync',
  PullFunction: 'pull',
  ImportSnapshotFunction: 'import-snapshot',
  DiffFunction: 'diff',
  StageFunction: 'stage',
  EmbedBatchFunction: 'embed-batch',
  PublishFunction: 'publish',
  FailSyncFunction: 'fail-sync',
  Bucket: 'local',
};

const program = loadProgram(definition, substitutions);

/**
 * `machine`: the engine dies with the service, and abandoned calls go on for ever. `cloud`: executions outlive every process, and a
 * process lives for its function's time only.
 */
export type WorldKind = 'machine' | 'cloud';

/** Seconds between two ticks of what looks after jobs, and of what sends what is due. */
const paces = { machine: { reconcile: 10, dispatch: 1, grace: 10 }, cloud: { reconcile: 60, dispatch: 60, grace: 30 } };

/** How long a function may run in the cloud, in seconds. */
const FUNCTION_SECONDS = 900;

/** While nothing new is asked of the service its ticks grow rarer, up to so many seconds: else a night would take all day. */
const RAREST_SECONDS = 60;

export interface WorldOptions {
  readonly kind: WorldKind;
  readonly seed: number;
  readonly logger?: Logger | undefined;
  /** In memory, unless told otherwise. */
  readonly database?: DatabaseKind | undefined;
  /** Changes the ports of every process: for faults of the product that are made on purpose. */
  readonly simulation?: Simulation;
  readonly answered?: Surroundings['answered'];
  readonly spoil?: ((ports: Runtime, process: Process, services: Services) => Runtime) | undefined;
  /** A fault of the product that is made on purpose. */
  readonly mutation?: Mutation | undefined;
}

/** A failure of a step or a call, which the one who checks must judge. */
export interface Failure {
  readonly step: string;
  readonly error: Error;
}

/** The whole service in one thread and in virtual time. */
export class World implements Surroundings {
  readonly simulation: Simulation;
  readonly services: Services;
  readonly outages: Surroundings['outages'] = new Map();
  readonly failures: Failure[] = [];
  /** How often each kind of fault has struck. */
  readonly strikes = new Map<FaultKind, number>();
  readonly trace: string[] = [];
  hanging = 0;
  /** Batches that were begun before their Map. */
  headStarts = 0;
  isHealed = false;
  /** Of all processes, since the faults were armed. */
  calls = 0;
  readonly #options: WorldOptions;
  readonly #processes = new Set<Process>();
  readonly #nths = new Map<string, number>();
  #faults: readonly Fault[] = [];
  #engine: WorkflowEngine | null = null;
  /** What the engine itself runs in. */
  #own: Process | null = null;
  /** Counts the lives of the service: what belongs to an earlier one does nothing any more. */
  #life = 0;
  #up = false;
  #quiet = 0;
  readonly #calls: { readonly name: keyof typeof functions; readonly payload: unknown }[] = [];

  constructor(options: WorldOptions) {
    this.#options = options;
    this.simulation = options.simulation ?? new Simulation(options.seed);
    this.services = createServices(this.simulation, () => this.engine, options.logger, options.database);
    const { database } = this.services;
    if (options.kind === 'machine' && options.simulation === undefined && options.seed % 2 === 0)
      this.#giveHeadStarts();
    const { write } = options.mutation ?? {};
    if (write !== undefined) {
      const send = database.send.bind(database);
      database.send = (command, input) => send(command, write(command, input));
    }
    this.#start();
  }

  get engine(): WorkflowEngine {
    if (this.#engine === null) throw new Error('the workflow service is away');
    return this.#engine;
  }

  get isUp(): boolean {
    return this.#up;
  }

  /** Processes that have not come to an end. */
  get running(): readonly Process[] {
    return [...this.#processes];
  }

  /** Whether a step of a workflow is at work, or something of one is still to come. */
  get isAtWork(): boolean {
    return this.hanging > 0 || [...this.#processes].some(({ name }) => Object.hasOwn(functions, name));
  }

  struck(kind: FaultKind, process: Process, port: PortName): void {
    this.strikes.set(kind, (this.strikes.get(kind) ?? 0) + 1);
    this.trace.push(`${this.simulation.milliseconds} ${kind} strikes ${process.name}#${process.nth} at ${port}`);
  }

  answered(process: Process, value: unknown): void {
    this.#options.answered?.(process, value);
  }

  crash(seconds: number): void {
    for (const process of [...this.#processes]) process.die();
    if (this.#options.kind === 'cloud' || !this.#up) return;
    this.trace.push(`${this.simulation.milliseconds} the service is down for ${seconds} s`);
    this.#up = false;
    this.#engine = null;
    this.#life += 1;
    this.simulation.after(seconds * 1000, () => this.#start());
  }

  /** From now on these faults strike; processes are counted anew. */
  arm(faults: readonly Fault[]): void {
    this.#faults = faults;
    this.#nths.clear();
    this.calls = 0;
    if (this.#own !== null) this.#own.calls = 0;
  }

  faultAt({ name, nth }: Process, call: number): Fault | undefined {
    const all = this.calls++;
    return this.#faults.find((fault) =>
      fault.step === ANY ? fault.call === all : fault.step === name && fault.nth === nth && fault.call === call,
    );
  }

  /** No fault strikes from now on, and every service is there again. */
  heal(): void {
    this.isHealed = true;
    this.outages.clear();
    this.services.poison.on = false;
    this.services.receiver.status = 204;
  }

  /** Something new was asked: what looks after things looks often again. */
  touch(): void {
    this.#quiet = 0;
  }

  /** Runs a step in a process of its own. Rejects when that ends before the step does. */
  run<T>(name: string, step: (ports: Runtime, process: Process) => Promise<T>): Promise<T> {
    const nth = this.#nths.get(name) ?? 0;
    this.#nths.set(name, nth + 1);
    const process = new Process(this, name, nth);
    this.#processes.add(process);
    const made = portsOf(process, this.services);
    const plain = this.#options.spoil?.(made, process, this.services) ?? made;
    const changed = this.#options.mutation?.ports?.(plain, process, this.services);
    const ports = changed === undefined ? plain : portsWith(plain, changed);
    const work = step(ports, process).catch((error: Error) => {
      this.failures.push({ step: name, error });
      throw error;
    });
    return Promise.race([work, process.ended.promise]).finally(() => this.#processes.delete(process));
  }

  #start(): void {
    const life = this.#life;
    const { kind } = this.#options;
    const pace = paces[kind];
    this.#up = true;
    // What the engine itself reads and writes, for the Map.
    const own = new Process(this, ENGINE, life);
    this.#own = own;
    const alive = (action: () => void) => (): void => {
      if (life === this.#life) action();
    };
    this.#engine = createWorkflowEngine({
      program,
      objects: objectsOf(own, this.services),
      timers: { now: () => this.simulation.now(), after: (ms, action) => this.simulation.after(ms, alive(action)) },
      random: this.simulation.random,
      invoke: (name, payload) => this.#invoke(name as keyof typeof functions, payload),
    });
    const reconcile = (graceSeconds: number) => () =>
      this.run('reconcile', (ports) => reconcileSyncs(ports)({ graceSeconds }));
    if (kind === 'machine') void reconcile(0)().catch(() => undefined);
    this.#tick(life, pace.reconcile, reconcile(pace.grace));
    for (const only of ['webhooks', 'follow-ups', 'removals'] as const)
      this.#tick(life, pace.dispatch, () => this.run(`dispatch-${only}`, (ports) => dispatchDue(ports)({ only })));
  }

  /** A call of a function that was made before comes once more, however late. */
  duplicate(step?: FunctionName): void {
    const calls = this.#calls.filter(({ name }) => step === undefined || name === step);
    const call = step === undefined ? calls[Math.floor(this.simulation.random() * calls.length)] : calls.at(-1);
    if (call !== undefined) void this.#invoke(call.name, call.payload).catch(() => undefined);
  }

  /** Of every other history: some batches are begun while others are still read, and the Map's calls come beside them, as if no one knew of the first. */
  #giveHeadStarts(): void {
    this.services.headStart = {
      staged: (job, item) => {
        if (this.simulation.random() < 0.5) return;
        this.headStarts += 1;
        void this.#invoke('embed-batch', { job, items: [item] }).catch(() => undefined);
      },
    };
  }

  #invoke(name: keyof typeof functions, payload: unknown): Promise<unknown> {
    this.#calls.push({ name, payload });
    return this.run(name, (ports, process) => {
      const { job } = payload as { readonly job?: JobRef };
      process.claim = job ?? (payload as JobRef);
      if (this.#options.kind === 'cloud') this.simulation.after(FUNCTION_SECONDS * 1000, () => process.die());
      return (functions[name] as unknown as Step)(ports)(structuredClone(payload));
    });
  }

  /** Calls it again and again, one call at a time, as long as this life lasts. */
  #tick(life: number, seconds: number, act: () => Promise<unknown>): void {
    let since = 0;
    // It looks each second whether it is time, so that what is asked anew is not left waiting for the rare tick.
    const next = (): void => {
      const gap = Math.min(seconds * 1.5 ** this.#quiet, Math.max(seconds, RAREST_SECONDS));
      const wait = Math.max(0, gap - since);
      const step = Math.min(wait, Math.max(seconds, 15));
      since += step;
      this.simulation.after(step * 1000, () => {
        if (life !== this.#life) return;
        if (since < Math.min(seconds * 1.5 ** this.#quiet, Math.max(seconds, RAREST_SECONDS))) return next();
        since = 0;
        this.#quiet += 0.5;
        act()
          .catch(() => undefined)
          .finally(next);
      });
    };
    next();
  }
}
