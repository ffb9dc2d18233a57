import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { chosenStages, Stage, Stages, stages } from '../../lib/stages.ts';
import { resolved, synthesise } from './synthesised.ts';

const dev = synthesise({ ...stages.dev });
const prod = synthesise({ ...stages.prod });
const stateful = /^AWS::(DynamoDB::GlobalTable|S3::Bucket|S3Vectors::VectorBucket|Cognito::UserPool)$/;

describe.each([
  ['dev', dev, stages.dev, 'Delete'],
  ['prod', prod, stages.prod, 'Retain'],
] as const)('%s', (_, { resources, ofType, one }, settings, policy) => {
  it('lets go of what people have put in, or keeps it', () => {
    const kept = Object.values(resources).filter(({ Type }) => stateful.test(Type));
    expect(kept).toHaveLength(2 + 2 + 1 + 1);
    for (const { DeletionPolicy } of kept) expect(DeletionPolicy).toBe(policy);
    expect(one('AWS::Cognito::UserPool').Properties.DeletionProtection).toBe(
      settings.deletionProtection ? 'ACTIVE' : 'INACTIVE',
    );
  });

  it('keeps every log for its time', () => {
    const days = new Set(ofType('AWS::Logs::LogGroup').map(([, { Properties }]) => Properties.RetentionInDays));
    expect([...days]).toEqual([settings.logRetentionDays]);
  });

  it('is throttled as it says', () => {
    expect(one('AWS::ApiGateway::Stage').Properties.MethodSettings[0]).toMatchObject({
      ThrottlingRateLimit: settings.throttling.rate,
      ThrottlingBurstLimit: settings.throttling.burst,
    });
  });
});

describe('reserved concurrency', () => {
  const reservedIn = ({ functions }: typeof dev): Record<string, number> =>
    Object.fromEntries(
      [...functions].flatMap(([name, { properties }]) =>
        properties.ReservedConcurrentExecutions === undefined ? [] : [[name, properties.ReservedConcurrentExecutions]],
      ),
    );

  it('stands against floods in prod: what anybody may call, what schedules share an hour, what a sync multiplies', () => {
    const open = ['get-health', 'get-openapi', 'get-docs', 'github-hook', 'gitlab-hook'].map((name) => [name, 10]);
    expect(reservedIn(prod)).toEqual({
      ...Object.fromEntries(open),
      mcp: 50,
      'scheduled-sync': 50,
      'embed-batch': 400,
    });
    // Lambda keeps at least 100 of an account's 1,000 for functions that reserve nothing.
    const sum = Object.values(reservedIn(prod)).reduce((total, each) => total + each, 0);
    expect(sum).toBeLessThanOrEqual(900);
  });

  it('is nobody’s in dev, since a new account has too little to reserve from', () => {
    expect(reservedIn(dev)).toEqual({});
  });
});

describe('whose tokens open the API', () => {
  it('is a user pool’s, whose users sign in by e-mail and are made by administrators', () => {
    const pool = dev.one('AWS::Cognito::UserPool');
    expect(pool.Properties).toMatchObject({
      UsernameAttributes: ['email'],
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
    });
    const [client] = dev.ofType('AWS::Cognito::UserPoolClient')[0] ?? [];
    const variables = dev.functions.get('authorizer')?.properties.Environment.Variables;
    const issuer = resolved(variables.TOKEN_ISSUER);
    expect(issuer).toMatch(/^https:\/\/cognito-idp\.AWS::Region\.AWS::URLSuffix\/tokenusers/);
    expect(resolved(variables.TOKEN_JWKS_URI)).toBe(`${issuer}/.well-known/jwks.json`);
    expect(variables.TOKEN_AUDIENCE).toEqual({ Ref: client });
  });

  it('or an issuer’s of its own', () => {
    const oidc = {
      issuer: 'https://login.example.com',
      audience: 'repository-sync',
      jwksUri: 'https://login.example.com/keys',
    };
    const own = synthesise({ ...stages.dev, oidc });
    expect(own.ofType('AWS::Cognito::UserPool')).toEqual([]);
    expect(own.functions.get('authorizer')?.properties.Environment.Variables).toMatchObject({
      TOKEN_ISSUER: oidc.issuer,
      TOKEN_AUDIENCE: oidc.audience,
      TOKEN_JWKS_URI: oidc.jwksUri,
    });
  });
});

describe('stages.json', () => {
  const issuer = { issuer: 'https://a.example', audience: 'a', jwksUri: 'https://a.example/k' };
  const docs = readFileSync(new URL('../../docs/deploy.md', import.meta.url), 'utf8');

  it.each(Object.keys(Stage.shape))('may set %s, which docs/deploy.md explains', (name) => {
    expect(docs).toMatch(new RegExp(`^\\| .*\`${name}\`.* \\|`, 'm'));
  });

  it('names the account and the region that a stage is for', () => {
    const { stack } = synthesise({ ...stages.dev, account: '123456789012', region: 'eu-central-1' });
    expect([stack.account, stack.region]).toEqual(['123456789012', 'eu-central-1']);
    expect([dev.stack.account, prod.stack.terminationProtection]).toEqual([expect.stringMatching('Token'), true]);
  });

  it.each([
    ['a setting that there is not', { issuer: 'https://login.example.com' }],
    ['an issuer without its keys', { oidc: { issuer: 'https://login.example.com', audience: 'a' } }],
    [
      'keys that anybody may change on their way',
      { oidc: { issuer: 'https://a.example', audience: 'a', jwksUri: 'http://a.example/k' } },
    ],
    ['every page', { corsOrigins: ['*'] }],
    ['a page in place of an origin', { corsOrigins: ['https://a.example.com/'] }],
    ['a console without a place to sign in', { console: {} }],
    ['a console that signs in at a client of no issuer', { console: { signInPrefix: 'team', clientId: 'console' } }],
    ['a console at its issuer, without a client there', { oidc: { ...issuer }, console: { scope: 'openid' } }],
    [
      'a console at its issuer and at a user pool',
      { oidc: { ...issuer }, console: { signInPrefix: 'team', clientId: 'a' } },
    ],
    ['sign-in pages that Cognito refuses to name', { console: { signInPrefix: 'my-aws-team' } }],
    [
      'a certificate that CloudFront cannot use',
      {
        console: {
          signInPrefix: 'team',
          domain: { name: 'a.example.com', certificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/a' },
        },
      },
    ],
    ['nobody', { alarmEmail: 'nobody' }],
    ['an account without a region', { account: '123456789012' }],
    ['a model that the service cannot call', { embedding: { model: 'cohere.embed-english-v3', dimensions: 1024 } }],
    ['a size that the model lacks', { embedding: { model: 'us.cohere.embed-v4:0', dimensions: 1000 } }],
    ['days that CloudWatch Logs does not know', { logRetentionDays: 8 }],
  ])('may not say %s', (_, change) => {
    expect(Stage.safeParse({ ...stages.dev, ...change }).success).toBe(false);
  });

  it('may not name a stage as no stack can be named', () => {
    expect(Stages.safeParse({ 'My Stage': stages.dev }).success).toBe(false);
    expect(Stages.safeParse({ 'team-a': stages.dev }).success).toBe(true);
  });
});

describe('a command’s flag', () => {
  it('names the one stage that it is about; all without', () => {
    expect(Object.keys(chosenStages(stages, { stage: 'prod' }))).toEqual(['prod']);
    expect(chosenStages(stages, { '@aws-cdk/some:flag': true })).toBe(stages);
    expect(() => chosenStages(stages, { stage: 'production' })).toThrow('stages.json has dev, prod');
  });

  it.each([...Object.keys(Stage.shape), 'issuer', 'audience', 'jwks'])(
    'is not %s: whoever forgets it would undo it',
    (name) => {
      expect(() => chosenStages(stages, { [name]: 'x' })).toThrow(`-c ${name}: settings belong in stages.json`);
    },
  );
});

describe('dead letters', () => {
  const queues = new Set(prod.ofType('AWS::SQS::Queue').map(([id]) => id));
  const queueOf = (value: { 'Fn::GetAtt': [string, string] } | undefined): string | undefined =>
    value?.['Fn::GetAtt'][0];

  it('are kept of every rule, of every function that is called asynchronously, and of the stream', () => {
    const targets = prod.ofType('AWS::Events::Rule').flatMap(([, { Properties }]) => Properties.Targets);
    expect(targets).not.toHaveLength(0);
    for (const target of targets) expect(queues).toContain(queueOf(target.DeadLetterConfig?.Arn));
    const configs = prod.ofType('AWS::Lambda::EventInvokeConfig').map(([, { Properties }]) => Properties);
    for (const { DestinationConfig } of configs)
      expect(queues).toContain(queueOf(DestinationConfig.OnFailure.Destination));
    for (const [, { Properties }] of prod.ofType('AWS::Lambda::EventSourceMapping'))
      expect(queues).toContain(queueOf(Properties.DestinationConfig.OnFailure.Destination));
  });

  it('are kept of schedules that the API makes, and of the function that they call', () => {
    const variables = prod.functions.get('create-repository')?.properties.Environment.Variables;
    expect(queues).toContain(queueOf(variables.SCHEDULE_DEAD_LETTERS_ARN));
    const called = queueOf(variables.SCHEDULE_TARGET_ARN);
    expect(called).toBe(prod.functions.get('scheduled-sync')?.id);
    expect(
      prod.ofType('AWS::Lambda::EventInvokeConfig').map(([, { Properties }]) => resolved(Properties.FunctionName)),
    ).toContain(called);
  });

  it('are kept encrypted, for 14 days, and sent over TLS only', () => {
    for (const [, { Properties }] of prod.ofType('AWS::SQS::Queue'))
      expect(Properties).toMatchObject({ SqsManagedSseEnabled: true, MessageRetentionPeriod: 1_209_600 });
    expect(prod.ofType('AWS::SQS::QueuePolicy')).toHaveLength(queues.size);
  });
});

describe('schedules', () => {
  const group = prod.one('AWS::Scheduler::ScheduleGroup');
  const makers = ['create-repository', 'update-repository', 'scheduled-sync'];
  const statementsOn = (name: string, service: string) =>
    prod.statements(name).filter(({ actions }) => actions.some((action) => action.startsWith(service)));

  it('are in one group, which goes with the stack', () => {
    expect([group.Properties.Name, group.DeletionPolicy]).toEqual(['Sync-syncs', 'Delete']);
  });

  it('are made, changed and removed by those who keep the record, in that group only', () => {
    const touching = [...prod.functions.keys()].filter((name) => statementsOn(name, 'scheduler:').length > 0);
    expect(touching.sort()).toEqual([...makers, 'delete-repository'].sort());
    for (const name of touching)
      for (const { resources } of statementsOn(name, 'scheduler:'))
        expect(resources).toEqual([expect.stringMatching(/:scheduler:.*:schedule\/schedulesgroup[0-9A-F]{8}\/\*$/)]);
    expect(statementsOn('delete-repository', 'scheduler:')[0]?.actions).toEqual(['scheduler:DeleteSchedule']);
  });

  it('run as a role that only this account’s schedules may be, and that can call one function and send one queue its letters', () => {
    const [id, role] = prod
      .ofType('AWS::IAM::Role')
      .find(([, { Properties }]) => JSON.stringify(Properties.AssumeRolePolicyDocument).includes('scheduler.')) ?? [
      '',
      null,
    ];
    expect(role?.Properties.AssumeRolePolicyDocument.Statement).toMatchObject([
      { Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } } },
    ]);
    const policy = prod
      .ofType('AWS::IAM::Policy')
      .find(([, { Properties }]) => Properties.Roles.some((each: { Ref: string }) => each.Ref === id))?.[1];
    expect(policy?.Properties.PolicyDocument.Statement.map(({ Action }: { Action: string }) => Action).sort()).toEqual([
      'lambda:InvokeFunction',
      'sqs:SendMessage',
    ]);
    for (const name of makers)
      expect(statementsOn(name, 'iam:')).toEqual([{ actions: ['iam:PassRole'], resources: [`${id}.Arn`] }]);
  });
});
