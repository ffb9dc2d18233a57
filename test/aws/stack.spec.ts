import { DescribeTableCommand, DescribeTimeToLiveCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  type FunctionConfiguration,
  LambdaClient,
  ListEventSourceMappingsCommand,
  paginateListFunctions,
} from '@aws-sdk/client-lambda';
import { GetBucketLifecycleConfigurationCommand, GetPublicAccessBlockCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { Template as CdkTemplate } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type FunctionName, functionEnvironments } from '../../core/contract/environment.ts';
import type { RepositoryId, UserId } from '../../core/contract/ids.ts';
import { rights } from '../../core/contract/rights.ts';
import { routes } from '../../core/contract/routes.ts';
import { SyncOptions } from '../../core/contract/sync-options.ts';
import { tables } from '../../core/contract/tables.ts';
import { cancelJob } from '../../core/jobs/cancel-job.ts';
import type { Runtime } from '../../core/ports/runtime.ts';
import { createRepository } from '../../core/repositories/create-repository.ts';
import { executionName } from '../../core/sync/execution.ts';
import { startSync } from '../../core/triggers/start-sync.ts';
import { synthesise } from '../infra/synthesised.ts';
import { composeForAws } from '../support/aws-runtime.ts';
import { type DeployedStack, deployToMoto } from './deployed-stack.ts';
import { motoCloudFormation } from './moto-cloudformation.ts';
import { integrationsOf } from './moto-rest-api.ts';
import { oneOfEach, type Template, unknownToMoto } from './moto-template.ts';

const servers = inject('awsServers');
const endpoint = 'moto' in servers ? servers.moto : '';
// Everything here speaks to moto, whose own DynamoDB holds the stack's tables.
delete process.env.DYNAMODB_ENDPOINT;

let template: Template;
let deployed: DeployedStack;
/** What Lambda says of each function, by the name of its folder. */
const functions = new Map<string, FunctionConfiguration>();
const environment = (name: FunctionName) => ({ ...process.env, ...functions.get(name)?.Environment?.Variables });
const physical = (prefix: string, type: string): string =>
  deployed.resources.find((each) => each.type === type && each.id.startsWith(prefix))?.physicalId ?? `no ${prefix}`;

beforeAll(async () => {
  if ('unavailable' in servers) return;
  const synthesised = synthesise();
  template = CdkTemplate.fromStack(synthesised.stack).toJSON() as Template;
  deployed = await deployToMoto(endpoint, 'sync', template);
  const listed: FunctionConfiguration[] = [];
  for await (const { Functions = [] } of paginateListFunctions({ client: new LambdaClient({}) }, {}))
    listed.push(...Functions);
  for (const [name, { id }] of synthesised.functions) {
    const physicalId = physical(id, 'AWS::Lambda::Function');
    const found = listed.find(({ FunctionName }) => FunctionName === physicalId);
    if (found !== undefined) functions.set(name, found);
  }
});

const typesOf = ({ Resources }: Template) => [...new Set(Object.values(Resources).map(({ Type }) => Type))].sort();

describe('the synthesised template, deployed by moto’s CloudFormation', () => {
  it('is created: every resource but those of the types that moto does not know', () => {
    expect(deployed.status).toBe('CREATE_COMPLETE');
    const expected = Object.entries(deployed.template.Resources).map(([id, { Type }]) => `${Type} ${id}`);
    expect(deployed.resources.map(({ id, type }) => `${type} ${id}`).sort()).toEqual(expected.sort());
  });

  it('has every type that is said to be unknown', () => {
    expect(Object.keys(unknownToMoto).filter((type) => !typesOf(template).includes(type))).toEqual([]);
  });

  it('still needs every exception: moto knows none of these types', async () => {
    const { createStack, resources } = motoCloudFormation(endpoint);
    const s3 = new URL('/assets/unknown.json', endpoint);
    await fetch(s3, { method: 'PUT', body: JSON.stringify(oneOfEach(template, Object.keys(unknownToMoto))) });
    await createStack('unknown', 'https://s3.eu-central-1.amazonaws.com/assets/unknown.json');
    expect(await resources('unknown')).toEqual([]);
  });
});

describe('in what was deployed', () => {
  it('every function of the contract has an environment that it can parse', () => {
    expect([...functions.keys()].sort()).toEqual(Object.keys(functionEnvironments).sort());
    for (const name of functions.keys())
      expect(() => functionEnvironments[name as FunctionName].parse(environment(name as FunctionName))).not.toThrow();
  });

  it.each([
    ['REPOSITORIES_TABLE', tables.repositories],
    ['SYNC_JOBS_TABLE', tables.syncJobs],
  ] as const)('%s names a table of the contract’s keys and indexes', async (variable, definition) => {
    const client = new DynamoDBClient({});
    const TableName = environment('start-sync')[variable];
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    const keys = ({ partitionKey, sortKey }: (typeof tables)['syncJobs' | 'repositories']) => [
      { AttributeName: partitionKey.name, KeyType: 'HASH' },
      { AttributeName: sortKey.name, KeyType: 'RANGE' },
    ];
    expect(Table).toMatchObject({ KeySchema: keys(definition), DeletionProtectionEnabled: true });
    expect((Table?.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName).sort()).toEqual(
      definition.indexes.map(({ name }) => name).sort(),
    );
  });

  it('every route of the contract calls its function', async () => {
    const integrations = await integrationsOf(endpoint, physical('', 'AWS::ApiGateway::RestApi'));
    // `/api` is the stage's name.
    for (const { method, path, operation } of routes)
      expect(integrations.get(`${method} ${path.replace(/^\/api/, '')}`) ?? 'nothing', `${method} ${path}`).toContain(
        functions.get(operation)?.FunctionArn,
      );
  });

  it('three properties are not, since moto drops them still (test/infra looks at each)', async () => {
    const TableName = environment('start-sync').SYNC_JOBS_TABLE;
    const { TimeToLiveDescription } = await new DynamoDBClient({}).send(new DescribeTimeToLiveCommand({ TableName }));
    expect(TimeToLiveDescription?.AttributeName).toBeUndefined();
    const Bucket = environment('publish').BUCKET;
    const client = new S3Client({});
    await expect(client.send(new GetPublicAccessBlockCommand({ Bucket }))).rejects.toMatchObject({
      name: 'NoSuchPublicAccessBlockConfiguration',
    });
    await expect(client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).rejects.toMatchObject({
      name: 'NoSuchLifecycleConfiguration',
    });
  });

  it('the state machine calls functions that are there, and no place in its definition is left open', async () => {
    const stateMachineArn = environment('start-sync').STATE_MACHINE_ARN;
    const { definition = '' } = await new SFNClient({}).send(new DescribeStateMachineCommand({ stateMachineArn }));
    expect(definition).not.toContain('${');
    const called = [...definition.matchAll(/"FunctionName":\s*"([^"]+)"/g)].map(([, arn = '']) =>
      arn.replace(/:\d+$/, ''),
    );
    const arns = new Set([...functions.values()].map(({ FunctionArn }) => FunctionArn));
    expect(new Set(called).size).toBeGreaterThan(6);
    expect(called.filter((arn) => !arns.has(arn))).toEqual([]);
    // Why motoTemplate puts functions in the place of their versions.
    expect(physical('workflowpull', 'AWS::Lambda::Version')).not.toMatch(/^arn:/);
    expect(definition).toContain(environment('publish').BUCKET);
  });

  it('new deliveries in the table’s stream reach the dispatcher', async () => {
    const { EventSourceMappings } = await new LambdaClient({}).send(new ListEventSourceMappingsCommand({}));
    const { Table } = await new DynamoDBClient({}).send(
      new DescribeTableCommand({ TableName: environment('start-sync').SYNC_JOBS_TABLE }),
    );
    expect(EventSourceMappings).toMatchObject([
      { EventSourceArn: Table?.LatestStreamArn, FunctionArn: functions.get('dispatch-due')?.FunctionArn },
    ]);
  });
});

describe('with the environments that their functions were given', () => {
  const user = 'alice' as UserId;
  const repositoryId = 'repo-123' as RepositoryId;

  it('a repository is registered, synced once at a time, and its job cancelled', async () => {
    const create = createRepository(composeForAws(environment('create-repository')));
    const created = await create(
      { user, rights: [rights.register] },
      {
        repository_id: repositoryId,
        source: { url: 'https://git.example.com/r.git' },
        ignore_patterns: [],
        schedule: '0 3 * * *',
        deleted_branches: 'drop',
      },
    );
    expect(created.kind).toBe('created');

    const runtime = composeForAws(environment('start-sync'));
    const { repositories, workflow } = runtime;
    // Without the look at the remote: it would run a function, and moto wants Docker for that.
    const blind: Runtime = Object.create(runtime, { remoteLook: { value: { look: async () => [] } } });
    const start = startSync(blind);
    const first = await start({ repositoryId, user, options: SyncOptions.parse({}) });
    if (first.kind !== 'accepted') throw new Error(first.kind);
    expect(await workflow.describe(executionName(first.job))).toBe('running');
    const second = await start({ repositoryId, user, options: SyncOptions.parse({}) });
    expect(second).toMatchObject({ kind: 'held', by: { job: { job_id: first.job.job_id } } });

    const cancelled = await cancelJob(composeForAws(environment('cancel-job')))(first.job.job_id, user);
    expect(cancelled.kind).toBe('cancelled');
    expect(await workflow.describe(executionName(first.job))).toBe('ended');
    expect((await repositories.get(repositoryId))?.lock ?? null).toBeNull();
  });
});
