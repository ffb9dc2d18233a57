import { z } from 'zod';

/**
 * The environment of every function. The CDK construct takes `EnvironmentOf<name>`, so a variable that a handler parses
 * and the stack does not set is a type error.
 */
export const TablesEnvironment = z.object({
  REPOSITORIES_TABLE: z.string().min(1),
  SYNC_JOBS_TABLE: z.string().min(1),
  /** Another DynamoDB-compatible endpoint; absent: the region's own. */
  DYNAMODB_ENDPOINT: z.url().optional(),
});
export const BucketEnvironment = z.object({ BUCKET: z.string().min(1) });
export const VectorsEnvironment = z.object({ VECTOR_BUCKET: z.string().min(1) });
export const EmbeddingEnvironment = z.object({
  EMBEDDING_MODEL: z.string().min(1),
  EMBEDDING_DIMENSIONS: z.coerce.number().int().min(1).max(4096),
});
export const ExecutionEnvironment = z.object({ STATE_MACHINE_ARN: z.string().min(1) });
export const TokensEnvironment = z.object({
  TOKEN_ISSUER: z.url(),
  TOKEN_AUDIENCE: z.string().min(1),
  TOKEN_JWKS_URI: z.url(),
});
export const SyncEnvironment = z.object({
  /** How many embed-batch children a Map runs at once. The embedder's quota is the limit, not Lambda's. */
  MAX_CONCURRENCY: z.coerce.number().int().min(1).max(1000),
});

/** Which variables each function reads. A folder of lambdas/ is named as its key. */
export const functionEnvironments = {
  authorizer: TokensEnvironment,
  'get-health': z.object({}),
  'create-repository': TablesEnvironment,
  'list-repositories': TablesEnvironment,
  'get-repository': TablesEnvironment,
  'delete-repository': TablesEnvironment.and(BucketEnvironment).and(VectorsEnvironment),
  'put-grant': TablesEnvironment,
  'delete-grant': TablesEnvironment,
  'start-sync': TablesEnvironment.and(ExecutionEnvironment),
  'get-job': TablesEnvironment,
  search: TablesEnvironment.and(BucketEnvironment).and(VectorsEnvironment).and(EmbeddingEnvironment),
  'begin-sync': TablesEnvironment.and(BucketEnvironment).and(VectorsEnvironment).and(SyncEnvironment),
  pull: TablesEnvironment.and(BucketEnvironment).and(EmbeddingEnvironment),
  diff: TablesEnvironment.and(BucketEnvironment).and(EmbeddingEnvironment),
  stage: TablesEnvironment.and(BucketEnvironment),
  'embed-batch': TablesEnvironment.and(BucketEnvironment).and(VectorsEnvironment).and(EmbeddingEnvironment),
  publish: TablesEnvironment.and(BucketEnvironment).and(VectorsEnvironment),
  'fail-sync': TablesEnvironment.and(BucketEnvironment),
  'reconcile-syncs': TablesEnvironment.and(ExecutionEnvironment),
} as const;

export type FunctionName = keyof typeof functionEnvironments;

/** What a function's environment holds, as strings: the form that Lambda wants. */
export type EnvironmentOf<Name extends FunctionName> = {
  [Key in keyof z.input<(typeof functionEnvironments)[Name]>]: string;
};

/** Functions that run the native git binary: deployed as one container image. */
export const gitFunctions = ['pull', 'stage'] as const satisfies readonly FunctionName[];
