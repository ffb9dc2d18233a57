/**
 * What AWS charges and allows, in us-east-1, in US dollars, without free tiers unless named. Each figure says where it is
 * from and when it was looked at. `unverified`: from the service's page as remembered; no page with the figure on it could
 * be read when this was written (November 2026, without access to AWS), so look before you rely on it.
 */
export interface Figure {
  readonly value: number;
  readonly source: string;
  readonly unverified?: true;
}

const figure = (value: number, source: string): Figure => ({ value, source });
const unverified = (value: number, source: string): Figure => ({ value, source, unverified: true });

/** US dollars. */
export const prices = {
  embeddingPerMillionTokens: unverified(0.12, 'Bedrock pricing, Cohere Embed v4, text input'),
  vectorStoragePerGbMonth: figure(0.06, 'S3 Vectors: exploreagentic.ai/insights/s3-vectors-enterprise-rag, June 2026'),
  vectorPutPerGb: figure(0.2, 'S3 Vectors: exploreagentic.ai/insights/s3-vectors-enterprise-rag, June 2026'),
  vectorQueryPerMillion: unverified(2.5, 'S3 pricing, S3 Vectors, query requests'),
  vectorGetPerThousand: unverified(0.055, 'S3 pricing, S3 Vectors, GET and LIST requests'),
  vectorQueryPerTbTo100k: unverified(4, 'S3 pricing, S3 Vectors, data processed, first 100,000 vectors of an index'),
  vectorQueryPerTbAbove100k: unverified(2, 'S3 pricing, S3 Vectors, data processed above; less above 10 million'),
  lambdaArmPerGbSecond: unverified(0.000_013_333_4, 'Lambda pricing, Arm, first tier'),
  lambdaPerMillionRequests: unverified(0.2, 'Lambda pricing, requests'),
  lambdaProvisionedArmPerGbSecond: unverified(0.000_003_333_4, 'Lambda pricing, provisioned concurrency, Arm'),
  dynamoPerMillionWrites: figure(
    0.625,
    'DynamoDB on demand: airbyte.com/data-engineering-resources/dynamodb-pricing, July 2025',
  ),
  dynamoPerMillionReads: figure(
    0.125,
    'DynamoDB on demand: airbyte.com/data-engineering-resources/dynamodb-pricing, July 2025',
  ),
  transitionsPerThousand: unverified(0.025, 'Step Functions pricing, Standard, state transitions'),
  objectPutsPerThousand: unverified(0.005, 'S3 pricing, Standard, PUT'),
  objectGetsPerThousand: unverified(0.0004, 'S3 pricing, Standard, GET'),
  objectStoragePerGbMonth: unverified(0.023, 'S3 pricing, Standard, first 50 TB'),
  apiPerMillionCalls: unverified(3.5, 'API Gateway pricing, REST, first 333 million'),
  schedulerPerMillion: figure(1, 'EventBridge Scheduler: cloudburn.io/blog/amazon-eventbridge-pricing, March 2026'),
  schedulerFreePerMonth: figure(
    14_000_000,
    'EventBridge Scheduler: cloudburn.io/blog/amazon-eventbridge-pricing, March 2026',
  ),
  logsPerGb: unverified(0.5, 'CloudWatch pricing, log ingestion, Standard'),
  alarmPerMonth: unverified(0.1, 'CloudWatch pricing, standard-resolution alarm'),
  dashboardPerMonth: unverified(3, 'CloudWatch pricing, dashboard'),
  metricPerMonth: unverified(0.3, 'CloudWatch pricing, custom metric, first 10,000'),
} as const satisfies Record<string, Figure>;

/** Per account and region, as they are before anybody asks for more. */
export const quotas = {
  embeddingTokensPerMinute: unverified(
    300_000,
    'Bedrock quotas, on-demand tokens per minute for Cohere Embed v4: see yours in Service Quotas',
  ),
  vectorsPerSecondOfIndex: figure(
    2_500,
    'S3 Vectors limitations, docs.aws.amazon.com/AmazonS3, vectors inserted and deleted a second of an index',
  ),
  vectorIndexesPerBucket: figure(10_000, 'S3 Vectors limitations, docs.aws.amazon.com/AmazonS3'),
  vectorsPerIndex: figure(2_000_000_000, 'S3 Vectors limitations, docs.aws.amazon.com/AmazonS3'),
  lambdaConcurrency: unverified(1_000, 'Lambda quotas, concurrent executions; a new account begins with less'),
  lambdaSeconds: unverified(900, 'Lambda quotas, function timeout; cannot be raised'),
  startsPerSecond: unverified(300, 'Step Functions quotas, StartExecution, Standard, refill a second'),
  describesPerSecond: unverified(15, 'Step Functions quotas, DescribeExecution, refill a second'),
  transitionsPerSecond: unverified(5_000, 'Step Functions quotas, StateTransition, Standard, refill a second'),
  openMapRuns: figure(1_000, 'Step Functions quotas, docs.aws.amazon.com/step-functions, open Map Runs'),
  schedules: figure(10_000_000, 'EventBridge Scheduler quotas, docs.aws.amazon.com/scheduler'),
  scheduleInvocationsPerSecond: figure(1_000, 'EventBridge Scheduler quotas, docs.aws.amazon.com/scheduler'),
} as const satisfies Record<string, Figure>;

/** The service's own bounds and measured paces, with where they stand. */
export const service = {
  /** adapters/git/git-limits.ts, `treeEntries`. */
  filesOfRepository: 1_000_000,
  /** adapters/git/git-limits.ts, `packBytes`. */
  packBytes: 2 * 1024 ** 3,
  /** core/workflow/sync.asl.json, `TimeoutSeconds`; the reconciler resumes what is left, up to five attempts in all. */
  executionSeconds: 43_200,
  attempts: 5,
  /** core/sync/rules/plan-batches.ts. */
  filesOfBatch: 256,
  bytesOfBatch: 2 * 1024 ** 2,
  /** adapters/bedrock/embedder.ts: texts of one call. */
  textsOfCall: 96,
  /** lib/workflow/workflow-functions.ts, in GiB. */
  workerGib: 1769 / 1024,
  gitGib: 2,
  /** core/sync/pulse.ts: heartbeats a second. */
  beatsPerSecond: 2,
  /** 600 KB and 500 chunks of 256 files: core/sync/rules/plan-batches.ts. */
  bytesOfFile: 2_344,
  chunksOfFile: 500 / 256,
  /** Measured on 100,962 files: 47 MB of pack, 7.5 s with all blobs, 0.6 s without (docs/adr/0004-native-git.md). */
  packBytesOfFile: 466,
  fetchSecondsOfFile: 7.5 / 100_962,
  treeSecondsOfFile: 0.7 / 100_962,
  /**
   * Words in the object store, by bench/words.ts over 100,000 files of 683 MB, 462,044 rows: what a first index reads and writes of them besides a put for each batch, the
   * processor time of the merge, and what is kept.
   */
  wordPutsOfRow: 2_639 / 462_044,
  wordGetsOfRow: 1_811 / 462_044,
  wordSecondsOfRow: 14.6 / 462_044,
  wordBytesOfRow: 42_305_000 / 462_044,
  /** The same of a sync of 8 files, and of a search in a process that has searched the repository before (26 to 53 in one that has not). */
  wordPutsOfSync: 5,
  wordGetsOfSync: 5,
  wordGetsOfSearch: 14,
  /**
   * Calls of one search of two words over 100,000 files, by test/contract/cold-search.test.ts: in a function that has searched nothing before, and in one that has
   * searched the repository since its last sync. `manifestGets`: the root, the list of files, and what has changed in it. `rounds`: calls that wait for each other.
   */
  searches: {
    cold: { recordReads: 1, manifestGets: 3, wordGets: 12, vectorQueries: 1, vectorGets: 3, rounds: 5 },
    warm: { recordReads: 1, manifestGets: 0, wordGets: 0, vectorQueries: 1, vectorGets: 1, rounds: 4 },
  },
} as const;

/** Taken for granted where nothing was measured on AWS: change them when it has been. */
export const assumptions = {
  /** Characters that Embed v4 takes for one token of code. */
  charactersOfToken: 3,
  /** One call of 96 texts, waiting included. */
  secondsOfCall: 1,
  /** Chunking at 2 MB/s a core (the slow end of bench/chunking.ts). */
  chunkBytesPerSecond: 2_000_000,
  /** Joining a listing with a manifest, and writing the next: lines a second, with S3 at both ends. */
  linesPerSecond: 50_000,
  /** Starting and ending the states of one execution: Step Functions, and functions that are warm. */
  overheadSeconds: 5,
  /** State transitions of an execution besides the Map's, and of each Map item. */
  transitionsOfSync: 12,
  transitionsOfBatch: 3,
  /** Write units of a heartbeat, and of all that a sync writes besides. */
  writesOfBeat: 4,
  writesOfSync: 60,
  /** Write units of a batch's tokens: they are taken from its user's day, and what is not embedded is given back. */
  writesOfBatch: 2,
  readsOfSync: 100,
  /** Bytes beside a vector: its key, its text, where it stands. */
  bytesBesideVector: 1_500,
  /** Bytes of a manifest's line, compressed; of a log, for each sync and each call. */
  bytesOfManifestLine: 60,
  logBytesOfSync: 20_000,
  logBytesOfCall: 1_500,
  /** Candidates are over-fetched: queries of the index for one search. */
  queriesOfSearch: 1.5,
  callSeconds: 0.15,
  /** A search: of a new function, its start and what it reads included; of another one. */
  coldSearchSeconds: 2,
  warmSearchSeconds: 0.4,
  /** One request of the object store, of which a merge has eight under way. */
  objectSeconds: 0.03,
} as const;
