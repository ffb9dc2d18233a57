import { z } from 'zod';
import { registrations } from './rights.ts';

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
  /** US dollars for a million tokens; empty: not known. */
  EMBEDDING_PRICE: z.string().regex(/^(\d+(\.\d+)?)?$/, 'must be an amount of US dollars such as 0.12, or empty'),
});
/** The alias of the state machine, or the state machine itself. */
export const ExecutionEnvironment = z.object({ STATE_MACHINE_ARN: z.string().min(1) });
/** The function that looks at remotes for functions that have no git. */
export const LookEnvironment = z.object({ LOOK_REMOTE_FUNCTION: z.string().min(1) });
export const TokensEnvironment = z.object({
  TOKEN_ISSUER: z.url(),
  TOKEN_AUDIENCE: z.string().min(1),
  TOKEN_JWKS_URI: z.url(),
});
/** What the names of this stage's secrets begin with. */
export const CredentialsEnvironment = z.object({ CREDENTIALS_PREFIX: z.string().regex(/.\/$/) });
/** Where the schedules of repositories are. */
export const SchedulesEnvironment = z.object({ SCHEDULE_GROUP: z.string().min(1) });
/** What a schedule calls, for functions that make one: ARNs. */
export const ScheduleTargetEnvironment = SchedulesEnvironment.extend({
  SCHEDULE_TARGET_ARN: z.string().min(1),
  SCHEDULE_ROLE_ARN: z.string().min(1),
  SCHEDULE_DEAD_LETTERS_ARN: z.string().min(1),
});
export const SyncEnvironment = z.object({
  /** How many embed-batch children a Map runs at once. The embedder's quota is the limit, not Lambda's. */
  MAX_CONCURRENCY: z.coerce.number().int().min(1).max(1000),
});

/** Who may register repositories. */
export const RegistrationEnvironment = z.object({ REGISTRATION: z.enum(registrations) });

/** What a user may use: see core/domain/quota.ts. */
export const RepositoryQuotaEnvironment = z.object({ QUOTA_REPOSITORIES: z.coerce.number().int().min(0) });
export const TokenQuotaEnvironment = z.object({ QUOTA_TOKENS_PER_DAY: z.coerce.number().int().min(0) });

/** Which variables each function reads. A folder of lambdas/ is named as its key. */
export const functionEnvironments = {
  authorizer: TokensEnvironment,
  'get-health': TablesEnvironment.and(BucketEnvironment).and(VectorsEnvironment),
  'create-repository': TablesEnvironment.and(ScheduleTargetEnvironment)
    .and(CredentialsEnvironment)
    .and(RegistrationEnvironment)
    .and(RepositoryQuotaEnvironment),
  'list-repositories': TablesEnvironment,
  'get-repository': TablesEnvironment,
  'delete-repository': TablesEnvironment.and(BucketEnvironment).and(VectorsEnvironment).and(SchedulesEnvironment),
  'list-branches': TablesEnvironment,
  'delete-branch': TablesEnvironment,
  'put-grant': TablesEnvironment,
  'delete-grant': TablesEnvironment,
  'start-sync': TablesEnvironment.and(ExecutionEnvironment).and(LookEnvironment).and(TokenQuotaEnvironment),
  'get-job': TablesEnvironment,
  'get-job-events': TablesEnvironment,
  'get-openapi': z.object({}),
  'get-docs': z.object({}),
  'update-repository': TablesEnvironment.and(ScheduleTargetEnvironment).and(CredentialsEnvironment),
  'rotate-secret': TablesEnvironment,
  'list-jobs': TablesEnvironment,
  'take-back-sync': TablesEnvironment,
  'cancel-job': TablesEnvironment.and(ExecutionEnvironment),
  'retry-failed': TablesEnvironment.and(ExecutionEnvironment).and(TokenQuotaEnvironment),
  'list-job-files': TablesEnvironment.and(BucketEnvironment),
  'list-webhook-deliveries': TablesEnvironment,
  'redeliver-webhook': TablesEnvironment,
  'github-hook': TablesEnvironment.and(ExecutionEnvironment),
  'gitlab-hook': TablesEnvironment.and(ExecutionEnvironment),
  /** Sends what is due in the outbox, starts the syncs that pushes asked for, clears what removed repositories have left. */
  'dispatch-due': TablesEnvironment.and(ExecutionEnvironment).and(BucketEnvironment).and(VectorsEnvironment),
  /** A quick look at a remote, called by start-sync. */
  'look-remote': CredentialsEnvironment,
  /** A client of the API, which checks the token again. */
  mcp: TokensEnvironment,
  search: TablesEnvironment.and(BucketEnvironment).and(VectorsEnvironment).and(EmbeddingEnvironment),
  grep: TablesEnvironment.and(BucketEnvironment),
  'grep-all': TablesEnvironment.and(BucketEnvironment),
  symbols: TablesEnvironment.and(BucketEnvironment),
  'symbols-all': TablesEnvironment.and(BucketEnvironment),
  outline: TablesEnvironment.and(BucketEnvironment),
  'search-all': TablesEnvironment.and(BucketEnvironment).and(VectorsEnvironment).and(EmbeddingEnvironment),
  'list-files': TablesEnvironment.and(BucketEnvironment),
  'get-snapshot': TablesEnvironment.and(BucketEnvironment),
  'read-snapshot-page': TablesEnvironment.and(BucketEnvironment).and(VectorsEnvironment),
  'start-import': TablesEnvironment.and(ExecutionEnvironment).and(CredentialsEnvironment),
  'read-file': TablesEnvironment.and(BucketEnvironment),
  'begin-sync': TablesEnvironment.and(BucketEnvironment).and(VectorsEnvironment).and(SyncEnvironment),
  pull: TablesEnvironment.and(BucketEnvironment).and(EmbeddingEnvironment).and(CredentialsEnvironment),
  'import-snapshot': TablesEnvironment.and(BucketEnvironment)
    .and(VectorsEnvironment)
    .and(EmbeddingEnvironment)
    .and(CredentialsEnvironment),
  diff: TablesEnvironment.and(BucketEnvironment).and(VectorsEnvironment).and(EmbeddingEnvironment),
  stage: TablesEnvironment.and(BucketEnvironment).and(CredentialsEnvironment),
  'embed-batch': TablesEnvironment.and(BucketEnvironment)
    .and(VectorsEnvironment)
    .and(EmbeddingEnvironment)
    .and(TokenQuotaEnvironment),
  publish: TablesEnvironment.and(BucketEnvironment).and(VectorsEnvironment),
  'fail-sync': TablesEnvironment.and(BucketEnvironment),
  /** Called by each repository's own schedule. */
  'scheduled-sync': TablesEnvironment.and(ExecutionEnvironment).and(SchedulesEnvironment).and(TokenQuotaEnvironment),
  'reconcile-syncs': TablesEnvironment.and(ExecutionEnvironment),
} as const;

export type FunctionName = keyof typeof functionEnvironments;

/** What a function's environment holds, as strings: the form that Lambda wants. */
export type EnvironmentOf<Name extends FunctionName> = {
  [Key in keyof z.input<(typeof functionEnvironments)[Name]>]: string;
};

/** Functions that run the native git binary: deployed as one container image. */
export const gitFunctions = ['pull', 'stage', 'look-remote'] as const satisfies readonly FunctionName[];
