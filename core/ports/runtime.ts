import type { Registration } from '../contract/rights.ts';
import type { Quotas } from '../domain/quota.ts';
import type { SourcePolicy } from '../domain/source-policy.ts';
import type { PageBounds } from '../manifest/pages/page-cutter.ts';
import type { RewriteLimits } from '../sync/rules/packs-to-rewrite.ts';
import type { BatchLimits } from '../sync/rules/plan-batches.ts';
import type { Batches } from './batches.ts';
import type { Branches } from './branches.ts';
import type { Chunker } from './chunker.ts';
import type { Clock, Ids } from './clock.ts';
import type { Credentials } from './credentials.ts';
import type { Embedder } from './embedder.ts';
import type { EncodingGuess } from './encoding-guess.ts';
import type { FileWatch } from './file-watch.ts';
import type { FollowUps } from './follow-ups.ts';
import type { GitSource } from './git-source.ts';
import type { HeadStart } from './head-start.ts';
import type { JobEnds } from './job-ends.ts';
import type { Jobs } from './jobs.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import type { ObjectStore } from './object-store.ts';
import type { Outbox } from './outbox.ts';
import type { PathRules } from './path-rules.ts';
import type { PushDeliveries } from './push-deliveries.ts';
import type { RemoteLook } from './remote-look.ts';
import type { Removals } from './removals.ts';
import type { RepositoryStore } from './repository-store.ts';
import type { RunningJobs } from './running-jobs.ts';
import type { Schedules, ScheduleTimes } from './schedules.ts';
import type { SearchIndex } from './search-index.ts';
import type { SnapshotSource } from './snapshot-source.ts';
import type { SourceRemotes } from './source-remotes.ts';
import type { SourceRoots } from './source-roots.ts';
import type { SymbolExtractor } from './symbol-extractor.ts';
import type { SyncClaims } from './sync-claims.ts';
import type { TokenQuota } from './token-quota.ts';
import type { TokenVerifier } from './token-verifier.ts';
import type { Versions } from './versions.ts';
import type { WebhookAddresses } from './webhook-addresses.ts';
import type { WebhookSender } from './webhook-sender.ts';
import type { Workflow } from './workflow.ts';

export interface Settings {
  /** Which sources may be registered and read. */
  readonly sources: SourcePolicy;
  /** Who may register repositories: those whose token has the right to, or everyone. */
  readonly registration: Registration;
  readonly quotas: Quotas;
  /** What the embedder takes, in US dollars; null: not known, so costs are not told. */
  readonly usdPerMillionTokens: number | null;
  /** embed-batch children that one sync runs at once. */
  readonly maxConcurrency: number;
  readonly batchLimits: BatchLimits;
  readonly rewriteLimits: RewriteLimits;
  /** Where pages of manifests end. Others than those that pages were written with mean: all are written anew as they change. */
  readonly pageBounds: PageBounds;
}

/**
 * Every port under its one name. A step says which it needs as `Pick<Runtime, …>`, so the compiler holds it to what it names, and a
 * reader sees at its head what it can touch. On AWS it is never built as a whole: each handler composes its step's ports from
 * lambdas/ports.ts; on one machine all functions of a thread share one (local/runtime.ts).
 */
export interface Runtime {
  readonly repositories: RepositoryStore;
  readonly branches: Branches;
  readonly jobs: Jobs;
  readonly claims: SyncClaims;
  readonly running: RunningJobs;
  readonly batches: Batches;
  readonly ends: JobEnds;
  readonly objects: ObjectStore;
  readonly outbox: Outbox;
  readonly followUps: FollowUps;
  readonly removals: Removals;
  readonly pushDeliveries: PushDeliveries;
  readonly webhooks: WebhookSender;
  readonly webhookAddresses: WebhookAddresses;
  readonly credentials: Credentials;
  readonly sourceRoots: SourceRoots;
  readonly sourceRemotes: SourceRemotes;
  readonly remoteLook: RemoteLook;
  readonly git: GitSource;
  readonly snapshotSource: SnapshotSource;
  readonly fileWatch: FileWatch;
  readonly headStart: HeadStart;
  readonly pathRules: PathRules;
  readonly encodingGuess: EncodingGuess;
  readonly chunker: Chunker;
  readonly embedder: Embedder;
  readonly index: SearchIndex;
  readonly symbolExtractor: SymbolExtractor;
  readonly workflow: Workflow;
  readonly tokens: TokenVerifier;
  readonly tokenQuota: TokenQuota;
  readonly schedules: Schedules;
  readonly scheduleTimes: ScheduleTimes;
  readonly versions: Versions;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly settings: Settings;
}
