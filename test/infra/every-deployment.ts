import { Stage, type StageSettings, stages } from '../../lib/stages.ts';
import { type Synthesised, synthesise } from './synthesised.ts';

/** Settings that a stage may leave out, given; those that go together in one. */
const options: readonly Partial<StageSettings>[] = [
  { account: '123456789012', region: 'eu-central-1' },
  {
    oidc: {
      issuer: 'https://login.example.com',
      audience: 'repository-sync',
      jwksUri: 'https://login.example.com/keys',
    },
  },
  {
    console: {
      signInPrefix: 'team-sync',
      domain: {
        name: 'sync.example.com',
        certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/12345678-aaaa-bbbb-cccc-1234567890ab',
      },
    },
  },
  { corsOrigins: ['https://app.example.com', 'https://other.example.com:8443'] },
  { embedding: { model: 'eu.cohere.embed-v4:0', dimensions: 512 } },
  { apiGatewayLogRole: true },
  { provisionedConcurrency: 3 },
  { reserved: { open: 5, mcp: 15, scheduledSync: 10, embedBatch: 20 } },
  { alarmEmail: 'ops@example.com' },
];
const everyOption: Partial<StageSettings> = Object.assign({}, ...options, {
  // With an issuer of its own it is a client there.
  console: { clientId: 'console', scope: 'openid offline_access', parameters: { audience: 'repository-sync' } },
});

/** What a stage may leave out and no option above gives. */
export const untriedSettings = Object.entries(Stage.shape)
  .filter(([name, schema]) => schema.safeParse(undefined).success && !(name in everyOption))
  .map(([name]) => name);

/** Every stage as it stands, with each option that it may have, and with all of them. */
export const everyDeployment: readonly (readonly [name: string, deployment: Synthesised])[] = Object.entries(
  stages,
).flatMap(([stage, settings]) => [
  [stage, synthesise(settings)] as const,
  ...options.map((each) => [`${stage} with ${Object.keys(each)}`, synthesise({ ...settings, ...each })] as const),
  [`${stage} with every option`, synthesise({ ...settings, ...everyOption })] as const,
]);
