import { assumptions, prices, quotas, service } from './aws-figures.ts';

/** What is asked of the service. */
export interface Workload {
  readonly repositories: number;
  /** Files that are indexed, of each repository. */
  readonly filesOfRepository: number;
  /** Files that a sync finds changed, on average. */
  readonly changedFiles: number;
  readonly syncsOfRepositoryPerDay: number;
  /** Searches a month of all repositories together; `0`: nobody searches. */
  readonly searchesPerMonth: number;
  readonly dimensions: number;
  /** embed-batch children of one sync (`maxConcurrency` of stages.json). */
  readonly maxConcurrency: number;
}

/** How long one sync takes by what it must do; seconds. `by`: what the embedding waits for. */
export interface SyncTime {
  readonly pull: number;
  readonly diff: number;
  readonly stage: number;
  readonly embed: number;
  readonly publish: number;
  readonly total: number;
  readonly by: 'workers' | 'tokens a minute' | 'vectors a second' | 'nothing';
}

const daysOfMonth = 30;
const gb = 1e9;

export const tokensOf = (files: number): number => (files * service.bytesOfFile) / assumptions.charactersOfToken;
export const chunksOf = (files: number): number => files * service.chunksOfFile;
const batchesOf = (files: number): number => Math.ceil(files / service.filesOfBatch);

/** What one embed-batch child needs for a file by itself: chunking, and its share of calls to the model. */
const workerSecondsOf = (files: number): number =>
  (files * service.bytesOfFile) / assumptions.chunkBytesPerSecond +
  (chunksOf(files) / service.textsOfCall) * assumptions.secondsOfCall;

/**
 * One sync of a repository.
 * @param files files in the repository.
 * @param changed files whose content must be embedded; all of them for a full index.
 * @param sharing syncs that embed at the same time and share the model's quota.
 */
export const syncTime = (files: number, changed: number, maxConcurrency: number, sharing = 1): SyncTime => {
  const pull = files * service.treeSecondsOfFile;
  const diff = files / assumptions.linesPerSecond;
  const stage = changed * service.fetchSecondsOfFile + changed / assumptions.linesPerSecond;
  const waits = [
    ['workers', workerSecondsOf(changed) / Math.min(maxConcurrency, Math.max(1, batchesOf(changed)))],
    ['tokens a minute', (tokensOf(changed) * sharing * 60) / quotas.embeddingTokensPerMinute.value],
    ['vectors a second', chunksOf(changed) / quotas.vectorsPerSecondOfIndex.value],
  ] as const;
  const [by, embed] = waits.reduce((longest, each) => (each[1] > longest[1] ? each : longest));
  const publish = (2 * files) / assumptions.linesPerSecond + wordSeconds(changed);
  const total = assumptions.overheadSeconds + pull + diff + stage + embed + publish;
  return { pull, diff, stage, embed, publish, total, by: changed === 0 ? 'nothing' : by };
};

/** What a sync reads and writes of words: all segments for a first index, and the small one for a few files. */
const wordRequests = (changed: number) =>
  changed === 0
    ? { puts: 0, gets: 0 }
    : {
        puts: service.wordPutsOfSync + batchesOf(changed) + chunksOf(changed) * service.wordPutsOfRow,
        gets: service.wordGetsOfSync + chunksOf(changed) * service.wordGetsOfRow,
      };

const wordSeconds = (changed: number): number => {
  const { puts, gets } = wordRequests(changed);
  return chunksOf(changed) * service.wordSecondsOfRow + ((puts + gets) * assumptions.objectSeconds) / 8;
};

/** Children beyond this only wait for the quota, and are paid for waiting. */
export const usefulConcurrency = (): number => {
  const tokensPerMinuteOfWorker = (tokensOf(1) / workerSecondsOf(1)) * 60;
  return Math.max(1, Math.ceil(quotas.embeddingTokensPerMinute.value / tokensPerMinuteOfWorker));
};

/** US dollars of one sync, by service. */
export const syncCost = (
  files: number,
  changed: number,
  { maxConcurrency, dimensions }: Pick<Workload, 'maxConcurrency' | 'dimensions'>,
): Readonly<Record<string, number>> => {
  const time = syncTime(files, changed, maxConcurrency);
  const batches = changed === 0 ? 0 : batchesOf(changed);
  const workers = Math.min(maxConcurrency, batches);
  const gibSeconds =
    (time.pull + time.stage) * service.gitGib +
    (time.diff + time.publish + time.embed * workers) * service.workerGib +
    assumptions.overheadSeconds;
  const beats = (time.total + time.embed * Math.max(0, workers - 1)) * service.beatsPerSecond;
  return {
    Bedrock: (tokensOf(changed) / 1e6) * prices.embeddingPerMillionTokens.value,
    Lambda:
      gibSeconds * prices.lambdaArmPerGbSecond.value + ((8 + batches) / 1e6) * prices.lambdaPerMillionRequests.value,
    DynamoDB:
      ((beats * assumptions.writesOfBeat + assumptions.writesOfSync + batches * assumptions.writesOfBatch) / 1e6) *
        prices.dynamoPerMillionWrites.value +
      (assumptions.readsOfSync / 1e6) * prices.dynamoPerMillionReads.value,
    'Step Functions':
      ((assumptions.transitionsOfSync + batches * assumptions.transitionsOfBatch) / 1e3) *
      prices.transitionsPerThousand.value,
    'S3 Vectors': ((chunksOf(changed) * bytesOfVector(dimensions)) / gb) * prices.vectorPutPerGb.value,
    S3:
      ((8 + 2 * batches + wordRequests(changed).puts) / 1e3) * prices.objectPutsPerThousand.value +
      ((8 + 2 * batches + wordRequests(changed).gets) / 1e3) * prices.objectGetsPerThousand.value,
    CloudWatch: (assumptions.logBytesOfSync / gb) * prices.logsPerGb.value,
  };
};

const bytesOfVector = (dimensions: number): number => 4 * dimensions + assumptions.bytesBesideVector;

const TOKENS_OF_QUERY = 20;

/** Of one query of the index, which looks at all of it. */
const scannedCost = (files: number, dimensions: number): number => {
  const vectors = chunksOf(files);
  // Metadata that cannot be filtered by does not count: the vector, its key, its blob's id.
  const bytes = 4 * dimensions + 100;
  return (
    ((Math.min(vectors, 100_000) * bytes) / 1e12) * prices.vectorQueryPerTbTo100k.value +
    ((Math.max(0, vectors - 100_000) * bytes) / 1e12) * prices.vectorQueryPerTbAbove100k.value
  );
};

/** US dollars of one search: the call, the model, a look at the whole index, which is what S3 Vectors charges, and the words. */
export const searchCost = (files: number, dimensions: number): number => {
  const queries =
    assumptions.queriesOfSearch * (prices.vectorQueryPerMillion.value / 1e6 + scannedCost(files, dimensions));
  const words =
    (assumptions.queriesOfSearch * service.wordGetsOfSearch * prices.objectGetsPerThousand.value) / 1e3 +
    (assumptions.queriesOfSearch * prices.vectorGetPerThousand.value) / 1e3;
  return queries + words + callCost + (TOKENS_OF_QUERY / 1e6) * prices.embeddingPerMillionTokens.value;
};

/** US dollars of a million searches by service, as test/contract/cold-search.test.ts counts their calls: see service.searches. */
export const millionSearches = (
  kind: keyof typeof service.searches,
  files: number,
  dimensions: number,
): Readonly<Record<string, number>> => {
  const { recordReads, manifestGets, wordGets, vectorQueries, vectorGets } = service.searches[kind];
  const seconds = kind === 'cold' ? assumptions.coldSearchSeconds : assumptions.warmSearchSeconds;
  const objectGets = prices.objectGetsPerThousand.value * 1e3;
  return {
    'S3, the manifest': manifestGets * objectGets,
    'S3, words': wordGets * objectGets,
    'S3 Vectors, queries': vectorQueries * (prices.vectorQueryPerMillion.value + scannedCost(files, dimensions) * 1e6),
    'S3 Vectors, rows by key': vectorGets * prices.vectorGetPerThousand.value * 1e3,
    DynamoDB: recordReads * prices.dynamoPerMillionReads.value,
    Bedrock: TOKENS_OF_QUERY * prices.embeddingPerMillionTokens.value,
    'Lambda and API Gateway':
      prices.apiPerMillionCalls.value +
      prices.lambdaPerMillionRequests.value +
      (seconds * prices.lambdaArmPerGbSecond.value + (assumptions.logBytesOfCall / gb) * prices.logsPerGb.value) * 1e6,
  };
};

/** One call of the API: API Gateway, a function of 1 GiB, its log, a read. */
const callCost =
  prices.apiPerMillionCalls.value / 1e6 +
  assumptions.callSeconds * prices.lambdaArmPerGbSecond.value +
  prices.lambdaPerMillionRequests.value / 1e6 +
  (assumptions.logBytesOfCall / gb) * prices.logsPerGb.value +
  prices.dynamoPerMillionReads.value / 1e6;

/** US dollars a month, by what they are for, the first index not included (syncCost of all files tells it). */
export const monthlyCost = (workload: Workload): Readonly<Record<string, number>> => {
  const { repositories, filesOfRepository: files, dimensions } = workload;
  const syncs = repositories * workload.syncsOfRepositoryPerDay * daysOfMonth;
  const each = Object.values(syncCost(files, workload.changedFiles, workload)).reduce((sum, usd) => sum + usd, 0);
  const vectorGb = (repositories * chunksOf(files) * bytesOfVector(dimensions)) / gb;
  const objectGb =
    (repositories * (files * assumptions.bytesOfManifestLine + chunksOf(files) * service.wordBytesOfRow)) / gb;
  return {
    syncs: syncs * each,
    schedules: (Math.max(0, syncs - prices.schedulerFreePerMonth.value) / 1e6) * prices.schedulerPerMillion.value,
    'index at rest': vectorGb * prices.vectorStoragePerGbMonth.value + objectGb * prices.objectStoragePerGbMonth.value,
    searches: workload.searchesPerMonth * searchCost(files, dimensions),
    standing: standingCost(),
  };
};

/**
 * What stands there when nobody does anything: two functions each minute, some twenty alarms and metrics, a dashboard, and
 * two instances each of start-sync and the authorizer that are always warm (prod, stages.json).
 */
export const standingCost = (warmInstances = 2): number => {
  const minutes = 60 * 24 * daysOfMonth;
  const ticks =
    2 * minutes * (0.5 * 0.1 * prices.lambdaArmPerGbSecond.value + prices.lambdaPerMillionRequests.value / 1e6);
  const warm = 2 * warmInstances * minutes * 60 * prices.lambdaProvisionedArmPerGbSecond.value;
  const watching = 20 * prices.alarmPerMonth.value + 20 * prices.metricPerMonth.value + prices.dashboardPerMonth.value;
  return ticks + warm + watching;
};
