import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { FunctionName } from '../../core/contract/environment.ts';
import type { Registration } from '../../core/contract/rights.ts';
import { AppFunction, grammarPackages, timeouts } from '../app-function.ts';
import { credentialsEnvironment, grantCredentials } from '../credentials.ts';
import { embeddingEnvironment, grantEmbedding } from '../embedding.ts';
import type { Embedding, ReservedConcurrency, StageSettings } from '../stages.ts';
import type { Storage } from '../storage.ts';
import { jobFunctions } from '../workflow/job-functions.ts';
import type { Schedules } from '../workflow/schedules.ts';
import type { Workflow } from '../workflow/workflow.ts';
import type { TokenIssuer } from './token-issuer.ts';

export interface ApiFunctionsProps {
  readonly storage: Storage;
  readonly workflow: Workflow;
  readonly schedules: Schedules;
  readonly embedding: Embedding;
  readonly tokens: TokenIssuer;
  readonly registration: Registration;
  readonly quotas: StageSettings['quotas'];
  readonly reserved?: ReservedConcurrency | undefined;
}

/** A request's function: half a vCPU and more keeps a cold start under a second. */
const sized = { memoryMiB: 1024, timeout: timeouts.api } as const;

export const authorizerFunction = (scope: Construct, tokens: TokenIssuer): AppFunction =>
  new AppFunction(scope, {
    name: 'authorizer',
    environment: {
      TOKEN_ISSUER: tokens.issuer,
      TOKEN_AUDIENCE: tokens.audience,
      TOKEN_JWKS_URI: tokens.jwksUri,
    },
    ...sized,
  });

/**
 * Agents' door: it calls the API over HTTP, with the caller's token, and may do nothing else. All may call it, so it has a share of its own,
 * larger than that of others: a call without a good token ends at once, one with it may wait for a job.
 */
export const mcpFunction = (
  scope: Construct,
  { tokens, reserved }: Pick<ApiFunctionsProps, 'tokens' | 'reserved'>,
): AppFunction =>
  new AppFunction(scope, {
    name: 'mcp',
    environment: {
      TOKEN_ISSUER: tokens.issuer,
      TOKEN_AUDIENCE: tokens.audience,
      TOKEN_JWKS_URI: tokens.jwksUri,
    },
    ...sized,
    reservedConcurrency: reserved?.mcp,
  });

/** The functions that answer the calls of core/contract/routes.ts, by the operation's name. */
export const apiFunctions = (
  scope: Construct,
  { storage, workflow, schedules, embedding, registration, quotas, reserved }: ApiFunctionsProps,
): ReadonlyMap<FunctionName, AppFunction> => {
  const tables = storage.tableNames;
  const objectReader = { ...tables, BUCKET: storage.bucket.bucketName };
  // A caller without a token may call them without end: each gets its own small share.
  const open = { ...sized, reservedConcurrency: reserved?.open };

  const getHealth = new AppFunction(scope, {
    name: 'get-health',
    environment: { ...tables, BUCKET: storage.bucket.bucketName, VECTOR_BUCKET: storage.vectorBucketName },
    ...open,
  });
  // Asks each store for what is not there.
  storage.grant(getHealth, { repositories: ['GetItem'], objects: ['GetObject'], vectors: ['GetIndex'] });

  const getOpenapi = new AppFunction(scope, { name: 'get-openapi', environment: {}, ...open });
  const getDocs = new AppFunction(scope, { name: 'get-docs', environment: {}, ...open });

  const createRepository = new AppFunction(scope, {
    name: 'create-repository',
    environment: {
      ...tables,
      ...schedules.targetEnvironment,
      ...credentialsEnvironment(scope),
      REGISTRATION: registration,
      QUOTA_REPOSITORIES: String(quotas.repositories),
    },
    ...sized,
  });
  // A schedule is recorded once it stands; a registration whose schedule cannot be set is taken back.
  storage.grant(createRepository, {
    repositories: ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'],
    syncJobs: ['PutItem'],
  });
  schedules.grant(createRepository, 'CreateSchedule', 'UpdateSchedule');
  // Whether the one who asks may use the credential that is named.
  grantCredentials(createRepository);

  const listRepositories = new AppFunction(scope, { name: 'list-repositories', environment: tables, ...sized });
  // Of those that are being synced, what waits is shown.
  storage.grant(listRepositories, { repositories: ['Query', 'GetItem'], syncJobs: ['GetItem'] });

  const getRepository = new AppFunction(scope, { name: 'get-repository', environment: tables, ...sized });
  storage.grant(getRepository, { repositories: ['GetItem'], syncJobs: ['GetItem'] });

  const updateRepository = new AppFunction(scope, {
    name: 'update-repository',
    environment: { ...tables, ...schedules.targetEnvironment, ...credentialsEnvironment(scope) },
    ...sized,
  });
  storage.grant(updateRepository, { repositories: ['GetItem', 'UpdateItem'], syncJobs: ['GetItem'] });
  schedules.grant(updateRepository, 'CreateSchedule', 'UpdateSchedule', 'DeleteSchedule');
  grantCredentials(updateRepository);

  const deleteRepository = new AppFunction(scope, {
    name: 'delete-repository',
    environment: {
      ...tables,
      ...schedules.environment,
      BUCKET: storage.bucket.bucketName,
      VECTOR_BUCKET: storage.vectorBucketName,
    },
    ...sized,
  });
  schedules.grant(deleteRepository, 'DeleteSchedule');
  storage.grant(deleteRepository, {
    // The owner has one less, and the last numbers stay.
    repositories: ['GetItem', 'DeleteItem', 'UpdateItem', 'PutItem'],
    // What is to be cleared is recorded first, and jobs say which objects are theirs.
    syncJobs: ['GetItem', 'Query', 'PutItem', 'UpdateItem'],
    objects: ['ListBucket', 'DeleteObject'],
    vectors: ['DeleteIndex'],
  });

  const listBranches = new AppFunction(scope, { name: 'list-branches', environment: tables, ...sized });
  storage.grant(listBranches, { repositories: ['GetItem'] });

  // While a job owns the repository, it is named with its progress.
  const deleteBranch = new AppFunction(scope, { name: 'delete-branch', environment: tables, ...sized });
  storage.grant(deleteBranch, { repositories: ['GetItem', 'UpdateItem'], syncJobs: ['Query'] });

  const putGrant = new AppFunction(scope, { name: 'put-grant', environment: tables, ...sized });
  storage.grant(putGrant, { repositories: ['GetItem', 'UpdateItem', 'PutItem'] });

  const deleteGrant = new AppFunction(scope, { name: 'delete-grant', environment: tables, ...sized });
  storage.grant(deleteGrant, { repositories: ['GetItem', 'UpdateItem', 'DeleteItem'] });

  // It has git, and so is slow to start; a caller waits for it, so it gets a whole vCPU.
  const lookRemote = new AppFunction(scope, {
    name: 'look-remote',
    environment: credentialsEnvironment(scope),
    memoryMiB: 1769,
    timeout: timeouts.api,
  });
  grantCredentials(lookRemote);

  const startSync = new AppFunction(scope, {
    name: 'start-sync',
    environment: {
      ...tables,
      ...workflow.environment,
      LOOK_REMOTE_FUNCTION: lookRemote.lambda.functionName,
      QUOTA_TOKENS_PER_DAY: String(quotas.tokensPerDay),
    },
    ...sized,
  });
  // Not grantInvoke: it would take in every version of the function too.
  startSync.lambda.addToRolePolicy(
    new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [lookRemote.lambda.functionArn] }),
  );
  // One transaction: the lock, the job, its idempotency key, and with force the end of the job that held it and the event of
  // that end; its batches are then swept, and its execution is stopped.
  storage.grant(startSync, {
    repositories: ['GetItem', 'UpdateItem'],
    syncJobs: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
  });
  workflow.grantExecutions(startSync, 'Start', 'Stop');

  const takeBackSync = new AppFunction(scope, { name: 'take-back-sync', environment: tables, ...sized });
  storage.grant(takeBackSync, { repositories: ['GetItem'], syncJobs: ['GetItem', 'UpdateItem'] });

  const getJob = new AppFunction(scope, { name: 'get-job', environment: tables, ...sized });
  storage.grant(getJob, { repositories: ['GetItem'], syncJobs: ['Query'] });

  // A caller who follows a job holds one of these while nothing happens: it is small.
  const getJobEvents = new AppFunction(scope, {
    name: 'get-job-events',
    environment: tables,
    memoryMiB: 512,
    timeout: timeouts.api,
  });
  storage.grant(getJobEvents, { repositories: ['GetItem'], syncJobs: ['Query'] });

  // A push is recorded in the table of jobs, and started from there as a sync: without force, so nothing is stopped.
  const hooks = (['github-hook', 'gitlab-hook'] as const).map((name) => {
    const hook = new AppFunction(scope, {
      name,
      environment: { ...tables, ...workflow.environment },
      ...open,
    });
    storage.grant(hook, {
      repositories: ['GetItem', 'UpdateItem'],
      syncJobs: ['GetItem', 'Query', 'PutItem', 'UpdateItem'],
    });
    workflow.grantExecutions(hook, 'Start');
    return hook;
  });

  const searches = (['search', 'search-all'] as const).map((name) => {
    const searching = new AppFunction(scope, {
      name,
      environment: {
        ...tables,
        BUCKET: storage.bucket.bucketName,
        VECTOR_BUCKET: storage.vectorBucketName,
        ...embeddingEnvironment(embedding),
      },
      ...sized,
    });
    // S3 Vectors asks for GetVectors too when a query wants metadata or filters by it.
    storage.grant(searching, {
      // Of all repositories: a user's are listed.
      repositories: name === 'search' ? ['GetItem'] : ['GetItem', 'Query'],
      objects: ['GetObject'],
      vectors: ['QueryVectors', 'GetVectors', 'GetIndex'],
    });
    grantEmbedding(searching, embedding);
    return searching;
  });

  // Decompresses and looks through texts: a whole processor, which comes with this memory.
  const grep = new AppFunction(scope, { name: 'grep', environment: objectReader, ...sized, memoryMiB: 1769 });
  storage.grant(grep, { repositories: ['GetItem'], objects: ['GetObject'] });

  // Of all repositories: a user's are listed.
  const grepAll = new AppFunction(scope, { name: 'grep-all', environment: objectReader, ...sized, memoryMiB: 1769 });
  storage.grant(grepAll, { repositories: ['GetItem', 'Query'], objects: ['GetObject'] });

  // They parse, by grammars that they load.
  const parsing = { environment: objectReader, ...sized, memoryMiB: 1769, packages: grammarPackages };
  const symbols = new AppFunction(scope, { name: 'symbols', ...parsing });
  storage.grant(symbols, { repositories: ['GetItem'], objects: ['GetObject'] });
  const symbolsAll = new AppFunction(scope, { name: 'symbols-all', ...parsing });
  storage.grant(symbolsAll, { repositories: ['GetItem', 'Query'], objects: ['GetObject'] });
  const outline = new AppFunction(scope, { name: 'outline', ...parsing });
  storage.grant(outline, { repositories: ['GetItem'], objects: ['GetObject'] });

  const listFiles = new AppFunction(scope, { name: 'list-files', environment: objectReader, ...sized });
  storage.grant(listFiles, { repositories: ['GetItem'], objects: ['GetObject'] });

  const readFile = new AppFunction(scope, { name: 'read-file', environment: objectReader, ...sized });
  storage.grant(readFile, { repositories: ['GetItem'], objects: ['GetObject'] });

  const getSnapshot = new AppFunction(scope, { name: 'get-snapshot', environment: objectReader, ...sized });
  storage.grant(getSnapshot, { repositories: ['GetItem'], objects: ['GetObject'] });

  // A page's rows, with their vectors.
  const readSnapshotPage = new AppFunction(scope, {
    name: 'read-snapshot-page',
    environment: { ...objectReader, VECTOR_BUCKET: storage.vectorBucketName },
    ...sized,
    memoryMiB: 1769,
  });
  storage.grant(readSnapshotPage, { repositories: ['GetItem'], objects: ['GetObject'], vectors: ['GetVectors'] });

  const startImport = new AppFunction(scope, {
    name: 'start-import',
    environment: { ...tables, ...workflow.environment, ...credentialsEnvironment(scope) },
    ...sized,
  });
  // As start-sync without force: the lock and the job. The credential is looked at before.
  storage.grant(startImport, {
    repositories: ['GetItem', 'UpdateItem'],
    syncJobs: ['Query', 'PutItem'],
  });
  grantCredentials(startImport);
  workflow.grantExecutions(startImport, 'Start');

  const rotateSecret = new AppFunction(scope, { name: 'rotate-secret', environment: tables, ...sized });
  storage.grant(rotateSecret, { repositories: ['GetItem', 'UpdateItem'] });

  const listDeliveries = new AppFunction(scope, { name: 'list-webhook-deliveries', environment: tables, ...sized });
  storage.grant(listDeliveries, { repositories: ['GetItem'], syncJobs: ['Query'] });

  // An address that had answered 410 comes off the repository's list.
  const redeliverWebhook = new AppFunction(scope, { name: 'redeliver-webhook', environment: tables, ...sized });
  storage.grant(redeliverWebhook, { repositories: ['GetItem', 'UpdateItem'], syncJobs: ['GetItem', 'UpdateItem'] });

  const all: readonly AppFunction[] = [
    rotateSecret,
    listDeliveries,
    redeliverWebhook,
    getHealth,
    getOpenapi,
    getDocs,
    createRepository,
    listRepositories,
    getRepository,
    updateRepository,
    deleteRepository,
    listBranches,
    deleteBranch,
    putGrant,
    deleteGrant,
    startSync,
    takeBackSync,
    getJob,
    getJobEvents,
    ...jobFunctions(scope, { storage, workflow, tokensPerDay: quotas.tokensPerDay }),
    ...hooks,
    grep,
    grepAll,
    symbols,
    symbolsAll,
    outline,
    ...searches,
    listFiles,
    readFile,
    getSnapshot,
    readSnapshotPage,
    startImport,
  ];
  return new Map(all.map((each) => [each.name, each]));
};
