import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FunctionName, functionEnvironments, gitFunctions } from '../../core/contract/environment.ts';
import { gitBundles, gitImageBase, withGitImage } from '../../lib/git-image.ts';
import { resolved, synthesise } from './synthesised.ts';

const synthesised = synthesise();
const { functions, ofType, statements } = synthesised;
const names = Object.keys(functionEnvironments) as FunctionName[];
const bundled = names.filter((name) => !(gitFunctions as readonly string[]).includes(name));

it('deploys the functions of the contract, and no others', () => {
  expect([...functions.keys()].sort()).toEqual([...names].sort());
  expect(ofType('AWS::Lambda::Function')).toHaveLength(names.length);
});

describe.each(names)('%s', (name) => {
  const properties = functions.get(name)?.properties;

  it('has exactly the variables that its handler parses', () => {
    const { POWERTOOLS_SERVICE_NAME, NODE_OPTIONS, ...own } = properties.Environment.Variables;
    // Of every function, and read by Powertools and by Node alone.
    expect(POWERTOOLS_SERVICE_NAME).toBe('Sync');
    expect(NODE_OPTIONS).toBe('--enable-source-maps');
    const variables = Object.entries(own).map(([variable, value]) => {
      const text = resolved(value);
      // With a region's name in it, it is an address.
      return [variable, text.replaceAll('AWS::', '')];
    });
    const parsed = functionEnvironments[name].parse(Object.fromEntries(variables));
    expect(Object.keys(parsed).sort()).toEqual(variables.map(([variable]) => variable).sort());
  });

  it('has its memory, timeout, tracing, processor and log retention set', () => {
    expect(properties.MemorySize).toBeGreaterThanOrEqual(512);
    expect(properties.Timeout).toBeGreaterThanOrEqual(29);
    expect(properties.TracingConfig).toEqual({ Mode: 'Active' });
    expect(properties.Architectures).toEqual(['arm64']);
    const logs = synthesised.resources[properties.LoggingConfig.LogGroup.Ref];
    expect(logs?.Properties.RetentionInDays).toBe(30);
  });

  it('may do nothing with a wildcard for an action, or on every resource', () => {
    for (const { actions, resources } of statements(name)) {
      expect(actions.filter((action) => action.includes('*'))).toEqual([]);
      expect(resources).not.toContain('*');
    }
  });
});

it('gives each function a role of its own', () => {
  const roles = [...functions.values()].map(({ properties }) => resolved(properties.Role));
  expect(new Set(roles).size).toBe(names.length);
});

describe('the functions without git', () => {
  it.each(bundled)('run on Node 24: %s', (name) => {
    expect(functions.get(name)?.properties).toMatchObject({ Runtime: 'nodejs24.x', Handler: 'index.handler' });
  });
});

describe('the functions with git', () => {
  const properties = gitFunctions.map((name) => functions.get(name)?.properties);

  it('are one image, told apart by its command', () => {
    expect(properties.map(({ PackageType, ImageConfig }) => [PackageType, ImageConfig])).toEqual(
      gitFunctions.map((name) => ['Image', { Command: [`${name}/handler.handler`] }]),
    );
    expect(new Set(properties.map(({ Code }) => JSON.stringify(Code))).size).toBe(1);
  });

  const dockerfile = readFileSync(new URL('../../lambdas/git.Dockerfile', import.meta.url), 'utf8');

  it('are all in that image, bundled here, alike on every machine', () => {
    const files = gitBundles().map(({ path }) => path);
    expect(files.sort()).toEqual(
      gitFunctions.flatMap((name) => [`${name}/handler.mjs`, `${name}/handler.mjs.map`]).sort(),
    );
    for (const { path, contents } of gitBundles().filter(({ path }) => path.endsWith('.map'))) {
      const { sources } = JSON.parse(Buffer.from(contents).toString());
      expect(sources, path).toContain('../../lambdas/handling/define-handler.ts');
      for (const source of sources) expect(source).toMatch(/^\.\.\/\.\.\/(lambdas|adapters|core)\/|\/node_modules\//);
    }
    const held = withGitImage({ bundle: true }, (directory) => [
      existsSync(join(directory, 'Dockerfile')),
      ...gitFunctions.map((name) => existsSync(join(directory, 'functions', name, 'handler.mjs'))),
    ]);
    expect(held).toEqual([true, true, true, true]);
    expect(dockerfile).toMatch(/^COPY functions \$\{LAMBDA_TASK_ROOT\}$/m);
  });

  it('have git, on a base that is named by its digest and by nothing else', () => {
    expect(dockerfile).toContain('install -y git-core');
    expect(dockerfile.match(/^(FROM|ARG) .*$/gm)?.join()).toMatch(/^ARG BASE,FROM \$\{BASE\}$/);
    expect(gitImageBase).toMatch(/^public\.ecr\.aws\/lambda\/nodejs:24-arm64@sha256:[0-9a-f]{64}$/);
    expect(Object.values(synthesised.images)).toEqual([
      expect.objectContaining({
        source: expect.objectContaining({ dockerBuildArgs: { BASE: gitImageBase }, platform: 'linux/arm64' }),
      }),
    ]);
  });
});

describe('least privilege', () => {
  const [table, jobs] = ['repositories', 'syncjobs'].map(
    (name) => ofType('AWS::DynamoDB::GlobalTable').find(([id]) => id.startsWith(`storage${name}`))?.[0],
  );
  const machine = ofType('AWS::StepFunctions::StateMachine')[0]?.[0];

  it('only what runs git or imports, and what names a credential, reads credentials and nothing else', () => {
    const isSecret = (action: string): boolean => action.startsWith('secretsmanager:');
    const readers = names.filter((name) => statements(name).some(({ actions }) => actions.some(isSecret)));
    expect(readers.sort()).toEqual(
      [...gitFunctions, 'create-repository', 'update-repository', 'start-import', 'import-snapshot'].sort(),
    );
    for (const name of readers)
      expect(statements(name).filter(({ actions }) => actions.some(isSecret))).toEqual([
        {
          actions: ['secretsmanager:GetSecretValue'],
          resources: ['arn:AWS::Partition:secretsmanager:AWS::Region:AWS::AccountId:secret:Sync/*'],
        },
      ]);
  });

  it('start-sync claims, starts, stops and has the remote looked at, and does nothing else', () => {
    expect(statements('start-sync')).toEqual([
      { actions: ['lambda:InvokeFunction'], resources: [`${functions.get('look-remote')?.id}.Arn`] },
      { actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'], resources: [`${table}.Arn`] },
      {
        actions: ['DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'].map((action) => `dynamodb:${action}`),
        resources: [`${jobs}.Arn`],
      },
      { actions: ['states:StartExecution'], resources: [machine] },
      {
        actions: ['states:StopExecution'],
        resources: [`arn:AWS::Partition:states:AWS::Region:AWS::AccountId:execution:${machine}.Name:*`],
      },
    ]);
  });

  it('the reconciler looks at the index of unfinished jobs only', () => {
    const indexes = statements('reconcile-syncs').filter(({ resources }) =>
      resources.some((each) => each.includes('/index/')),
    );
    expect(indexes).toEqual([{ actions: ['dynamodb:Query'], resources: [`${jobs}.Arn/index/unfinished`] }]);
  });

  it('only what ends or begins a claim, makes a generation or changes settings moves what the repository keeps', () => {
    const movers = names.filter((name) =>
      statements(name).some(
        ({ actions, resources }) => actions.includes('dynamodb:UpdateItem') && resources.includes(`${table}.Arn`),
      ),
    );
    expect(movers.sort()).toEqual([
      // Notes what is wrong with the index.
      'begin-sync',
      'cancel-job',
      // Records the schedule that it has set, and counts what the owner has.
      'create-repository',
      // Takes a branch out, while no job owns the repository.
      'delete-branch',
      'delete-grant',
      // Counts down what the owner has.
      'delete-repository',
      'diff',
      'dispatch-due',
      'fail-sync',
      'github-hook',
      'gitlab-hook',
      'import-snapshot',
      'publish',
      // Records where the branches were seen.
      'pull',
      'put-grant',
      'reconcile-syncs',
      'redeliver-webhook',
      'retry-failed',
      'rotate-secret',
      'scheduled-sync',
      'start-import',
      'start-sync',
      'update-repository',
    ]);
  });

  it('only what removes a repository, sweeps after a job, or makes an index, deletes objects and vectors', () => {
    const removes = /^s3:DeleteObject$|^s3vectors:Delete/;
    const removers = names.filter((name) =>
      statements(name).some(({ actions }) => actions.some((each) => removes.test(each))),
    );
    expect(removers.sort()).toEqual([
      'begin-sync',
      'delete-repository',
      'diff',
      'dispatch-due',
      'import-snapshot',
      'publish',
    ]);
  });

  it('what only reads cannot write', () => {
    const reads = /:(GetItem|Query|GetObject|ListBucket|GetIndex|GetVectors|QueryVectors|InvokeModel)$/;
    for (const name of [
      'get-repository',
      'list-repositories',
      'get-job',
      'get-job-events',
      'list-jobs',
      'list-job-files',
      'list-webhook-deliveries',
      'search',
      'search-all',
      'grep',
      'grep-all',
      'get-snapshot',
      'read-snapshot-page',
      'symbols',
      'symbols-all',
      'outline',
    ] as const)
      for (const action of statements(name).flatMap(({ actions }) => actions)) expect(action).toMatch(reads);
  });

  it('what needs no state has no rights at all', () => {
    for (const name of ['authorizer', 'mcp', 'get-openapi', 'get-docs']) expect(statements(name)).toEqual([]);
  });

  it('only what embeds may call the model, and that one model', () => {
    const callers = names.filter((name) =>
      statements(name).some(({ actions }) => actions.includes('bedrock:InvokeModel')),
    );
    expect(callers.sort()).toEqual(['embed-batch', 'search', 'search-all']);
    expect(statements('search').at(-1)?.resources).toEqual([
      'arn:AWS::Partition:bedrock:AWS::Region::foundation-model/cohere.embed-v4:0',
    ]);
  });

  it('an inference profile is called in its regions', () => {
    const profile = synthesise({ embedding: { model: 'eu.cohere.embed-v4:0', dimensions: 512 } });
    const statements = profile.statements('search').filter(({ actions }) => actions.includes('bedrock:InvokeModel'));
    expect(statements.map(({ resources }) => resources)).toEqual([
      ['arn:AWS::Partition:bedrock:AWS::Region:AWS::AccountId:inference-profile/eu.cohere.embed-v4:0'],
      ['arn:AWS::Partition:bedrock:*::foundation-model/cohere.embed-v4:0'],
    ]);
  });
});
