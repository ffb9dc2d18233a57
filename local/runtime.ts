import { join } from 'node:path';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoBatches } from '../adapters/dynamodb/batches.ts';
import { createDynamoBranches } from '../adapters/dynamodb/branches.ts';
import { createDynamoFollowUps } from '../adapters/dynamodb/follow-ups.ts';
import { createDynamoJobEnds } from '../adapters/dynamodb/job-ends.ts';
import { createDynamoJobs } from '../adapters/dynamodb/jobs.ts';
import { createDynamoOutbox } from '../adapters/dynamodb/outbox.ts';
import { createDynamoPushDeliveries } from '../adapters/dynamodb/push-deliveries.ts';
import { createDynamoRemovals } from '../adapters/dynamodb/removals.ts';
import { createDynamoRepositoryStore } from '../adapters/dynamodb/repository-store.ts';
import { createDynamoRunningJobs } from '../adapters/dynamodb/running-jobs.ts';
import { createDynamoSyncClaims } from '../adapters/dynamodb/sync-claims.ts';
import { createDynamoTokenQuota } from '../adapters/dynamodb/token-quota.ts';
import { createTreeSitterChunker } from '../adapters/embedding/tree-sitter-chunker.ts';
import { createFileCredentials } from '../adapters/files/credentials.ts';
import { createFileObjectStore } from '../adapters/files/object-store.ts';
import { createNativeGitSource, type MayRead } from '../adapters/git/native-git-source.ts';
import { createGitRemoteLook } from '../adapters/git/remote-look.ts';
import { readGitVersion } from '../adapters/git/require-git.ts';
import { createGitSourceRemotes } from '../adapters/git/source-remotes.ts';
import { createOidcTokenVerifier } from '../adapters/oidc/token-verifier.ts';
import { createPathRules } from '../adapters/path-rules/path-rules.ts';
import * as shared from '../adapters/shared-ports.ts';
import { createHttpSnapshotSource } from '../adapters/snapshot/http-snapshot-source.ts';
import { compose } from '../adapters/system/compose.ts';
import { cronSchedules } from '../adapters/system/cron-schedules.ts';
import { createJsonLogger, type LogLevel } from '../adapters/system/json-logger.ts';
import { createLogMetrics } from '../adapters/system/log-metrics.ts';
import { createSourceRoots } from '../adapters/system/source-roots.ts';
import { createVersions } from '../adapters/system/versions.ts';
import { createHttpWebhookSender } from '../adapters/webhook/http-webhook-sender.ts';
import { createWebhookAddresses } from '../adapters/webhook/webhook-addresses.ts';
import type { Registration } from '../core/contract/rights.ts';
import type { Quotas } from '../core/domain/quota.ts';
import { standardBounds } from '../core/manifest/pages/page-cutter.ts';
import type { FileWatch } from '../core/ports/file-watch.ts';
import type { HeadStart } from '../core/ports/head-start.ts';
import type { PathRules } from '../core/ports/path-rules.ts';
import type { Runtime } from '../core/ports/runtime.ts';
import type { SearchIndex } from '../core/ports/search-index.ts';
import type { Workflow } from '../core/ports/workflow.ts';
import { useCredential } from '../core/repositories/use-credential.ts';
import { rewriteLimits } from '../core/sync/rules/packs-to-rewrite.ts';
import { defaultBatchLimits } from '../core/sync/rules/plan-batches.ts';
import { embedderOf, type MeasuredEmbeddings } from './embeddings.ts';
import { logTo } from './log-file.ts';
import { postMetrics, teeMetrics } from './metrics-channel.ts';
import { objectsDirectory, temporaryDirectory } from './temporary-files.ts';
import type { IssuerKeys } from './token-issuer.ts';
import { AUDIENCE, ISSUER } from './token-names.ts';

/** What all threads of one machine's service share; it crosses to workers by structured clone. */
export interface LocalConfig {
  readonly dataDir: string;
  /** A server that speaks DynamoDB; without, the database is a file in `dataDir`, which each thread has open. */
  readonly dynamodbEndpoint: string | undefined;
  readonly jwks: IssuerKeys['jwks'];
  readonly logLevel: LogLevel;
  /** Where the log goes; standard error without. */
  readonly logFile?: string | null | undefined;
  readonly maxConcurrency: number;
  /** Host names and CIDR ranges that webhooks may reach although private. */
  readonly webhookAllow: readonly string[];
  /** Folders whose repositories may be read, and whether everyone who may register may register those. */
  readonly sourceRoots: { readonly folders: readonly string[]; readonly forAll: boolean };
  readonly registration: Registration;
  readonly quotas: Quotas;
  /** What embeds in the place of the embedder that is a part of the service. */
  readonly embeddings: MeasuredEmbeddings | null;
  /** The channel on which each thread tells its metrics; without, no one collects them. */
  readonly metricsChannel?: string | undefined;
  /** Whether each thread sends traces; not without. */
  readonly traces?: boolean | undefined;
  /** The socket of the process that starts programs for all threads; without, each starts its own. */
  readonly processHelper?: string | undefined;
  /** The user whom the token in the data directory is for. */
  readonly operator: string;
}

/** The names of the tables on one machine. */
export const tableNames = { repositories: 'repositories', syncJobs: 'sync-jobs' } as const;

/** Composes the ports for one machine. Nothing is built before it is asked for. */
export const composeRuntime = (
  config: LocalConfig,
  parts: {
    readonly dynamoDb: DynamoDBClient;
    readonly index: SearchIndex;
    readonly workflow: Workflow;
    /** Of a thread that another one watches. */
    readonly fileWatch?: FileWatch;
    /** Of a thread that runs steps. */
    readonly headStart?: HeadStart;
  },
): Runtime => {
  const database = { client: parts.dynamoDb, tables: tableNames };
  const credentials = createFileCredentials(join(config.dataDir, 'credentials.json'));
  const logger = () => createJsonLogger(config.logLevel, logTo(config.logFile));
  const sourceRoots = createSourceRoots(config.sourceRoots.folders, config.sourceRoots.forAll);
  const resolveCredential = useCredential({ credentials, logger: logger() });
  // What only the operator could register is theirs to read, wherever the service was started last.
  const mayRead: MayRead = async (path, owner) =>
    (!sourceRoots.forAll && owner === config.operator) || sourceRoots.holds(path);
  const tempRoot = temporaryDirectory(config.dataDir);
  const git = { policy: 'local', resolveCredential, mayRead, tempRoot } as const;
  const fileWatch = parts.fileWatch ?? shared.fileWatch();
  const headStart = parts.headStart ?? shared.headStart();
  return compose<Runtime>({
    ...shared,
    fileWatch: () => fileWatch,
    headStart: () => headStart,
    chunker: () => createTreeSitterChunker({ fileWatch }),
    pathRules: () => watchedPathRules(createPathRules(), fileWatch),
    repositories: () => createDynamoRepositoryStore(database),
    branches: () => createDynamoBranches(database),
    jobs: () => createDynamoJobs(database),
    claims: () => createDynamoSyncClaims({ ...database, logger: logger() }),
    running: () => createDynamoRunningJobs(database),
    batches: () => createDynamoBatches(database),
    ends: () => createDynamoJobEnds({ ...database, logger: logger() }),
    outbox: () => createDynamoOutbox(database),
    followUps: () => createDynamoFollowUps(database),
    removals: () => createDynamoRemovals(database),
    pushDeliveries: () => createDynamoPushDeliveries(database),
    objects: () => createFileObjectStore(objectsDirectory(config.dataDir)),
    versions: () => createVersions(readGitVersion),
    webhooks: () => createHttpWebhookSender({ allow: config.webhookAllow }),
    webhookAddresses: () => createWebhookAddresses(config.webhookAllow),
    credentials: () => credentials,
    sourceRoots: () => sourceRoots,
    sourceRemotes: () => createGitSourceRemotes(git),
    remoteLook: () => createGitRemoteLook(git),
    git: () => createNativeGitSource(git),
    snapshotSource: () => createHttpSnapshotSource(git),
    embedder: () => embedderOf(config.embeddings),
    index: () => parts.index,
    workflow: () => parts.workflow,
    tokenQuota: () => createDynamoTokenQuota(database),
    tokens: () =>
      createOidcTokenVerifier({
        issuer: ISSUER,
        audience: AUDIENCE,
        jwksUri: `${ISSUER}/jwks.json`,
        jwks: config.jwks,
      }),
    schedules: () => cronSchedules,
    logger,
    metrics: () => {
      const logged = createLogMetrics(logger());
      return config.metricsChannel === undefined ? logged : teeMetrics(logged, postMetrics(config.metricsChannel));
    },
    settings: () => ({
      sources: 'local',
      registration: config.registration,
      quotas: config.quotas,
      usdPerMillionTokens: config.embeddings === null ? 0 : config.embeddings.usdPerMillionTokens,
      maxConcurrency: config.maxConcurrency,
      batchLimits: defaultBatchLimits,
      rewriteLimits,
      pageBounds: standardBounds,
    }),
  });
};

/** Patterns are the users': which path they take their time with is to be known. */
const watchedPathRules = (rules: PathRules, fileWatch: FileWatch): PathRules => ({
  compile: (...patterns) => {
    const rule = rules.compile(...patterns);
    return (path) => fileWatch.run(path, () => rule(path));
  },
  encodings: (attributes) => {
    const encodingOf = rules.encodings(attributes);
    return (path) => fileWatch.run(path, () => encodingOf(path));
  },
});

const current: { runtime: Runtime | null } = { runtime: null };

/** Sets what the handlers of this thread are composed from. Call it before the first handler is loaded. */
export const useRuntime = (runtime: Runtime): void => {
  current.runtime = runtime;
};

/** What this thread's handlers are composed from (local/ports.ts). */
export const runtime = (): Runtime => {
  if (current.runtime === null) throw new Error('no runtime is set in this thread');
  return current.runtime;
};
