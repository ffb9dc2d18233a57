import { createHash } from 'node:crypto';
import { RepositoryId } from '../../core/contract/ids.ts';
import type { Logger } from '../../core/ports/logger.ts';
import { branchNames, type History } from './history.ts';
import { tableNames } from './memory/memory-dynamodb.ts';
import { Players, repositoryIds, sourceUrls } from './players.ts';
import type { FaultKind } from './process.ts';
import { judgeRest } from './rest.ts';
import { hashInThisThread } from './simulation.ts';
import { Source } from './truth.ts';
import { Watch } from './watch.ts';
import { World, type WorldOptions } from './world.ts';

export interface Played {
  readonly violations: readonly string[];
  readonly strikes: ReadonlyMap<FaultKind, number>;
  /** Stands for everything that happened: the same for the same history. */
  readonly print: string;
  readonly trace: readonly string[];
  readonly jobs: number;
  readonly looks: number;
  /** Jobs that only told what a sync would do. */
  readonly plans: number;
  /** Batches that were begun before their Map. */
  readonly headStarts: number;
  readonly calls: number;
}

export interface PlayOptions {
  readonly logger?: Logger | undefined;
  readonly mutation?: WorldOptions['mutation'];
  readonly database?: WorldOptions['database'];
}

/** Plays a history to its end, in virtual time. */
export const playHistory = async (history: History, options: PlayOptions = {}): Promise<Played> => {
  const hashElsewhere = hashInThisThread();
  try {
    return await play(history, options);
  } finally {
    hashElsewhere();
  }
};

const play = async (history: History, options: PlayOptions): Promise<Played> => {
  const world = new World({ kind: history.world, seed: history.seed, ...options });
  const { simulation, services } = world;
  const sources = new Map(sourceUrls.map((url) => [url as string, new Source(simulation)]));
  for (const [url, source] of sources) services.repositories.set(url, source.repository);
  // The folder is a clone of the other one.
  services.remotes.set(sourceUrls[1], new Map([['origin', sourceUrls[0]]]));
  const watch = new Watch(world, sources);
  const players = new Players(world, watch, sources);
  for (const number of [0, 1]) {
    players.source(number).apply({
      kind: 'commit',
      branch: 0,
      edits: [0, 1, 2].map((path) => ({ kind: 'put', path: path + number, content: 4 + path })),
    });
    void players.register(number, false);
  }
  await simulation.advance(500);
  if (history.indexed) {
    for (const id of repositoryIds) void players.syncAll(RepositoryId.parse(id), ['main']);
    await simulation.advance(5_000);
  }
  for (const id of repositoryIds)
    if (watch.repository(id) === null || (history.indexed && watch.committed(id).size === 0))
      watch.say(`the history has not begun: ${id} is not ${history.indexed ? 'indexed' : 'registered'}`);
  world.arm(history.faults);
  for (const operation of history.operations) {
    world.trace.push(`${simulation.milliseconds} ${JSON.stringify(operation)}`);
    if (operation.on === 'source') players.source(operation.number).apply(operation);
    else if (operation.on === 'repository') void players.repository(operation.number, operation);
    else void players.worldwide(operation);
    await lookNowAndThen(players, operation.wait);
  }
  await judgeRest(world, players, watch);
  for (const difference of await services.database.compare()) watch.say(difference);
  const print = createHash('sha256')
    .update(
      JSON.stringify([
        simulation.events,
        world.trace,
        Object.values(tableNames).map((name) => services.database.items(name)),
      ]),
    )
    .digest('hex');
  services.database.close();
  return {
    violations: watch.violations,
    strikes: world.strikes,
    print,
    trace: world.trace,
    jobs: watch.jobs.size,
    looks: watch.looks,
    plans: watch.plans.count,
    headStarts: world.headStarts,
    calls: simulation.events,
  };
};

/** Lets time pass, and somebody look, at any moment of it. */
const lookNowAndThen = async (players: Players, milliseconds: number): Promise<void> => {
  const { simulation } = players.world;
  const wait = Math.floor(simulation.random() * milliseconds);
  await simulation.advance(wait);
  const id = RepositoryId.parse(repositoryIds[simulation.random() < 0.5 ? 0 : 1]);
  const branch = branchNames[simulation.random() < 0.7 ? 0 : simulation.random() < 0.5 ? 1 : 2] as string;
  if (milliseconds > 20) void players.look(id, branch, { language: simulation.random() < 0.2 });
  await simulation.advance(milliseconds - wait);
};
