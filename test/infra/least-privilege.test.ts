import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FunctionName, functionEnvironments } from '../../core/contract/environment.ts';
import { authorisationsOf } from '../support/aws-actions.ts';
import type { RecordedCall } from '../support/aws-call-recorder.ts';
import { type AwsWorld, startAwsWorld } from '../support/aws-world.ts';
import { concreteTemplate } from './concrete-template.ts';
import { isExcepted, isNeeded, judgePrivileges, type Unrecorded } from './judge-privileges.ts';
import { type RolePolicies, rolePolicies, type Statement } from './role-policies.ts';
import { type Resource, synthesise } from './synthesised.ts';
import { useEveryFunction } from './use-every-function.ts';

const names = Object.keys(functionEnvironments) as FunctionName[];
const template = synthesise();
const concrete = concreteTemplate(template.resources);
const policiesOf = (name: string): RolePolicies => rolePolicies(template, concrete, name);

/** What roles may do although the functions' code does not, and why. Each must still be there to be excepted. */
const unrecorded: readonly Unrecorded[] = [
  {
    actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
    reason:
      'Lambda traces each call itself, as the function’s role (Lambda guide, "Visualize invocations using X-Ray").',
  },
  {
    functions: ['dispatch-due'],
    actions: ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map((each) => `dynamodb:${each}`),
    reason:
      'Lambda reads the table’s stream for the function, as its role (Lambda guide, "Using Lambda with DynamoDB").',
  },
  {
    functions: ['dispatch-due', 'reconcile-syncs', 'scheduled-sync'],
    actions: ['sqs:SendMessage', 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl'],
    reason:
      'Lambda sends failed events to the dead-letter queue, as the function’s role; the other two come with CDK’s grantSendMessages.',
  },
  {
    functions: ['pull', 'diff', 'import-snapshot', 'stage', 'embed-batch', 'publish'],
    actions: ['s3:AbortMultipartUpload'],
    reason: 'An object over 8 MiB whose upload fails: test/unit/adapters/s3/object-store.test.ts makes one.',
  },
];

/** AWS's own policies that a role may have: the simulator has no text of them. */
const managed = ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'];

let world: AwsWorld;
let calls: readonly RecordedCall[];
beforeAll(async () => {
  const environments = new Map(
    names.map((name) => {
      const { Environment } = template.functions.get(name)?.properties ?? {};
      return [name, concrete.value(Environment?.Variables ?? {}) as Record<string, string>] as const;
    }),
  );
  const functionNames = new Map(names.map((name) => [template.functions.get(name)?.id ?? '', name]));
  const { DefinitionSubstitutions } = template.one('AWS::StepFunctions::StateMachine').Properties;
  const substitutions = Object.entries(DefinitionSubstitutions as Record<string, unknown>)
    .filter(([name]) => name.endsWith('Function'))
    .map(([name, arn]) => [name, functionNames.get(concrete.text(arn).split(':').at(-2) ?? '')] as const);
  const { REPOSITORIES_TABLE = '', SYNC_JOBS_TABLE = '' } = environments.get('start-sync') ?? {};
  world = await startAwsWorld({
    environments,
    functionNames,
    tables: { repositories: REPOSITORIES_TABLE, syncJobs: SYNC_JOBS_TABLE },
    bucket: environments.get('search')?.BUCKET ?? '',
    substitutions: Object.fromEntries(substitutions) as Record<string, FunctionName>,
  });
  await useEveryFunction(world, {
    syncJobs: SYNC_JOBS_TABLE,
    credentialsPrefix: environments.get('pull')?.CREDENTIALS_PREFIX ?? '',
  });
  calls = world.recorder.calls();
  // 25 s on an idle machine.
}, 240_000);
afterAll(() => world?.[Symbol.asyncDispose]());

/** Each kind of call once: no policy can name a job, so one job's objects stand for every job's. */
const callsOf = (name: string): readonly RecordedCall[] => [
  ...new Map(
    calls
      .filter(({ by }) => by === name)
      .map((call) => [`${call.action} ${call.resource.replaceAll(/sync-[0-9a-f-]{36}|\d{5,}/g, '…')}`, call]),
  ).values(),
];
const judge = (name: string, policies: RolePolicies) => judgePrivileges(name, policies, callsOf(name), unrecorded);

describe.each(names)('%s', (name) => {
  it('has been called, so that what it asks of AWS is known', () => {
    const how = `nothing calls ${name}: bring it to do all that it does in test/infra/use-every-function.ts`;
    expect(world.functions.invoked.has(name), how).toBe(true);
  });

  it('may do what it does, and nothing else', async () => {
    const policies = policiesOf(name);
    expect(await judge(name, policies)).toEqual([]);
    expect(policies.managed).toEqual(managed);
  });

  it('is found out when any statement is taken from its role', async () => {
    const { statements } = policiesOf(name);
    for (const statement of statements) {
      if ([statement.Action].flat().every((action) => isExcepted(unrecorded, name, action))) continue;
      const others = statements.filter((other) => other !== statement);
      expect(await isNeeded(statement, others, callsOf(name)), JSON.stringify(statement)).toBe(true);
    }
  });
});

describe('the recording', () => {
  it('understood every request', () => {
    expect(world.recorder.problems).toEqual([]);
  });

  it('knows whose each call is', () => {
    expect([...new Set(calls.map(({ by }) => by))].filter((by) => !names.includes(by as FunctionName))).toEqual([]);
  });

  it('has no exception that excepts nothing', () => {
    for (const { functions = names, actions } of unrecorded)
      for (const name of functions) {
        const allowed = policiesOf(name).statements.flatMap(({ Action }) => [Action].flat());
        expect(allowed, name).toEqual(expect.arrayContaining([...actions]));
      }
  });

  it('needs no rules for keys: what functions reach is encrypted with none of the customer’s', () => {
    // With one, reads need kms:Decrypt and writes kms:GenerateDataKey: add them to test/support/aws-actions.ts.
    const reached = ['DynamoDB::GlobalTable', 'S3::Bucket', 'S3Vectors::VectorBucket', 'StepFunctions::StateMachine'];
    for (const [id, { Properties }] of reached.flatMap((type) => template.ofType(`AWS::${type}`)))
      expect(JSON.stringify(Properties), id).not.toMatch(/kms(Master)?Key(Id|Arn)/i);
  });
});

/** A copy of the template in which a function’s first policy is another one. */
const changed = (name: string, change: (statements: Statement[]) => Statement[]): RolePolicies => {
  const resources = structuredClone(template.resources) as Record<string, Resource>;
  const ofType = (type: string) => Object.entries(resources).filter(([, { Type }]) => Type === type);
  const role = template.functions.get(name)?.properties.Role['Fn::GetAtt'][0];
  const [, policy] =
    ofType('AWS::IAM::Policy').find(([, { Properties }]) => Properties.Roles.some((each: Json) => each.Ref === role)) ??
    [];
  const document = policy?.Properties.PolicyDocument;
  document.Statement = change(document.Statement);
  return rolePolicies({ ...template, resources, ofType }, concrete, name);
};
// biome-ignore lint/suspicious/noExplicitAny: a template's own JSON
type Json = any;

describe('a template', () => {
  it('that lets a function do less is found out, with the action and the resource', async () => {
    const less = changed('embed-batch', (statements) =>
      statements.filter(({ Action }) => ![Action].flat().includes('bedrock:InvokeModel')),
    );
    expect(await judge('embed-batch', less)).toEqual([
      'embed-batch calls bedrock:InvokeModel on arn:aws:bedrock:eu-central-1::foundation-model/cohere.embed-v4:0, which its role does not allow',
    ]);
  });

  it('that lets a function do more is found out', async () => {
    const more: Statement = {
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:DeleteObject'],
      Resource: 'arn:aws:s3:::another/*',
    };
    expect(
      await judge(
        'search',
        changed('search', (statements) => [...statements, more]),
      ),
    ).toEqual([
      'search may s3:GetObject on arn:aws:s3:::another/*, which nothing that it does needs',
      'search may s3:DeleteObject on arn:aws:s3:::another/*, which nothing that it does needs',
    ]);
  });

  it('that forbids what a function does is found out', async () => {
    const deny: Statement = { Effect: 'Deny', Action: 'dynamodb:GetItem', Resource: '*' };
    const found = await judge(
      'list-branches',
      changed('list-branches', (statements) => [...statements, deny]),
    );
    expect(found).toEqual([expect.stringContaining('calls dynamodb:GetItem')]);
  });

  it('lets an inference profile answer from each of its regions', async () => {
    const model = 'eu.cohere.embed-v4:0';
    const profile = synthesise({ embedding: { model, dimensions: 512 } });
    const invoke = authorisationsOf({
      service: 'bedrock',
      method: 'POST',
      path: `/model/${model}/invoke`,
      query: new URLSearchParams(),
      headers: {},
      body: new Uint8Array(),
      status: 200,
    });
    const policies = rolePolicies(profile, concreteTemplate(profile.resources), 'search');
    const others = callsOf('search').filter(({ action }) => action !== 'bedrock:InvokeModel');
    expect(await judgePrivileges('search', policies, [...others, ...invoke], unrecorded)).toEqual([]);
  });
});
