import { Size } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AppFunction, timeouts } from './app-function.ts';
import { type Embedding, embeddingEnvironment, grantEmbedding } from './embedding.ts';
import type { Storage } from './storage.ts';

export interface WorkflowProps {
  readonly storage: Storage;
  readonly embedding: Embedding;
  /** embed-batch children that one sync runs at once. */
  readonly maxConcurrency: number;
}

/** What every step does: it reads its job and its repository, and writes the job's heartbeat. */
const step = { repositories: ['GetItem'], syncJobs: ['GetItem', 'Query', 'UpdateItem'] } as const;
/** A step that works on batches: each one's item is checked, put, and deleted when it is folded into the job. */
const batchStep = {
  ...step,
  syncJobs: ['GetItem', 'Query', 'UpdateItem', 'ConditionCheckItem', 'PutItem', 'DeleteItem'],
} as const;
/** A step that ends the job: the lock goes, and the items of batches in flight. */
const lastStep = {
  repositories: ['GetItem', 'UpdateItem'],
  syncJobs: ['GetItem', 'Query', 'UpdateItem', 'DeleteItem'],
} as const;

/** Lambda gives one vCPU at 1,769 MB (Lambda guide, "Configure memory"). */
const wholeCpu = 1769;
/** Git writes packs and trees to disk: the limits of core/domain on a source fit twice. */
const gitResources = { memoryMiB: 2048, ephemeralStorage: Size.gibibytes(4), timeout: timeouts.longTask };

/** The functions that the state machine calls, by the name of their substitution in core/workflow/sync.asl.json. */
export const workflowFunctions = (
  scope: Construct,
  { storage, embedding, maxConcurrency }: WorkflowProps,
): Record<string, AppFunction> => {
  const tables = storage.tableNames;
  const objects = { BUCKET: storage.bucket.bucketName };
  const vectors = { VECTOR_BUCKET: storage.vectorBucketName };
  const model = embeddingEnvironment(embedding);

  const begin = new AppFunction(scope, {
    name: 'begin-sync',
    environment: { ...tables, ...objects, ...vectors, MAX_CONCURRENCY: String(maxConcurrency) },
    memoryMiB: 512,
    timeout: timeouts.shortTask,
  });
  // It sweeps what earlier jobs of the repository left.
  storage.grant(begin, {
    ...step,
    objects: ['GetObject', 'PutObject', 'DeleteObject'],
    vectors: ['DeleteVectors', 'DeleteIndex'],
  });

  const pull = new AppFunction(scope, {
    name: 'pull',
    environment: { ...tables, ...objects, ...model },
    ...gitResources,
  });
  storage.grant(pull, { ...step, objects: ['GetObject', 'PutObject'] });

  const diff = new AppFunction(scope, {
    name: 'diff',
    environment: { ...tables, ...objects, ...model },
    memoryMiB: wholeCpu,
    timeout: timeouts.longTask,
  });
  // It registers the generation at the repository.
  storage.grant(diff, { ...step, repositories: ['GetItem', 'UpdateItem'], objects: ['GetObject', 'PutObject'] });

  const stage = new AppFunction(scope, { name: 'stage', environment: { ...tables, ...objects }, ...gitResources });
  storage.grant(stage, { ...batchStep, objects: ['GetObject', 'PutObject'] });

  const embedBatch = new AppFunction(scope, {
    name: 'embed-batch',
    environment: { ...tables, ...objects, ...vectors, ...model },
    memoryMiB: wholeCpu,
    timeout: timeouts.longTask,
    packages: ['web-tree-sitter', '@vscode/tree-sitter-wasm'],
  });
  storage.grant(embedBatch, {
    ...batchStep,
    objects: ['GetObject', 'PutObject'],
    vectors: ['CreateIndex', 'PutVectors', 'GetVectors'],
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
    objects: ['GetObject', 'PutObject', 'DeleteObject'],
    vectors: ['DeleteIndex'],
  });

  const fail = new AppFunction(scope, {
    name: 'fail-sync',
    environment: { ...tables, ...objects },
    memoryMiB: 512,
    timeout: timeouts.shortTask,
  });
  // The cause of a failed Map stands in its results.
  storage.grant(fail, { ...lastStep, objects: ['GetObject'] });

  return {
    BeginSyncFunction: begin,
    PullFunction: pull,
    DiffFunction: diff,
    StageFunction: stage,
    EmbedBatchFunction: embedBatch,
    PublishFunction: publish,
    FailSyncFunction: fail,
  };
};
