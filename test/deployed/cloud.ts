import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { type FunctionConfiguration, LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
import { rights } from '../../core/contract/rights.ts';
import { type Api, createApi } from '../support/api.ts';
import { openS3VectorsStub, type S3VectorsStub } from '../support/aws-s3-vectors-stub.ts';
import type { GitRepository } from '../support/git-repository.ts';
import { type SmartHttpRequest, type SmartHttpServer, startSmartHttpServer } from '../support/smart-http-server.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';
import { type BedrockStub, openBedrockStub } from './bedrock-stub.ts';
import { bootstrap, deploy, destroy, synthesise } from './cdk.ts';
import type { Certificates } from './certificates.ts';
import { emulateAssembly } from './emulated-assembly.ts';
import type { EmulatedTemplate } from './emulated-template.ts';
import { rootCredential, startEmulator } from './emulator.ts';
import { addresses, gitHost, hooksHost, region, unsteadyGitHost } from './host-names.ts';
import { openTlsFront, type TlsFront } from './tls-front.ts';

/** What test/deployed/run.ts and in-namespace.ts hand on. */
const given = {
  servers: JSON.parse(process.env.DEPLOYED_SERVERS ?? 'null'),
  certificates: JSON.parse(process.env.DEPLOYED_CERTIFICATES ?? 'null') as Certificates,
  directory: process.env.DEPLOYED_DIRECTORY ?? '',
};

export const stack = 'RepositorySync-dev';

/** Clients of AWS in the tests themselves: whoever administers the account. */
export const administrator = {
  region,
  credentials: {
    accessKeyId: rootCredential.AWS_ACCESS_KEY_ID,
    secretAccessKey: rootCredential.AWS_SECRET_ACCESS_KEY,
  },
};

export interface Cloud extends AsyncDisposable {
  /** The stack's outputs, by name. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Where the API is, without `/api`. */
  readonly url: string;
  readonly template: EmulatedTemplate;
  /** Deploys the stack once more, with what `change` does to its template. */
  update(change: (template: Template) => void): Promise<void>;
  readonly log: string;
  readonly assembly: string;
  readonly bedrock: BedrockStub;
  readonly vectors: S3VectorsStub;
  readonly hooks: WebhookReceiver;
  /** The address that leads to a path of `hooks`. */
  hookUrl(path: string): string;
  /** The public address of a repository on this machine. */
  sourceOf(repository: GitRepository): string;
  readonly gitRequests: readonly SmartHttpRequest[];
  /** Another host, which answers its first requests with 503. */
  serveUnsteadily(repository: GitRepository, failFirst: number): Promise<{ url: string; server: SmartHttpServer }>;
  /** A new user's token. Without `registers` the user has no right to register repositories. */
  token(name: string, options?: { readonly registers?: boolean }): Promise<string>;
  as(name: string, options?: { readonly registers?: boolean }): Promise<Api>;
  /** A user who has signed in. */
  readonly ann: Api;
  readonly stateMachineArn: string;
  destroy(): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: JSON as CloudFormation defines it
export type Template = any;

/** Deploys the service to an emulated AWS of its own. */
export const openCloud = async (): Promise<Cloud> => {
  const { servers, certificates, directory } = given;
  if (directory === '') throw new Error('use npm run test:deployed');
  await using stackOfServers = new AsyncDisposableStack();
  const own = <T extends AsyncDisposable>(server: T): T => stackOfServers.use(server);
  const front = async (options: Omit<TlsFront, 'certificates'>) =>
    own(await openTlsFront({ certificates, ...options }));

  const log = join(servers.logs, 'cdk.log');
  await rm(log, { force: true });
  const synthesised = join(directory, 'synthesised');
  const assembly = join(directory, 'cdk.out');
  const emulated = async (change?: (template: Template) => void): Promise<EmulatedTemplate> => {
    await rm(assembly, { recursive: true, force: true });
    await cp(synthesised, assembly, { recursive: true, verbatimSymlinks: true });
    return emulateAssembly(assembly, stack, change);
  };
  own(await startEmulator({ servers, certificates, directory }));
  const [, template] = await Promise.all([bootstrap(log), synthesise(log, stack, synthesised).then(() => emulated())]);
  const bedrock = own(await openBedrockStub());
  await front({ address: addresses.bedrock, behind: bedrock.endpoint, protocol: 'h2' });
  const vectors = own(await openS3VectorsStub());
  await front({ address: addresses.vectors, behind: vectors.http.endpoint, protocol: 'http/1.1' });
  const hooks = await startWebhookReceiver();
  stackOfServers.defer(() => hooks.close());
  await front({ address: addresses.hooks, behind: hooks.url(''), protocol: 'http/1.1' });

  const root = tmpdir();
  const git = await startSmartHttpServer({ root });
  stackOfServers.defer(() => git.close());
  await front({ address: addresses.git, behind: git.url, protocol: 'http/1.1' });

  const outputs = await deploy(log, stack, assembly);
  const url = (outputs.Address ?? '').replace(/\/api\/$/, '');
  const lambda = new LambdaClient(administrator);
  stackOfServers.defer(() => lambda.destroy());
  const functions = await functionsOf(lambda);
  const variable = (name: string): string =>
    functions.map(({ Environment }) => Environment?.Variables?.[name]).find((value) => value !== undefined) ?? '';
  // Names that AWS makes up: now they are known.
  const made = [new URL(url).host, `${variable('BUCKET')}.s3.${region}.amazonaws.com`];
  appendFileSync(join(directory, 'hosts'), made.map((name) => `${addresses.emulator} ${name}\n`).join(''));

  const cognito = new CognitoIdentityProviderClient(administrator);
  stackOfServers.defer(() => cognito.destroy());
  const token = async (name: string, { registers = true } = {}): Promise<string> => {
    const user = { UserPoolId: outputs.UserPool, Username: `${name}-${randomUUID()}@example.com` };
    const password = `Aa1!${randomUUID()}`;
    await cognito.send(new AdminCreateUserCommand({ ...user, MessageAction: 'SUPPRESS' }));
    await cognito.send(new AdminSetUserPasswordCommand({ ...user, Password: password, Permanent: true }));
    if (registers) await cognito.send(new AdminAddUserToGroupCommand({ ...user, GroupName: rights.register }));
    const { AuthenticationResult } = await cognito.send(
      new InitiateAuthCommand({
        ClientId: outputs.UserPoolClient,
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: user.Username, PASSWORD: password },
      }),
    );
    return AuthenticationResult?.IdToken ?? '';
  };
  const as: Cloud['as'] = async (name, options) => createApi(url, await token(name, options));
  const ann = await as('ann');
  const kept = stackOfServers.move();
  return {
    outputs,
    url,
    template,
    log,
    assembly,
    bedrock,
    vectors,
    hooks,
    hookUrl: (path) => `https://${hooksHost}${path}`,
    sourceOf: ({ path }) => `https://${gitHost}/${relative(root, path)}/.git`,
    gitRequests: git.requests,
    async serveUnsteadily(repository, failFirst) {
      const server = await startSmartHttpServer({ root: repository.path, failFirst });
      kept.defer(() => server.close());
      const address = addresses.unsteadyGit;
      kept.use(await openTlsFront({ certificates, address, behind: server.url, protocol: 'http/1.1' }));
      return { url: `https://${unsteadyGitHost}/.git`, server };
    },
    async update(change) {
      await emulated(change);
      await deploy(log, stack, assembly);
    },
    token,
    as,
    ann,
    stateMachineArn: variable('STATE_MACHINE_ARN'),
    destroy: () => destroy(log, stack, assembly),
    [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose](),
  };
};

const functionsOf = async (client: LambdaClient): Promise<readonly FunctionConfiguration[]> => {
  const all: FunctionConfiguration[] = [];
  for await (const { Functions } of paginateListFunctions({ client }, {})) all.push(...(Functions ?? []));
  return all;
};
