import { type StageSettings, stages } from '../../lib/stages.ts';
import { type Synthesised, synthesise } from './synthesised.ts';

type Optional = { [Key in keyof StageSettings as undefined extends StageSettings[Key] ? Key : never]-?: unknown };

/** Every setting that a stage may leave out, given. A new one does not compile until it is here. */
const options: { [Key in keyof Optional]: Required<StageSettings>[Key] } = {
  oidc: {
    issuer: 'https://login.example.com',
    audience: 'repository-sync',
    jwksUri: 'https://login.example.com/keys',
  },
  corsOrigins: ['https://app.example.com', 'https://other.example.com:8443'],
  provisionedConcurrency: 3,
  reserved: { open: 5, scheduledSync: 10, embedBatch: 20 },
  alarmEmail: 'ops@example.com',
};

/** Every stage as it stands, with each option that it may have, and with all of them. */
export const everyDeployment: readonly (readonly [name: string, deployment: Synthesised])[] = Object.entries(
  stages as Record<string, StageSettings>,
).flatMap(([stage, settings]) => [
  [stage, synthesise(settings)] as const,
  ...Object.entries(options).map(
    ([name, value]) => [`${stage} with ${name}`, synthesise({ ...settings, [name]: value })] as const,
  ),
  [`${stage} with every option`, synthesise({ ...settings, ...options })] as const,
]);
