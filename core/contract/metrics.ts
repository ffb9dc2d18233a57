/**
 * What the service measures of itself. Alarms and the dashboard (lib/) read the same names from here. A series for each
 * stack, and none for each repository: CloudWatch bills every combination of dimensions as a metric of its own.
 */
export const METRICS_NAMESPACE = 'RepositorySync';

/** The one dimension: which stack it was, so that one stage's numbers never stand for another's. */
export const METRICS_DIMENSION = 'service';

/** Every metric, and its unit as CloudWatch calls it. */
export const metricUnits = {
  /** Jobs created. */
  SyncsStarted: 'Count',
  /** Jobs that ended `completed` or `completed_with_errors`. */
  SyncsCompleted: 'Count',
  SyncsFailed: 'Count',
  /** Jobs ended by a cancel, or replaced by force. */
  SyncsCancelled: 'Count',
  /** Schedules that found their repository busy: their sync follows the one that runs. */
  SyncsOwed: 'Count',
  /** Of a completed job, from its start to its end. */
  SyncDuration: 'Seconds',
  /** Files that a completed job had to look at: its `files_total`. */
  FilesProcessed: 'Count',
  ChunksEmbedded: 'Count',
  /** Chunks of changed files whose vector was taken from before. */
  ChunksReused: 'Count',
  /** 1 or 0 for each completed job: the average is the share of incremental syncs. */
  IncrementalSyncs: 'Count',
  FullSyncs: 'Count',
  /** Events given up after their last try, or because the receiver answered 410: it will not get them. */
  WebhookFailures: 'Count',
  /** From a request to its accepted job, inside the function. API Gateway's Latency has the authorizer and cold starts too. */
  InitiationMilliseconds: 'Milliseconds',
  /** From a search's question to its hits, inside the function; searches that found no index are not measured. */
  SearchMilliseconds: 'Milliseconds',
  /** Each minute: jobs that have run for over an hour, and of which nothing has been heard for five minutes. */
  StuckSyncs: 'Count',
  /** Each minute: running jobs of which nothing has been heard for five minutes. */
  StalledSyncs: 'Count',
  /** Each minute: how long the oldest running job has run; 0 when none runs. */
  OldestRunningSeconds: 'Seconds',
  /** Each minute: queued and running jobs. */
  UnfinishedJobs: 'Count',
  /** Each minute: jobs that could be neither left alone nor healed. */
  UnreconciledJobs: 'Count',
} as const satisfies Record<string, 'Count' | 'Seconds' | 'Milliseconds'>;

export type MetricName = keyof typeof metricUnits;
