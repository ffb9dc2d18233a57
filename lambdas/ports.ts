import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { S3VectorsClient } from '@aws-sdk/client-s3vectors';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { createBedrockEmbedder } from '../adapters/bedrock/embedder.ts';
import { createDynamoBatches } from '../adapters/dynamodb/batches.ts';
import { createDynamoBranches } from '../adapters/dynamodb/branches.ts';
import { createDynamoClient } from '../adapters/dynamodb/client.ts';
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
import { createEventBridgeSchedules } from '../adapters/eventbridge/schedules.ts';
import { createNativeGitSource } from '../adapters/git/native-git-source.ts';
import { createGitRemoteLook } from '../adapters/git/remote-look.ts';
import { createLambdaRemoteLook } from '../adapters/lambda/remote-look.ts';
import { createOidcTokenVerifier } from '../adapters/oidc/token-verifier.ts';
import { createPowertoolsLogger } from '../adapters/powertools/logger.ts';
import { createPowertoolsMetrics } from '../adapters/powertools/metrics.ts';
import { createS3ObjectStore } from '../adapters/s3/object-store.ts';
import { createS3VectorsSearchIndex } from '../adapters/s3-vectors/search-index.ts';
import { createSecretsManagerCredentials } from '../adapters/secrets-manager/credentials.ts';
import { createHttpSnapshotSource } from '../adapters/snapshot/http-snapshot-source.ts';
import { createStepFunctionsWorkflow } from '../adapters/step-functions/workflow.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { cronSchedules } from '../adapters/system/cron-schedules.ts';
import { createSandboxWatch } from '../adapters/system/sandbox-watch.ts';
import { createSourceRoots } from '../adapters/system/source-roots.ts';
import { createVersions } from '../adapters/system/versions.ts';
import { createHttpWebhookSender } from '../adapters/webhook/http-webhook-sender.ts';
import { createWebhookAddresses } from '../adapters/webhook/webhook-addresses.ts';
import {
  BucketEnvironment,
  CredentialsEnvironment,
  EmbeddingEnvironment,
  ExecutionEnvironment,
  LookEnvironment,
  RegistrationEnvironment,
  RepositoryQuotaEnvironment,
  SchedulesEnvironment,
  ScheduleTargetEnvironment,
  SyncEnvironment,
  TablesEnvironment,
  TokenQuotaEnvironment,
  TokensEnvironment,
  VectorsEnvironment,
} from '../core/contract/environment.ts';
import type { Quotas } from '../core/domain/quota.ts';
import { standardBounds } from '../core/manifest/pages/page-cutter.ts';
import type { FileWatch } from '../core/ports/file-watch.ts';
import type { SourceRemotes } from '../core/ports/source-remotes.ts';
import { useCredential } from '../core/repositories/use-credential.ts';
import { rewriteLimits } from '../core/sync/rules/packs-to-rewrite.ts';
import { defaultBatchLimits } from '../core/sync/rules/plan-batches.ts';

/**
 * `#ports` on AWS: how each port is built from a function's environment. A handler imports those that its step names and
 * composes them; the bundle of its function holds these and no others, since nothing here runs when it is loaded.
 */
export {
  clock,
  encodingGuess,
  headStart,
  ids,
  pathRules,
  scheduleTimes,
  symbolExtractor,
} from '../adapters/shared-ports.ts';
export { compose } from '../adapters/system/compose.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const opened = new WeakMap<Environment, ReturnType<typeof createDynamoClient>>();

/** One client, and so one pool of connections, for all that a function keeps in DynamoDB. */
const database = (environment: Environment) => {
  const { REPOSITORIES_TABLE, SYNC_JOBS_TABLE, DYNAMODB_ENDPOINT } = TablesEnvironment.parse(environment);
  const client = opened.get(environment) ?? createDynamoClient({ endpoint: DYNAMODB_ENDPOINT });
  opened.set(environment, client);
  return { client, tables: { repositories: REPOSITORIES_TABLE, syncJobs: SYNC_JOBS_TABLE } };
};

/** One a process: it ends the process. */
let sandboxWatch: FileWatch | undefined;
export const fileWatch = (): FileWatch => {
  sandboxWatch ??= createSandboxWatch();
  return sandboxWatch;
};
export const chunker = () => createTreeSitterChunker({ fileWatch: fileWatch() });
export const versions = () => createVersions();
export const logger = () => createPowertoolsLogger();
export const metrics = () => createPowertoolsMetrics();

export const repositories = (environment: Environment = process.env) =>
  createDynamoRepositoryStore(database(environment));
export const branches = (environment: Environment = process.env) => createDynamoBranches(database(environment));
export const jobs = (environment: Environment = process.env) => createDynamoJobs(database(environment));
export const claims = (environment: Environment = process.env) =>
  createDynamoSyncClaims({ ...database(environment), logger: logger() });
export const running = (environment: Environment = process.env) => createDynamoRunningJobs(database(environment));
export const batches = (environment: Environment = process.env) => createDynamoBatches(database(environment));
export const ends = (environment: Environment = process.env) =>
  createDynamoJobEnds({ ...database(environment), logger: logger() });
export const outbox = (environment: Environment = process.env) => createDynamoOutbox(database(environment));
export const followUps = (environment: Environment = process.env) => createDynamoFollowUps(database(environment));
export const removals = (environment: Environment = process.env) => createDynamoRemovals(database(environment));
export const pushDeliveries = (environment: Environment = process.env) =>
  createDynamoPushDeliveries(database(environment));

export const objects = (environment: Environment = process.env) =>
  createS3ObjectStore({ client: new S3Client({}), bucket: BucketEnvironment.parse(environment).BUCKET });

export const index = (environment: Environment = process.env) =>
  createS3VectorsSearchIndex({
    client: new S3VectorsClient({ retryMode: 'adaptive', maxAttempts: 5 }),
    bucketName: VectorsEnvironment.parse(environment).VECTOR_BUCKET,
    objects: objects(environment),
  });

export const embedder = (environment: Environment = process.env) => {
  const { EMBEDDING_MODEL, EMBEDDING_DIMENSIONS } = EmbeddingEnvironment.parse(environment);
  // The embedder's quota is the limit: the client itself slows down when it is throttled.
  const client = new BedrockRuntimeClient({ retryMode: 'adaptive', maxAttempts: 5 });
  return createBedrockEmbedder({ client, model: EMBEDDING_MODEL, dimensions: EMBEDDING_DIMENSIONS });
};

export const workflow = (environment: Environment = process.env) =>
  createStepFunctionsWorkflow({
    client: new SFNClient({}),
    stateMachineArn: ExecutionEnvironment.parse(environment).STATE_MACHINE_ARN,
  });

export const schedules = (environment: Environment = process.env) => {
  const target = ScheduleTargetEnvironment.safeParse(environment);
  return createEventBridgeSchedules({
    client: new SchedulerClient({}),
    group: SchedulesEnvironment.parse(environment).SCHEDULE_GROUP,
    // delete-repository makes none, and scheduled-sync is the target itself.
    target: target.success
      ? {
          functionArn: target.data.SCHEDULE_TARGET_ARN,
          roleArn: target.data.SCHEDULE_ROLE_ARN,
          deadLettersArn: target.data.SCHEDULE_DEAD_LETTERS_ARN,
        }
      : null,
    rules: cronSchedules,
    clock: systemClock,
  });
};

export const tokens = (environment: Environment = process.env) => {
  const { TOKEN_ISSUER, TOKEN_AUDIENCE, TOKEN_JWKS_URI } = TokensEnvironment.parse(environment);
  return createOidcTokenVerifier({ issuer: TOKEN_ISSUER, audience: TOKEN_AUDIENCE, jwksUri: TOKEN_JWKS_URI });
};

export const tokenQuota = (environment: Environment = process.env) => createDynamoTokenQuota(database(environment));

export const webhooks = () => createHttpWebhookSender();
export const webhookAddresses = () => createWebhookAddresses();

/** There is no path that a deployed service reads. */
export const sourceRoots = () => createSourceRoots([], false);
export const sourceRemotes = (): SourceRemotes => ({ of: async () => new Map() });

export const credentials = (environment: Environment = process.env) =>
  createSecretsManagerCredentials({
    client: new SecretsManagerClient({}),
    prefix: CredentialsEnvironment.parse(environment).CREDENTIALS_PREFIX,
  });

const gitSettings = (environment: Environment) =>
  ({
    policy: 'https-only',
    resolveCredential: useCredential({ credentials: credentials(environment), logger: logger() }),
  }) as const;

export const git = (environment: Environment = process.env) => createNativeGitSource(gitSettings(environment));

export const snapshotSource = (environment: Environment = process.env) =>
  createHttpSnapshotSource(gitSettings(environment));

/** The look at a remote of a function that has git: look-remote's own. */
export const ownRemoteLook = (environment: Environment = process.env) => createGitRemoteLook(gitSettings(environment));

/** The look at a remote of a function that has no git, and asks look-remote. */
export const remoteLook = (environment: Environment = process.env) =>
  createLambdaRemoteLook({
    // One try: who waits does not wait for two.
    client: new LambdaClient({ maxAttempts: 1 }),
    functionName: LookEnvironment.parse(environment).LOOK_REMOTE_FUNCTION,
    logger: logger(),
  });

/** Each function has the quota that it enforces in its environment, and no other. */
const quotasOf = (environment: Environment): Quotas => ({
  repositories: RepositoryQuotaEnvironment.partial().parse(environment).QUOTA_REPOSITORIES ?? Number.MAX_SAFE_INTEGER,
  tokensPerDay: TokenQuotaEnvironment.partial().parse(environment).QUOTA_TOKENS_PER_DAY ?? Number.MAX_SAFE_INTEGER,
});

/** Only functions that have the embedding's environment know it: the diff does, which writes it into the job's plan. */
const priceOf = (environment: Environment): number | null => {
  const price = EmbeddingEnvironment.partial().parse(environment).EMBEDDING_PRICE ?? '';
  return price === '' ? null : Number(price);
};

export const settings = (environment: Environment = process.env) =>
  ({
    sources: 'https-only',
    // Only create-repository has the setting; without it, the right is needed.
    quotas: quotasOf(environment),
    usdPerMillionTokens: priceOf(environment),
    registration: RegistrationEnvironment.partial().parse(environment).REGISTRATION ?? 'granted',
    // Only begin-sync hands it on; the others have no say in it.
    maxConcurrency: SyncEnvironment.partial().parse(environment).MAX_CONCURRENCY ?? 1,
    batchLimits: defaultBatchLimits,
    rewriteLimits,
    pageBounds: standardBounds,
  }) as const;
