import type { Construct } from 'constructs';
import type { FunctionName } from '../core/contract/environment.ts';
import { AppFunction, timeouts } from './app-function.ts';
import { type Embedding, embeddingEnvironment, grantEmbedding } from './embedding.ts';
import type { Storage } from './storage.ts';
import type { TokenIssuer } from './token-issuer.ts';
import type { Workflow } from './workflow.ts';

export interface ApiFunctionsProps {
  readonly storage: Storage;
  readonly workflow: Workflow;
  readonly embedding: Embedding;
  readonly tokens: TokenIssuer;
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

/** The functions that answer the calls of core/contract/routes.ts, by the operation's name. */
export const apiFunctions = (
  scope: Construct,
  { storage, workflow, embedding }: ApiFunctionsProps,
): ReadonlyMap<FunctionName, AppFunction> => {
  const tables = storage.tableNames;

  const getHealth = new AppFunction(scope, { name: 'get-health', environment: {}, ...sized });

  const createRepository = new AppFunction(scope, { name: 'create-repository', environment: tables, ...sized });
  storage.grant(createRepository, { repositories: ['PutItem'] });

  const listRepositories = new AppFunction(scope, { name: 'list-repositories', environment: tables, ...sized });
  storage.grant(listRepositories, { repositories: ['Query', 'GetItem'] });

  const getRepository = new AppFunction(scope, { name: 'get-repository', environment: tables, ...sized });
  storage.grant(getRepository, { repositories: ['GetItem'] });

  const deleteRepository = new AppFunction(scope, {
    name: 'delete-repository',
    environment: { ...tables, BUCKET: storage.bucket.bucketName, VECTOR_BUCKET: storage.vectorBucketName },
    ...sized,
  });
  storage.grant(deleteRepository, {
    repositories: ['GetItem', 'DeleteItem'],
    objects: ['GetObject', 'DeleteObject'],
    vectors: ['DeleteIndex'],
  });

  const putGrant = new AppFunction(scope, { name: 'put-grant', environment: tables, ...sized });
  storage.grant(putGrant, { repositories: ['GetItem', 'UpdateItem', 'PutItem'] });

  const deleteGrant = new AppFunction(scope, { name: 'delete-grant', environment: tables, ...sized });
  storage.grant(deleteGrant, { repositories: ['GetItem', 'UpdateItem', 'DeleteItem'] });

  const startSync = new AppFunction(scope, {
    name: 'start-sync',
    environment: { ...tables, STATE_MACHINE_ARN: workflow.stateMachine.stateMachineArn },
    ...sized,
  });
  // One transaction: the lock, the job, and with force the end of the job that held it, whose batches are then swept and whose execution is stopped.
  storage.grant(startSync, {
    repositories: ['GetItem', 'UpdateItem'],
    syncJobs: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
  });
  workflow.grantExecutions(startSync, 'Start', 'Stop');

  const getJob = new AppFunction(scope, { name: 'get-job', environment: tables, ...sized });
  storage.grant(getJob, { repositories: ['GetItem'], syncJobs: ['GetItem', 'Query'] });

  const search = new AppFunction(scope, {
    name: 'search',
    environment: {
      ...tables,
      BUCKET: storage.bucket.bucketName,
      VECTOR_BUCKET: storage.vectorBucketName,
      ...embeddingEnvironment(embedding),
    },
    ...sized,
  });
  // S3 Vectors asks for GetVectors too when a query wants metadata or filters by it.
  storage.grant(search, {
    repositories: ['GetItem'],
    objects: ['GetObject'],
    vectors: ['QueryVectors', 'GetVectors'],
  });
  grantEmbedding(search, embedding);

  const all: readonly AppFunction[] = [
    getHealth,
    createRepository,
    listRepositories,
    getRepository,
    deleteRepository,
    putGrant,
    deleteGrant,
    startSync,
    getJob,
    search,
  ];
  return new Map(all.map((each) => [each.name, each]));
};
