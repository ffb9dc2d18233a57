import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { S3VectorsClient } from '@aws-sdk/client-s3vectors';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { createClientTracing } from '../adapters/aws-sdk/client-tracing.ts';
import { createBedrockEmbedder } from '../adapters/bedrock/embedder.ts';
import { createDynamoClient } from '../adapters/dynamodb/client.ts';
import { createDynamoFollowUps } from '../adapters/dynamodb/follow-ups.ts';
import { createDynamoOutbox } from '../adapters/dynamodb/outbox.ts';
import { createDynamoRepositoryStore } from '../adapters/dynamodb/repository-store.ts';
import { createDynamoSyncStore } from '../adapters/dynamodb/sync-store.ts';
import { createTreeSitterChunker } from '../adapters/embedding/tree-sitter-chunker.ts';
import { createEventBridgeSchedules } from '../adapters/eventbridge/schedules.ts';
import { createNativeGitSource } from '../adapters/git/native-git-source.ts';
import { createGitRemoteLook } from '../adapters/git/remote-look.ts';
import { createLambdaRemoteLook } from '../adapters/lambda/remote-look.ts';
import { createOidcTokenVerifier } from '../adapters/oidc/token-verifier.ts';
import { createPathRules } from '../adapters/path-rules/path-rules.ts';
import { createPowertoolsLogger } from '../adapters/powertools/logger.ts';
import { createPowertoolsMetrics } from '../adapters/powertools/metrics.ts';
import { createS3ObjectStore } from '../adapters/s3/object-store.ts';
import { createS3VectorsSearchIndex } from '../adapters/s3-vectors/search-index.ts';
import { createSecretsManagerCredentials } from '../adapters/secrets-manager/credentials.ts';
import { createStepFunctionsWorkflow } from '../adapters/step-functions/workflow.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { cronSchedules } from '../adapters/system/cron-schedules.ts';
import { randomIds } from '../adapters/system/ids.ts';
import { lazyRuntime } from '../adapters/system/lazy-runtime.ts';
import { createHttpWebhookSender } from '../adapters/webhook/http-webhook-sender.ts';
import {
  BucketEnvironment,
  EmbeddingEnvironment,
  ExecutionEnvironment,
  LookEnvironment,
  SchedulesEnvironment,
  ScheduleTargetEnvironment,
  SyncEnvironment,
  TablesEnvironment,
  TokensEnvironment,
  VectorsEnvironment,
} from '../core/contract/environment.ts';
import type { Runtime } from '../core/ports/runtime.ts';
import { defaultBatchLimits } from '../core/sync/rules/plan-batches.ts';

/** Composes the ports for AWS from a function's environment. Each member is built when a step first asks for it. */
export const composeRuntime = (environment: NodeJS.ProcessEnv): Runtime => {
  const traced = createClientTracing();
  const stores = () => {
    const { REPOSITORIES_TABLE, SYNC_JOBS_TABLE, DYNAMODB_ENDPOINT } = TablesEnvironment.parse(environment);
    return {
      client: traced(createDynamoClient({ endpoint: DYNAMODB_ENDPOINT })),
      tables: { repositories: REPOSITORIES_TABLE, syncJobs: SYNC_JOBS_TABLE },
    };
  };
  const credentials = () => createSecretsManagerCredentials({ client: traced(new SecretsManagerClient({})) });
  const git = () => ({ policy: 'https-only', resolveCredential: credentials().resolve }) as const;
  return lazyRuntime({
    repositories: () => createDynamoRepositoryStore(stores()),
    sync: () => createDynamoSyncStore({ ...stores(), logger: createPowertoolsLogger() }),
    outbox: () => createDynamoOutbox(stores()),
    followUps: () => createDynamoFollowUps(stores()),
    objects: () =>
      createS3ObjectStore({ client: traced(new S3Client({})), bucket: BucketEnvironment.parse(environment).BUCKET }),
    webhooks: () => createHttpWebhookSender(),
    credentials,
    remoteLook: () => {
      const { LOOK_REMOTE_FUNCTION } = LookEnvironment.partial().parse(environment);
      // look-remote itself has git, and names no other function.
      if (LOOK_REMOTE_FUNCTION === undefined) return createGitRemoteLook(git());
      // One try: whoever waits does not wait for two.
      const client = traced(new LambdaClient({ maxAttempts: 1 }));
      return createLambdaRemoteLook({ client, functionName: LOOK_REMOTE_FUNCTION, logger: createPowertoolsLogger() });
    },
    git: () => createNativeGitSource(git()),
    pathRules: () => createPathRules(),
    chunker: () => createTreeSitterChunker(),
    embedder: () => {
      const { EMBEDDING_MODEL, EMBEDDING_DIMENSIONS } = EmbeddingEnvironment.parse(environment);
      // The embedder's quota is the limit: the client itself slows down when it is throttled.
      const client = traced(new BedrockRuntimeClient({ retryMode: 'adaptive', maxAttempts: 5 }));
      return createBedrockEmbedder({ client, model: EMBEDDING_MODEL, dimensions: EMBEDDING_DIMENSIONS });
    },
    index: () =>
      createS3VectorsSearchIndex({
        client: traced(new S3VectorsClient({ retryMode: 'adaptive', maxAttempts: 5 })),
        bucketName: VectorsEnvironment.parse(environment).VECTOR_BUCKET,
      }),
    workflow: () =>
      createStepFunctionsWorkflow({
        client: traced(new SFNClient({})),
        stateMachineArn: ExecutionEnvironment.parse(environment).STATE_MACHINE_ARN,
      }),
    tokens: () => {
      const { TOKEN_ISSUER, TOKEN_AUDIENCE, TOKEN_JWKS_URI } = TokensEnvironment.parse(environment);
      return createOidcTokenVerifier({ issuer: TOKEN_ISSUER, audience: TOKEN_AUDIENCE, jwksUri: TOKEN_JWKS_URI });
    },
    schedules: () => {
      const target = ScheduleTargetEnvironment.safeParse(environment);
      return createEventBridgeSchedules({
        client: traced(new SchedulerClient({})),
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
    },
    clock: () => systemClock,
    ids: () => randomIds,
    logger: () => createPowertoolsLogger(),
    metrics: () => createPowertoolsMetrics(),
    settings: () => ({
      sources: 'https-only',
      // Only begin-sync hands it on; the others have no say in it.
      maxConcurrency: SyncEnvironment.partial().parse(environment).MAX_CONCURRENCY ?? 1,
      batchLimits: defaultBatchLimits,
    }),
  });
};

const composed: { runtime: Runtime | null } = { runtime: null };

/** `#runtime` on AWS: one for each instance of a function. */
export const runtime = (): Runtime => {
  composed.runtime ??= composeRuntime(process.env);
  return composed.runtime;
};
