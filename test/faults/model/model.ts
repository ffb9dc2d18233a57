import { createHash } from 'node:crypto';
import type { JobId } from '../../../core/contract/ids.ts';
import { isTerminal } from '../../../core/domain/job-status.ts';
import type { Quotas } from '../../../core/domain/quota.ts';
import type { IndexRow } from '../../../core/ports/search-index.ts';
import { tableNames } from '../memory/memory-dynamodb.ts';
import { Players, sourceUrls } from '../players.ts';
import type { Process } from '../process.ts';
import { portsWith } from '../process-ports.ts';
import { judgeRest } from '../rest.ts';
import type { Services } from '../services.ts';
import { hashInThisThread } from '../simulation.ts';
import { Source } from '../truth.ts';
import { Watch } from '../watch.ts';
import { World } from '../world.ts';
import { ExploredSimulation, type PendingCall } from './explored-simulation.ts';
import { judgeHeld } from './judge-held.ts';
import { type ActionName, modelActions, modelId } from './model-actions.ts';

/** Up to a process (to its end without) and so many of its calls. */
export interface Before {
  readonly action: ActionName;
  readonly process?: string;
  readonly calls?: number;
}

export interface Scenario {
  readonly name: string;
  /** What users do, each once and at any moment, in any order. */
  readonly actions: readonly ActionName[];
  /** Whether the repository has an index before. */
  readonly indexed: boolean;
  /** There is a second branch, `dev`, which is indexed too. */
  readonly dev?: boolean | undefined;
  /** Syncs tell a webhook. */
  readonly webhook?: boolean | undefined;
  /** What its receiver answers, 204 unless told. */
  readonly receiver?: number | undefined;
  readonly quotas?: Partial<Quotas> | undefined;
  /** What has happened before, one after the other, with nothing in between. */
  readonly from?: Before | readonly Before[] | undefined;
  /** Steps of workflows are not interrupted, only users are. */
  readonly steady?: boolean | undefined;
  /** The index is gone, and nobody knows yet. */
  readonly lost?: boolean | undefined;
  /** The repository was there, and has been removed. */
  readonly removed?: boolean | undefined;
}

/** Makes a fault of the product's on purpose. */
export type Spoil = (services: Services) => void;

export interface Model {
  readonly watch: Watch;
  readonly pending: readonly PendingCall[];
  /** Those that are still to come. */
  readonly actions: readonly ActionName[];
  /** Whether something happens by itself when time passes. */
  readonly isWaiting: boolean;
  /** Steps of workflows are not interrupted. */
  readonly isSteady: boolean;
  mayDie(process: string): boolean;
  perform(call: PendingCall): Promise<void>;
  kill(call: PendingCall): Promise<void>;
  act(action: string): Promise<void>;
  wait(): Promise<void>;
  /** The same for two states that nothing can tell apart. */
  print(more: string): string;
  /** Lets everything come to its end, and judges what is left. */
  judgeEnd(): Promise<void>;
}

const MINUTES = 60_000;

hashInThisThread();

/** One repository with two files, of which one commit later one has changed, one is gone and one is new. */
export const openModel = async (scenario: Scenario, spoil?: Spoil): Promise<Model> => {
  const { simulation, logs, world, watch, players } = openWorld('explored');
  const { services } = world;
  const source = players.source(0);
  beginIn(source, scenario);
  await restore(await stored(scenario), services);
  await simulation.advance(SETUP_MILLISECONDS);
  source.apply({ kind: 'commit', branch: 0, edits: [put(0, 6), { kind: 'remove', path: 1 }, put(2, 14)] });
  services.receiver.status = scenario.receiver ?? 204;
  Object.assign(services.settings.quotas, scenario.quotas);
  simulation.hold();
  const begunBy = new Map<Process, string>();
  let left: readonly ActionName[] = scenario.actions;

  const actions: Record<ActionName, () => Promise<unknown>> = modelActions(
    world,
    watch,
    players,
    scenario.webhook ?? false,
  );
  let died = false;
  if (scenario.lost) await actions['lose index']();
  for (const { action, process, calls = 0 } of [scenario.from ?? []].flat()) {
    void actions[action]();
    await simulation.settle();
    let done = 0;
    for (let [call] = simulation.pending; call !== undefined; [call] = simulation.pending) {
      if (call.process.name === process && done++ === calls) break;
      await simulation.perform(call);
    }
  }
  spoil?.(services);

  return {
    watch,
    get pending() {
      return simulation.pending;
    },
    get actions() {
      return left;
    },
    get isWaiting() {
      return world.isAtWork || [...watch.jobs.values()].some(({ record }) => !isTerminal(record.status));
    },
    isSteady: scenario.steady ?? false,
    mayDie: (process) => !process.startsWith('engine#'),
    perform: (call) => simulation.perform(call),
    async kill({ process }) {
      died = true;
      process.die();
      await simulation.settle();
    },
    async act(action) {
      const at = left.indexOf(action as ActionName);
      left = left.toSpliced(at, 1);
      // Users are not that fast: what was registered later has a later time.
      simulation.jumpedMilliseconds += 1;
      void actions[action as ActionName]();
      await simulation.settle();
      // Actions that begin alike may go on differently, and what went into a process is in no answer to it.
      for (const process of world.running) if (!begunBy.has(process)) begunBy.set(process, action);
    },
    async wait() {
      await simulation.advance(20 * MINUTES, () => simulation.pending.length > 0);
      await simulation.settle();
    },
    print: (more) =>
      digest(
        text([
          more,
          left,
          simulation.milliseconds,
          Object.values(tableNames).map((name) => services.database.items(name)),
          services.objects.keys().map((key) => [key, services.objects.peek(key)]),
          services.index.generations().map((name) => [name, [...services.index.rows(name).keys()].sort()]),
          world.running.map((process) => [process.name, process.nth, begunBy.get(process), logs.get(process)]),
        ]),
      ),
    async judgeEnd() {
      judgeHeld(world, watch, died);
      Object.assign(services.settings.quotas, enough);
      simulation.release();
      await judgeRest(world, players, watch);
    },
  };
};

const openWorld = (episode: string) => {
  const simulation = new ExploredSimulation(1);
  const logs = new Map<Process, string>();
  const world = new World({
    kind: 'cloud',
    seed: 1,
    simulation,
    answered: (process, value) => logs.set(process, digest(`${logs.get(process)} ${text(value)}`)),
    spoil: (ports, process, { ids }) =>
      portsWith(ports, { ids: { ...ids, jobId: () => jobIdOf(episode, process) as JobId } }),
  });
  const sources = new Map(sourceUrls.map((url) => [url as string, new Source(simulation)]));
  for (const [url, source] of sources) world.services.repositories.set(url, source.repository);
  const watch = new Watch(world, sources);
  return { simulation, logs, world, watch, players: new Players(world, watch, sources) };
};

/** Long enough for a registration and a first sync. */
const SETUP_MILLISECONDS = 21_000;

/** What the services hold. */
interface Stored {
  readonly objects: readonly (readonly [key: string, text: string])[];
  readonly generations: readonly {
    readonly number: number;
    readonly identity: string | undefined;
    readonly rows: readonly IndexRow[];
  }[];
  readonly items: readonly (readonly [TableName: string, Item: object])[];
}

/** A repository that is registered, and maybe synced once: made once, since every way begins with it. */
const stored = (scenario: Scenario): Promise<Stored> => {
  const name = `${scenario.indexed} ${scenario.dev} ${scenario.removed}`;
  const known = beginnings.get(name) ?? begin(scenario);
  beginnings.set(name, known);
  return known;
};

const beginnings = new Map<string, Promise<Stored>>();

const beginIn = (source: Source, { dev = false }: Scenario): void => {
  source.apply({ kind: 'commit', branch: 0, edits: [put(0, 4), put(1, 5)] });
  if (dev) source.apply({ kind: 'commit', branch: 1, edits: [put(3, 8)] });
};

const begin = async (scenario: Scenario): Promise<Stored> => {
  const { simulation, world, players } = openWorld('before');
  beginIn(players.source(0), scenario);
  void players.register(0, false);
  await simulation.advance(1000);
  if (scenario.indexed) void players.syncAll(modelId, scenario.dev ? ['main', 'dev'] : ['main']);
  await simulation.advance(SETUP_MILLISECONDS - 2000);
  if (scenario.removed) void players.repository(0, { kind: 'delete' });
  await simulation.advance(1000);
  const { objects, index, database } = world.services;
  return {
    objects: await Promise.all(objects.keys().map(async (key) => [key, (await objects.getText(key)) ?? ''] as const)),
    generations: index.generations().map((name) => ({
      number: Number(name.split('/')[1]),
      identity: index.identityOf(name),
      rows: [...index.rows(name).values()],
    })),
    items: Object.values(tableNames).flatMap((table) => database.items(table).map((item) => [table, item] as const)),
  };
};

const restore = async ({ objects, generations, items }: Stored, services: Services): Promise<void> => {
  for (const [key, content] of objects) await services.objects.putText(key, content);
  for (const { number, identity, rows: some } of generations) {
    const generation = { repositoryId: modelId, number, dimensions: services.embedder.dimensions, identity };
    await services.index.create(generation);
    await services.index.put(generation, some);
  }
  for (const [TableName, Item] of items)
    services.database.send('PutItemCommand', { TableName, Item: structuredClone(Item) });
};

const put = (path: number, content: number) => ({ kind: 'put' as const, path, content });

/** More than any scenario needs. */
const enough: Quotas = { repositories: 100, tokensPerDay: 1_000_000 };

const digest = (of: string): string => createHash('sha1').update(of).digest('base64');

const text = (value: unknown): string =>
  JSON.stringify(value, (_, part) => {
    if (part instanceof Set) return [...part];
    return part instanceof Error ? { ...part, name: part.name, message: part.message } : part;
  });

/** The same whenever the process does the same: what happens before in other processes must not change it. */
const jobIdOf = (episode: string, { name, nth }: Process): string => {
  const hex = createHash('sha1').update(`${episode} ${name} ${nth}`).digest('hex');
  return `sync-${[hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-')}`;
};
