import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTables } from '../../adapters/dynamodb/create-tables.ts';
import { createNativeGitSource } from '../../adapters/git/native-git-source.ts';
import { createGitRemoteLook } from '../../adapters/git/remote-look.ts';
import type { ResolveCredential } from '../../adapters/git/source-address.ts';
import { createOidcTokenVerifier } from '../../adapters/oidc/token-verifier.ts';
import { createS3ObjectStore } from '../../adapters/s3/object-store.ts';
import { createHttpSnapshotSource } from '../../adapters/snapshot/http-snapshot-source.ts';
import { createJsonLogger } from '../../adapters/system/json-logger.ts';
import { createSourceRoots } from '../../adapters/system/source-roots.ts';
import { createHttpWebhookSender } from '../../adapters/webhook/http-webhook-sender.ts';
import { createWebhookAddresses } from '../../adapters/webhook/webhook-addresses.ts';
import type { FunctionName } from '../../core/contract/environment.ts';
import { rights } from '../../core/contract/rights.ts';
import type { Runtime } from '../../core/ports/runtime.ts';
import { useCredential } from '../../core/repositories/use-credential.ts';
import { startGateway } from '../../local/gateway/gateway.ts';
import { openTokenIssuer } from '../../local/token-issuer.ts';
import { AUDIENCE, ISSUER } from '../../local/token-names.ts';
import { createWorkflowEngine, type WorkflowEngine } from '../../local/workflow-engine/workflow-engine.ts';
import { type Api, createApi } from './api.ts';
import { type AwsCallRecorder, startAwsCallRecorder } from './aws-call-recorder.ts';
import { answerJsonError, type StubHandler } from './aws-http-stub.ts';
import { openS3Stub, type S3Stub } from './aws-s3-stub.ts';
import { openS3VectorsStub, type S3VectorsStub } from './aws-s3-vectors-stub.ts';
import { startTestDynamoDb, type TestDynamoDb } from './dynamodb.ts';
import { createLambdaContexts, type LambdaContexts } from './lambda-contexts.ts';

export interface AwsWorldOptions {
  /** What each function's environment holds by the synthesised template. */
  readonly environments: ReadonlyMap<FunctionName, Readonly<Record<string, string>>>;
  /** The functions' names by what they are called in AWS. */
  readonly functionNames: ReadonlyMap<string, FunctionName>;
  readonly tables: { readonly repositories: string; readonly syncJobs: string };
  readonly bucket: string;
  /** The functions that the state machine calls, by the name of their substitution. */
  readonly substitutions: Readonly<Record<string, FunctionName>>;
}

export interface AwsWorld extends AsyncDisposable {
  readonly recorder: AwsCallRecorder;
  readonly functions: LambdaContexts;
  /** Where the API answers, and the token of the one who registers repositories. */
  readonly url: string;
  readonly token: string;
  readonly api: Api;
  readonly anonymous: Api;
  as(user: string): Promise<Api>;
  readonly dynamodb: TestDynamoDb;
  readonly s3: S3Stub;
  readonly vectors: S3VectorsStub;
  /** Secrets by their whole name. */
  readonly secrets: Map<string, string>;
  /** Schedules by their path; while `null` stands in its place, the service refuses them all. */
  schedules: Map<string, object> | null;
  readonly executions: Executions;
  /** Comes before each embedding, with the texts; what it throws becomes the model's refusal. */
  onEmbed: (texts: readonly string[]) => Promise<void>;
}

/** The state machine's executions, and what may go wrong with them. */
export interface Executions {
  /** The next executions are said to have started, and never do. */
  swallow: boolean;
  /** Ends an execution behind everybody's back, as a service's fault would. */
  lose(name: string): Promise<void>;
}

/**
 * The service as it is composed for AWS, over stubs of AWS's services that speak on the wire, and a real DynamoDB-compatible
 * server; the state machine runs in the local engine. What it exchanges is not AWS: sources and webhooks may be on loopback,
 * the issuer's keys are at hand, and batches are small.
 */
export const startAwsWorld = async (options: AwsWorldOptions): Promise<AwsWorld> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'test-aws-world-'));
  const issuer = await openTokenIssuer(dataDir);
  const dynamodb = await startTestDynamoDb();
  await createTables(dynamodb.client, options.tables);
  const s3 = await openS3Stub();
  const vectors = await openS3VectorsStub();
  const secrets = new Map<string, string>();
  const engine: { started: WorkflowEngine | null } = { started: null };
  const executions: Executions = {
    swallow: false,
    lose: async (name) => {
      await engine.started?.stop(name, 'lost');
    },
  };
  const contexts: { made: LambdaContexts | null } = { made: null };
  const invoke = async (name: string, event: unknown): Promise<unknown> =>
    contexts.made?.invoke(name as FunctionName, event);

  const states = async (operation: string, input: Json): Promise<object | string> => {
    const running = engine.started;
    if (running === null) throw new Error('the engine has not started');
    const name =
      String(input.executionArn ?? '')
        .split(':')
        .at(-1) ?? '';
    if (operation === 'StartExecution') {
      const outcome = executions.swallow ? 'started' : await running.start(input.name, JSON.parse(input.input));
      if (outcome === 'exists') return 'ExecutionAlreadyExists';
      return {
        executionArn: `${input.stateMachineArn.replace(':stateMachine:', ':execution:').replace(/:live$/, '')}:${input.name}`,
        startDate: 0,
      };
    }
    const status = await running.describe(name);
    if (status === 'absent') return 'ExecutionDoesNotExist';
    if (operation === 'DescribeExecution') return { status: status === 'running' ? 'RUNNING' : 'ABORTED' };
    void running.stop(name, String(input.cause));
    return { stopDate: 0 };
  };

  const world = {
    onEmbed: async (_texts: readonly string[]): Promise<void> => undefined,
    schedules: new Map<string, object>() as Map<string, object> | null,
  };
  const services: Record<string, StubHandler> = {
    dynamodb: async ({ headers, body }, response) => {
      const passed = ['x-amz-target', 'x-amz-date', 'content-type', 'authorization'];
      const answer = await fetch(dynamodb.endpoint, {
        method: 'POST',
        headers: Object.fromEntries(passed.map((name) => [name, String(headers[name])])),
        body: new Uint8Array(body),
      });
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
      response.end(Buffer.from(await answer.arrayBuffer()));
    },
    s3: (request, response) => s3.http.handler(request, response),
    s3vectors: (request, response) => vectors.http.handler(request, response),
    bedrock: async ({ body }, response) => {
      const { texts, output_dimension } = JSON.parse(body.toString()) as { texts: string[]; output_dimension: number };
      try {
        await world.onEmbed(texts);
      } catch (error) {
        answerJsonError(response, 400, 'ValidationException', String(error));
        return;
      }
      const float = texts.map((text) =>
        Array.from({ length: output_dimension }, (_, i) => ((text.length + i) % 7) + 1),
      );
      answerJson(response, { embeddings: { float } });
    },
    states: async ({ headers, body }, response) => {
      const operation = String(headers['x-amz-target']).split('.')[1] ?? '';
      const answer = await states(operation, JSON.parse(body.toString()));
      if (typeof answer === 'string') answerJsonError(response, 400, answer);
      else answerJson(response, answer);
    },
    secretsmanager: ({ body }, response) => {
      const secret = secrets.get(JSON.parse(body.toString()).SecretId);
      if (secret === undefined) answerJsonError(response, 400, 'ResourceNotFoundException');
      else answerJson(response, { SecretString: secret });
    },
    scheduler: ({ method, path, body }, response) => {
      const { schedules } = world;
      if (schedules === null) return answerJsonError(response, 400, 'ValidationException');
      const schedule = schedules.get(path);
      if (method === 'POST' && schedule !== undefined) return answerJsonError(response, 409, 'ConflictException');
      if (method !== 'POST' && schedule === undefined)
        return answerJsonError(response, 404, 'ResourceNotFoundException');
      if (method === 'DELETE') schedules.delete(path);
      else if (method !== 'GET') schedules.set(path, JSON.parse(body.toString()));
      answerJson(response, method === 'GET' ? (schedule ?? {}) : { ScheduleArn: 'arn' });
    },
    lambda: async ({ path, body }, response) => {
      const name = options.functionNames.get(path.split('/')[3] ?? '') ?? `nobody at ${path}`;
      answerJson(response, (await invoke(name, JSON.parse(body.toString()))) as object);
    },
  };
  const recorder = await startAwsCallRecorder(services);

  const environments = new Map(
    [...options.environments].map(([name, environment]) => [
      name,
      { ...environment, ...recorder.environment, ...quiet, AWS_ACCESS_KEY_ID: name },
    ]),
  );
  contexts.made = createLambdaContexts(environments, (name, composed) => {
    const git = {
      policy: 'local',
      resolveCredential: (...use: Parameters<ResolveCredential>) => useCredential(composed)(...use),
    } as const;
    const { settings } = composed;
    const keys = { issuer: ISSUER, audience: AUDIENCE, jwksUri: `${ISSUER}/jwks.json`, jwks: issuer.jwks };
    const exchanged: Partial<Runtime> = {
      git: createNativeGitSource(git),
      snapshotSource: createHttpSnapshotSource(git),
      webhooks: createHttpWebhookSender({ allow: ['127.0.0.1'] }),
      sourceRoots: createSourceRoots([tmpdir()], true),
      webhookAddresses: createWebhookAddresses(['127.0.0.1']),
      tokens: createOidcTokenVerifier(keys),
      settings: { ...settings, sources: 'local', batchLimits: { ...settings.batchLimits, files: 2 } },
      ...(name === 'look-remote' ? { remoteLook: createGitRemoteLook(git) } : {}),
    };
    // The others stay what they are, unbuilt until they are asked for.
    return Object.create(
      composed,
      Object.fromEntries(Object.entries(exchanged).map(([port, value]) => [port, { value, enumerable: true }])),
    );
  });
  const functions = contexts.made;

  const logger = createJsonLogger('silent', () => undefined);
  engine.started = createWorkflowEngine({
    definition: JSON.parse(await readFile(new URL('../../core/workflow/sync.asl.json', import.meta.url), 'utf8')),
    substitutions: { ...options.substitutions, Bucket: options.bucket },
    invoke,
    // The state machine's own reads and writes: its role is held by test/infra/workflow.test.ts.
    objects: createS3ObjectStore({ client: s3.client, bucket: options.bucket }),
    logger,
  });
  const gateway = await startGateway({
    host: '127.0.0.1',
    port: 0,
    load: async (name) => (event) => functions.invoke(name, event),
    logger,
  });
  const token = await issuer.issue('ann', [rights.register]);
  const as = async (user: string) => createApi(gateway.url, await issuer.issue(user, [rights.register]));
  return Object.assign(world, {
    recorder,
    functions,
    url: gateway.url,
    token,
    api: createApi(gateway.url, token),
    anonymous: createApi(gateway.url, null),
    as,
    dynamodb,
    s3,
    vectors,
    secrets,
    executions,
    async [Symbol.asyncDispose]() {
      await gateway.close();
      await engine.started?.close();
      functions.close();
      await recorder[Symbol.asyncDispose]();
      await s3[Symbol.asyncDispose]();
      await vectors[Symbol.asyncDispose]();
      await dynamodb.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  });
};

// biome-ignore lint/suspicious/noExplicitAny: JSON as Step Functions defines it
type Json = any;

/** Logs and metrics go to standard output, where CloudWatch picks them up: no call. */
const quiet = { POWERTOOLS_LOG_LEVEL: 'SILENT', POWERTOOLS_METRICS_DISABLED: 'true' } as const;

const answerJson = (response: ServerResponse, body: object): void => {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};
