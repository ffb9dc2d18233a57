import { createHashEmbedder } from '../../adapters/embedding/hash-embedder.ts';
import type { Ids } from '../../core/ports/clock.ts';
import type { Embedder } from '../../core/ports/embedder.ts';
import type { GitSource } from '../../core/ports/git-source.ts';
import type { HeadStart } from '../../core/ports/head-start.ts';
import type { Logger } from '../../core/ports/logger.ts';
import type { Settings } from '../../core/ports/runtime.ts';
import type { WebhookAnswer, WebhookRequest } from '../../core/ports/webhook-sender.ts';
import type { Workflow } from '../../core/ports/workflow.ts';
import type { DatabaseKind, HistoryDatabase } from './history-database.ts';
import { MemoryDynamoDb } from './memory/memory-dynamodb.ts';
import { createMemoryGitSource } from './memory/memory-git-source.ts';
import { MemoryObjectStore } from './memory/memory-objects.ts';
import type { MemoryRepository } from './memory/memory-repository.ts';
import { MemorySearchIndex } from './memory/memory-search-index.ts';
import type { Process } from './process.ts';
import type { Simulation } from './simulation.ts';
import { SqliteDatabase } from './sqlite-database.ts';

/** What outlives every process of the service. */
export interface Services {
  /** Whose call of the database is being done. */
  readonly caller: { process: Process | null };
  readonly simulation: Simulation;
  readonly database: HistoryDatabase;
  readonly objects: MemoryObjectStore;
  readonly index: MemorySearchIndex;
  readonly embedder: Embedder;
  /** While it is on, texts with this word cannot be embedded. */
  readonly poison: { on: boolean; readonly word: string };
  readonly git: GitSource;
  /** By their addresses. */
  readonly repositories: Map<string, MemoryRepository>;
  /** The remotes of a folder, by its path and their names. */
  readonly remotes: Map<string, ReadonlyMap<string, string>>;
  /** The engine that runs now. */
  readonly workflow: () => Workflow;
  /** What the receiver of webhooks answers. */
  readonly receiver: { status: number };
  /** What came to it: the delivery's id, and how it was answered. */
  readonly received: { readonly id: string; readonly status: number }[];
  /** Begins with batches while others are read; null: they wait for the Map. */
  headStart: HeadStart | null;
  receive(request: WebhookRequest): Promise<WebhookAnswer>;
  readonly ids: Ids;
  /** Told of what processes do that is not written to the tables. */
  seen: Seen;
  readonly settings: Settings;
  readonly logger: Logger | undefined;
}

export interface Seen {
  /** An object that is put. */
  readonly object: (process: Process, key: string) => void;
  readonly index: (process: Process, call: 'create' | 'put' | 'delete' | 'drop') => void;
  readonly metrics: (names: readonly string[], facts: Readonly<Record<string, string>>) => void;
}

const DIMENSIONS = 16;

/** A local path can be read in place; everything else is remote. */
const isLocal = (url: string): boolean => url.startsWith('/');

export const createServices = (
  simulation: Simulation,
  workflow: () => Workflow,
  logger: Logger | undefined,
  kind: DatabaseKind = 'memory',
): Services => {
  const repositories = new Map<string, MemoryRepository>();
  const received: Services['received'] = [];
  const receiver = { status: 204 };
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => Math.floor(simulation.random() * 16).toString(16)).join('');
  return {
    caller: { process: null },
    seen: { object: () => undefined, index: () => undefined, metrics: () => undefined },
    simulation,
    database: kind === 'sqlite' ? new SqliteDatabase(() => simulation.now()) : new MemoryDynamoDb(),
    objects: new MemoryObjectStore(),
    index: new MemorySearchIndex(),
    embedder: createHashEmbedder({ dimensions: DIMENSIONS }),
    poison: { on: false, word: 'poison' },
    git: createMemoryGitSource(async (url) => repositories.get(url), isLocal),
    repositories,
    remotes: new Map(),
    workflow,
    receiver,
    received,
    headStart: null,
    receive: async ({ id }) => {
      received.push({ id, status: receiver.status });
      return { kind: 'answered', status: receiver.status, retryAfterSeconds: null };
    },
    ids: {
      jobId: () => `sync-${[8, 4, 4, 4, 12].map(hex).join('-')}`,
      secret: () => `whsec_${hex(32)}`,
      repositoryId: () => `repo-${hex(13)}`,
    },
    settings: {
      sources: 'local',
      registration: 'anyone',
      quotas: { repositories: 100, tokensPerDay: 1_000_000 },
      usdPerMillionTokens: 0,
      maxConcurrency: 2,
      // Small, so that even small repositories are read in several batches.
      batchLimits: { files: 2, bytes: 400 },
      // The same of packs: two of a branch are too many.
      rewriteLimits: { length: 4_000, texts: 20, packs: 3, read: 4_000, beside: -1 },
      // The same of manifests: some files a page.
      pageBounds: { least: 1, oneIn: 2, most: 4 },
    },
    logger,
  };
};
