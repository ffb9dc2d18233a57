import { Size } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AppFunction, grammarPackages, timeouts } from '../app-function.ts';
import { credentialsEnvironment, grantCredentials } from '../credentials.ts';
import { embeddingEnvironment, grantEmbedding } from '../embedding.ts';
import type { Embedding } from '../stages.ts';
import type { Storage } from '../storage.ts';

export interface WorkflowProps {
  readonly storage: Storage;
  readonly embedding: Embedding;
  /** embed-batch children that one sync runs at once. */
  readonly maxConcurrency: number;
  /** Tokens that a user's repositories may have embedded in a day. */
  readonly tokensPerDay: number;
  /** embed-batch functions that run at once for all syncs together; the account's own limit without. */
  readonly reservedConcurrency?: number | undefined;
}

/** What every step does: it reads its repository, and its job with the batches, and writes the job's heartbeat. */
const step = { repositories: ['GetItem'], syncJobs: ['Query', 'UpdateItem'] } as const;
/** The first step, which reports the start: it puts an event into the outbox. */
const firstStep = { ...step, syncJobs: ['GetItem', 'UpdateItem', 'PutItem'] } as const;
/** A step that works on batches: each one's item is checked, put, and deleted when it is folded into the job; events too. */
const batchStep = { ...step, syncJobs: [...step.syncJobs, 'ConditionCheckItem', 'PutItem', 'DeleteItem'] } as const;
/** A step that ends the job: the lock goes, and the items of batches in flight; the event of the end is put. */
const lastStep = {
  repositories: ['GetItem', 'UpdateItem'],
  syncJobs: ['GetItem', 'Query', 'UpdateItem', 'PutItem', 'DeleteItem'],
} as const;

/** Of a step that reads objects and streams what it writes, in parts where it is long; the next job removes it. */
const streamed = ['GetObject', 'PutObject', 'PutObjectTagging', 'AbortMultipartUpload'] as const;

/** Lambda gives one vCPU at 1,769 MB (Lambda guide, "Configure memory"). */
const wholeCpu = 1769;
/** Git writes packs and trees to disk: the limits of core/domain on a source fit twice. */
const gitResources = { memoryMiB: 2048, ephemeralStorage: Size.gibibytes(4), timeout: timeouts.longTask };

/** The functions that the state machine calls, by the name of their substitution in core/workflow/sync.asl.json. */
export const workflowFunctions = (
  scope: Construct,
  { storage, embedding, maxConcurrency, tokensPerDay, reservedConcurrency }: WorkflowProps,
): Record<string, AppFunction> => {
  const tables = storage.tableNames;
  const objects = { BUCKET: storage.bucket.bucketName };
  const vectors = { VECTOR_BUCKET: storage.vectorBucketName };
  const model = embeddingEnvironment(embedding);
  const credentials = credentialsEnvironment(scope);

  const begin = new AppFunction(scope, {
    name: 'begin-sync',
    environment: { ...tables, ...objects, ...vectors, MAX_CONCURRENCY: String(maxConcurrency) },
    memoryMiB: 512,
    timeout: timeouts.shortTask,
  });
  // It compares the index with its record, notes what is wrong there, and sweeps what earlier jobs of the repository left.
  storage.grant(begin, {
    ...firstStep,
    syncJobs: [...firstStep.syncJobs, 'Query'],
    repositories: ['GetItem', 'UpdateItem'],
    objects: ['GetObject', 'PutObject', 'PutObjectTagging', 'DeleteObject'],
    vectors: ['GetIndex', 'GetVectors', 'DeleteVectors', 'DeleteIndex'],
  });

  const pull = new AppFunction(scope, {
    name: 'pull',
    environment: { ...tables, ...objects, ...model, ...credentials },
    ...gitResources,
  });
  // It records at the repository where the branches were seen.
  storage.grant(pull, { ...step, repositories: ['GetItem', 'UpdateItem'], objects: streamed });
  grantCredentials(pull);

  const diff = new AppFunction(scope, {
    name: 'diff',
    environment: { ...tables, ...objects, ...vectors, ...model },
    memoryMiB: wholeCpu,
    timeout: timeouts.longTask,
  });
  // It registers the generation at the repository, and makes its index, in the place of one that the tables know nothing of.
  storage.grant(diff, {
    ...step,
    repositories: ['GetItem', 'UpdateItem'],
    objects: streamed,
    vectors: ['CreateIndex', 'GetIndex', 'DeleteIndex'],
  });

  // In the place of the steps before the publish: it makes the index and puts into it.
  const importSnapshot = new AppFunction(scope, {
    name: 'import-snapshot',
    environment: { ...tables, ...objects, ...vectors, ...model, ...credentials },
    memoryMiB: wholeCpu,
    timeout: timeouts.longTask,
  });
  storage.grant(importSnapshot, {
    ...step,
    repositories: ['GetItem', 'UpdateItem'],
    objects: [...streamed, 'ListBucket'],
    vectors: ['CreateIndex', 'GetIndex', 'DeleteIndex', 'PutVectors'],
  });
  grantCredentials(importSnapshot);

  const stage = new AppFunction(scope, {
    name: 'stage',
    environment: { ...tables, ...objects, ...credentials },
    ...gitResources,
  });
  storage.grant(stage, { ...batchStep, objects: streamed });
  grantCredentials(stage);

  const embedBatch = new AppFunction(scope, {
    name: 'embed-batch',
    environment: { ...tables, ...objects, ...vectors, ...model, QUOTA_TOKENS_PER_DAY: String(tokensPerDay) },
    memoryMiB: wholeCpu,
    timeout: timeouts.longTask,
    packages: grammarPackages,
    // What is throttled waits by the state machine's retries.
    reservedConcurrency,
  });
  storage.grant(embedBatch, {
    ...batchStep,
    // A beat that comes after its batch's end looks for the mark of that end.
    syncJobs: ['GetItem', ...batchStep.syncJobs],
    objects: streamed,
    vectors: ['PutVectors', 'GetVectors'],
  });
  grantEmbedding(embedBatch, embedding);

  const publish = new AppFunction(scope, {
    name: 'publish',
    environment: { ...tables, ...objects, ...vectors },
    memoryMiB: wholeCpu,
    timeout: timeouts.longTask,
  });
  storage.grant(publish, {
    ...lastStep,
    // Of a large branch it sorts what changes in objects of the job.
    objects: [...streamed, 'DeleteObject'],
    // Whether what was put is there.
    vectors: ['GetIndex', 'GetVectors', 'DeleteIndex'],
  });

  const fail = new AppFunction(scope, {
    name: 'fail-sync',
    environment: { ...tables, ...objects },
    memoryMiB: 512,
    timeout: timeouts.shortTask,
  });
  // The cause of a failed Map is in its results.
  storage.grant(fail, { ...lastStep, objects: ['GetObject'] });

  return {
    BeginSyncFunction: begin,
    PullFunction: pull,
    ImportSnapshotFunction: importSnapshot,
    DiffFunction: diff,
    StageFunction: stage,
    EmbedBatchFunction: embedBatch,
    PublishFunction: publish,
    FailSyncFunction: fail,
  };
};
