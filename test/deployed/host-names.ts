/** The one region and account that everything is deployed to. */
export const region = 'eu-central-1';
export const account = '123456789012';

/**
 * All of them loopback's. The emulator listens on the first; what it has no model of has an address of its own. None is of
 * 127.0.0.0/8, since Node's `fetch` asks for names by AI_ADDRCONFIG: with that, glibc tells nothing where nothing else is.
 */
export const addresses = {
  emulator: '10.0.0.1',
  bedrock: '10.0.0.2',
  vectors: '10.0.0.3',
  // Public as addresses go (RFC 4291), so that the guards against private addresses let them pass.
  git: '2d00::10',
  hooks: '2d00::11',
  unsteadyGit: '2d00::12',
} as const;

export const gitHost = 'git.example.com';
export const unsteadyGitHost = 'unsteady.example.com';
export const hooksHost = 'hooks.example.com';

/** Services of AWS that the emulator answers for, by the first part of their name. */
const regional = [
  'api.ecr',
  'apigateway',
  'cloudformation',
  'cognito-idp',
  'dynamodb',
  'events',
  'kms',
  'lambda',
  'logs',
  'monitoring',
  's3',
  'scheduler',
  'secretsmanager',
  'sns',
  'sqs',
  'ssm',
  'states',
  'streams.dynamodb',
  'sts',
  'xray',
];

/** What /etc/hosts says in the namespace, before anything is deployed. */
export const knownHosts: Readonly<Record<string, string>> = {
  localhost: '127.0.0.1',
  'iam.amazonaws.com': addresses.emulator,
  ...Object.fromEntries(regional.map((service) => [`${service}.${region}.amazonaws.com`, addresses.emulator])),
  [`cdk-hnb659fds-assets-${account}-${region}.s3.${region}.amazonaws.com`]: addresses.emulator,
  [`bedrock-runtime.${region}.amazonaws.com`]: addresses.bedrock,
  [`s3vectors.${region}.api.aws`]: addresses.vectors,
  [gitHost]: addresses.git,
  [unsteadyGitHost]: addresses.unsteadyGit,
  [hooksHost]: addresses.hooks,
};

/** What the certificate of all these names is good for: a wildcard stands for one part of a name. */
export const certifiedNames: readonly string[] = [
  ...Object.keys(knownHosts),
  `*.s3.${region}.amazonaws.com`,
  `*.execute-api.${region}.amazonaws.com`,
];
