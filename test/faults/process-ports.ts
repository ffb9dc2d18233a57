import { createDynamoBatches } from '../../adapters/dynamodb/batches.ts';
import { createDynamoBranches } from '../../adapters/dynamodb/branches.ts';
import { createDynamoFollowUps } from '../../adapters/dynamodb/follow-ups.ts';
import { createDynamoJobEnds } from '../../adapters/dynamodb/job-ends.ts';
import { createDynamoJobs } from '../../adapters/dynamodb/jobs.ts';
import { createDynamoOutbox } from '../../adapters/dynamodb/outbox.ts';
import { createDynamoPushDeliveries } from '../../adapters/dynamodb/push-deliveries.ts';
import { createDynamoRemovals } from '../../adapters/dynamodb/removals.ts';
import { createDynamoRepositoryStore } from '../../adapters/dynamodb/repository-store.ts';
import { createDynamoRunningJobs } from '../../adapters/dynamodb/running-jobs.ts';
import { createDynamoSyncClaims } from '../../adapters/dynamodb/sync-claims.ts';
import { createDynamoTokenQuota } from '../../adapters/dynamodb/token-quota.ts';
import { createEncodingGuess } from '../../adapters/encodings/encoding-guess.ts';
import { createPathRules } from '../../adapters/path-rules/path-rules.ts';
import { fileWatch, headStart } from '../../adapters/shared-ports.ts';
import { compose, type Factories } from '../../adapters/system/compose.ts';
import { cronSchedules } from '../../adapters/system/cron-schedules.ts';
import type { Chunk, Chunker } from '../../core/ports/chunker.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Embedder } from '../../core/ports/embedder.ts';
import type { GitSource, Snapshot } from '../../core/ports/git-source.ts';
import type { Logger } from '../../core/ports/logger.ts';
import type { ObjectStore } from '../../core/ports/object-store.ts';
import type { Runtime } from '../../core/ports/runtime.ts';
import type { SearchIndex } from '../../core/ports/search-index.ts';
import type { Workflow } from '../../core/ports/workflow.ts';
import { createObjectWords } from '../../core/search/words/object-words.ts';
import { collectBlobs } from '../support/collect.ts';
import { memoryDynamoClient, tableNames } from './memory/memory-dynamodb.ts';
import type { Process } from './process.ts';
import type { Services } from './services.ts';

/** Lines of a file that are one chunk, so that most files have several and many files share some. */
const LINES_A_CHUNK = 2;

export const chunksOf = (text: string): readonly Chunk[] => {
  const lines = text.split('\n');
  return Array.from({ length: Math.ceil(lines.length / LINES_A_CHUNK) }, (_, at) => {
    const some = lines.slice(at * LINES_A_CHUNK, (at + 1) * LINES_A_CHUNK);
    const startLine = at * LINES_A_CHUNK + 1;
    return { startLine, endLine: startLine + some.length - 1, text: some.join('\n') };
  });
};

const lineChunker: Chunker = { version: 'lines-1', chunk: async (_, text) => chunksOf(text) };

const pathRules = createPathRules();
const encodingGuess = createEncodingGuess();

const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  with: () => silent,
};

/** While its call is done, what is written is known to be this process's. */
const asCaller = <T>({ caller }: Services, process: Process, act: () => T | Promise<T>): T | Promise<T> => {
  const over = (): void => {
    caller.process = null;
  };
  caller.process = process;
  let answer: T | Promise<T>;
  try {
    answer = act();
  } catch (error) {
    over();
    throw error;
  }
  if (answer instanceof Promise) return answer.finally(over);
  over();
  return answer;
};

/** Every port as this process has it: each call is one that a fault may strike. */
export const portsOf = (process: Process, services: Services): Runtime => {
  const { simulation } = services;
  const client = memoryDynamoClient((command, input) =>
    process.call('database', {
      effect: () => asCaller(services, process, () => simulation.outside(services.database.send(command, input))),
      // Transactions carry a token; other writes are simply sent again.
      repeated: command !== 'TransactWriteItemsCommand',
    }),
  );
  const database = { client, tables: tableNames, sleep: process.sleep, random: simulation.random, logger: silent };
  const clock: Clock = { now: process.now, every: process.every };
  /** It may be handed on, and not be called. */
  const unasked = (port: string) => () =>
    new Proxy({} as never, {
      get: () => {
        throw new Error(`no step of a history asks for ${port}`);
      },
    });
  const ports: Factories<Runtime> = {
    repositories: () => createDynamoRepositoryStore(database),
    jobs: () => createDynamoJobs(database),
    claims: () => createDynamoSyncClaims(database),
    running: () => createDynamoRunningJobs(database),
    batches: () => createDynamoBatches(database),
    branches: () => createDynamoBranches(database),
    ends: () => createDynamoJobEnds(database),
    outbox: () => createDynamoOutbox(database),
    removals: () => createDynamoRemovals(database),
    pushDeliveries: () => createDynamoPushDeliveries(database),
    followUps: () => createDynamoFollowUps({ ...database, now: () => simulation.now() }),
    tokenQuota: () => createDynamoTokenQuota(database),
    objects: () => objectsOf(process, services),
    index: () => indexOf(process, services),
    embedder: () => embedderOf(process, services),
    git: () => gitOf(process, services.git),
    snapshotSource: unasked('snapshotSource'),
    workflow: () => workflowOf(process, services.workflow),
    webhooks: () => ({
      send: (request) =>
        process
          .call('webhooks', { effect: () => services.receive(request) })
          .catch((error: Error) => ({ kind: 'unreachable', error: error.message })),
    }),
    webhookAddresses: () => ({ refuse: () => null }),
    remoteLook: () => ({
      look: async (_, branches, remote) => {
        await process.call('git', { effect: () => undefined }).catch(() => undefined);
        return branches.map(({ branch, from }) => ({
          remote,
          branch,
          from,
          to: null,
          commit_count: null,
          rewritten: false,
        }));
      },
    }),
    scheduleTimes: () => cronSchedules,
    schedules: () => ({ ...cronSchedules, set: () => process.call('schedules', { effect: () => undefined }) }),
    fileWatch,
    headStart: () => services.headStart ?? headStart(),
    pathRules: () => pathRules,
    encodingGuess: () => encodingGuess,
    chunker: () => lineChunker,
    sourceRemotes: () => ({
      of: (folder) => process.call('git', { effect: () => services.remotes.get(folder) ?? new Map() }),
    }),
    sourceRoots: () => ({ folders: ['/'], forAll: true, holds: async () => true }),
    versions: unasked('versions'),
    symbolExtractor: unasked('symbolExtractor'),
    clock: () => clock,
    ids: () => services.ids,
    logger: () => services.logger ?? silent,
    metrics: () => ({ emit: (measurements, facts = {}) => services.seen.metrics(Object.keys(measurements), facts) }),
    settings: () => services.settings,
    credentials: unasked('credentials'),
    tokens: unasked('tokens'),
  };
  return compose<Runtime>(ports);
};

/** The same with some in place of theirs. Ports are made when they are asked for: a plain copy would ask for all. */
export const portsWith = (ports: Runtime, others: Partial<Runtime>): Runtime =>
  Object.defineProperties({} as Runtime, {
    ...Object.getOwnPropertyDescriptors(ports),
    ...Object.getOwnPropertyDescriptors(others),
  });

/** A random half. */
const some = <T>(all: readonly T[], { simulation }: Services): readonly T[] =>
  all.filter(() => simulation.random() < 0.5);

export const objectsOf = (process: Process, services: Services): ObjectStore => {
  const { objects } = services;
  const read = <T>(effect: () => Promise<T>, shared = false): Promise<T> => process.call('objects', { effect, shared });
  return {
    putText: (key, text) => {
      services.seen.object(process, key);
      return read(() => objects.putText(key, text));
    },
    putLines: async (key, lines) => {
      const all: string[] = [];
      if (Symbol.asyncIterator in lines) for await (const block of lines) all.push(...block);
      else all.push(...lines);
      services.seen.object(process, key);
      // What a job keeps for itself matters to no one else.
      return read(() => objects.putLines(key, all), !key.includes('/jobs/'));
    },
    getText: (key) => read(() => objects.getText(key)),
    async *getLines(key) {
      const blocks = await read(() => Array.fromAsync(objects.getLines(key)));
      for (const block of blocks) for (let at = 0; at < block.length; at += 4) yield block.slice(at, at + 4);
    },
    exists: (key) => read(() => objects.exists(key)),
    size: (key) => read(() => objects.size(key)),
    async *list(prefix) {
      yield* await read(async () => objects.keys(prefix), true);
    },
    async *listSizes(prefix) {
      yield* await read(() => Array.fromAsync(objects.listSizes(prefix)), true);
    },
    delete: (keys) =>
      process.call('objects', {
        effect: () => objects.delete(keys),
        shared: true,
        torn: () => objects.delete(some(keys, services)),
        repeated: true,
      }),
    deleteAll: (prefix) =>
      process.call('objects', {
        effect: () => objects.deleteAll(prefix),
        shared: true,
        torn: async () => {
          for (const key of some(objects.keys(prefix), services)) await objects.deleteAll(key);
        },
        repeated: true,
      }),
  };
};

const indexOf = (process: Process, services: Services): SearchIndex => {
  const { index } = services;
  const told = <T>(call: Parameters<Services['seen']['index']>[1], effect: () => Promise<T>): Promise<T> => {
    services.seen.index(process, call);
    return effect();
  };
  const words = createObjectWords(objectsOf(process, services));
  return {
    create: (generation) =>
      process.call('index', { effect: () => told('create', () => index.create(generation)), repeated: true }),
    inspect: (generation, newest) => process.call('index', { effect: () => index.inspect(generation, newest) }),
    put: async (generation, rows) => {
      await process.call('index', {
        effect: () => told('put', () => index.put(generation, rows)),
        torn: () => index.put(generation, some(rows, services)),
        repeated: true,
      });
      // As on AWS: the words of rows are apart from them, in the object store.
      await words.put(generation, rows);
    },
    get: (generation, blobs) => process.call('index', { effect: () => index.get(generation, blobs) }),
    delete: (generation, blobs) =>
      process.call('index', {
        effect: () => told('delete', () => index.delete(generation, blobs)),
        torn: () => index.delete(generation, some(blobs, services)),
        repeated: true,
      }),
    query: (generation, query) => process.call('index', { effect: () => index.query(generation, query) }),
    settle: async (generation, settlement) => {
      await process.call('index', { effect: () => index.settle() });
      return words.settle(generation, settlement);
    },
    drop: (generation) =>
      process.call('index', { effect: () => told('drop', () => index.drop(generation)), repeated: true }),
  };
};

const embedderOf = (process: Process, { embedder, poison }: Services): Embedder => ({
  id: embedder.id,
  dimensions: embedder.dimensions,
  embed: (texts, kind) =>
    process.call('embedder', {
      effect: () => {
        if (poison.on && texts.some((text) => text.includes(poison.word))) throw new Error('poisoned');
        return embedder.embed(texts, kind);
      },
    }),
});

const gitOf = (process: Process, git: GitSource): GitSource => ({
  heads: (source, options = {}) =>
    process.call('git', { effect: () => git.heads(source, options), signal: options.signal }),
  open: async (source, heads, options = {}) => {
    const { signal } = options;
    const opened = await process.call('git', { effect: () => git.open(source, heads, options), signal });
    return snapshotOf(process, opened, signal);
  },
  async *blobs(source, commits, oids, options) {
    if (oids.length === 0) return;
    const { signal } = options;
    yield* await process.call('git', {
      effect: () => collectBlobs(git.blobs(source, commits, oids, options)),
      signal,
    });
  },
});

const snapshotOf = (process: Process, opened: Snapshot, signal: AbortSignal | undefined): Snapshot => {
  async function* called<T>(stream: AsyncIterable<T>): AsyncGenerator<T> {
    yield* await process.call('git', { effect: () => Array.fromAsync(stream), signal });
  }
  return {
    tree: (commit) => called(opened.tree(commit)),
    changes: (...asked) => {
      const changes = opened.changes(...asked);
      return changes === null ? null : called(changes);
    },
    countCommits: (from, to) => process.call('git', { effect: () => opened.countCommits(from, to), signal }),
    blobs: async function* (oids, maxBytes) {
      yield* await process.call('git', { effect: () => collectBlobs(opened.blobs(oids, maxBytes)), signal });
    },
    close: () => opened.close(),
  };
};

const workflowOf = (process: Process, workflow: () => Workflow): Workflow => ({
  start: (name, input) => process.call('workflow', { effect: () => workflow().start(name, input), repeated: true }),
  // It waits for the execution's end, which may take this very process: only the request is waited for.
  stop: (name, cause) =>
    process.call('workflow', {
      effect: () => {
        void workflow().stop(name, cause);
      },
    }),
  describe: (name) => process.call('workflow', { effect: () => workflow().describe(name) }),
});
