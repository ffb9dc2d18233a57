import { z } from 'zod';
import { registrations } from '../core/contract/rights.ts';
import configured from '../stages.json' with { type: 'json' };

const whole = z.int().min(1);
const https = z.url({ protocol: /^https$/ });
const origin = https.refine(
  (url) => URL.canParse(url) && new URL(url).origin === url,
  'must be an origin such as https://app.example.com',
);

/** What adapters/bedrock/embedder.ts can call, with the sizes of vectors that each has. */
const models: ReadonlyMap<string, readonly number[]> = new Map([
  ['cohere.embed-v4:0', [256, 512, 1024, 1536]],
  ['amazon.titan-embed-text-v2:0', [256, 512, 1024]],
]);

/** The model behind an inference profile, whose id has a geography in front; else the model itself. */
export const modelOf = (id: string): string => id.replace(/^(us|eu|apac|jp|au|ca|us-gov|global)\./, '');

/** Which Bedrock model turns text into vectors. Another model or size makes new generations of every index. */
const Embedding = z
  .strictObject({
    /** A model's id, or an inference profile's (`us.`, `eu.`, `global.` … in front). */
    model: z.string().refine((id) => models.has(modelOf(id)), `must be one of ${[...models.keys()].join(', ')}`),
    /** Cohere Embed v4's smallest size is 256, its largest 1,536: 1,024 is what it is measured at most often. */
    dimensions: whole,
    /** What the model takes in the stage's region, for the costs that plans tell and limits hold; without, no costs are shown. */
    usdPerMillionTokens: z.number().min(0).optional(),
  })
  .refine(({ model, dimensions }) => models.get(modelOf(model))?.includes(dimensions) ?? true, {
    path: ['dimensions'],
    error: 'must be a size that the model has',
  });
export type Embedding = z.output<typeof Embedding>;

/** An organisation's own OIDC issuer. */
const OidcIssuer = z.strictObject({
  /** What the tokens' `iss` claim must be: the issuer's address. */
  issuer: https,
  /** What the tokens' `aud` claim must hold. */
  audience: z.string().min(1),
  /** Where the issuer's public keys are (`jwks_uri` of its OpenID configuration). */
  jwksUri: https,
});
export type OidcIssuer = z.output<typeof OidcIssuer>;

/** The console on CloudFront, and how its users sign in: at the stage's user pool, or at its `oidc` issuer. */
const Console = z.strictObject({
  /** Of the user pool's pages: https://<prefix>.auth.<region>.amazoncognito.com, where no other account has it. */
  signInPrefix: z
    .string()
    .regex(
      /^(?!.*(aws|amazon|cognito))[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
      'must be 1 to 63 of a-z, 0-9 and -, without aws, amazon or cognito',
    )
    .optional(),
  /** What the console is at the `oidc` issuer: a public client, which may use authorization code with PKCE. */
  clientId: z.string().min(1).optional(),
  /** What is asked for there; `openid` without. With `offline_access` many issuers give refresh tokens only then. */
  scope: z.string().min(1).optional(),
  /** More parameters of the request there, such as `audience` or `resource`. */
  parameters: z.record(z.string(), z.string()).optional(),
  /** Origins of the issuer beside that of its address, such as the one of its token endpoint. */
  issuerOrigins: z.array(origin).optional(),
  /** A name of the operator's own, with its certificate, which must be in us-east-1. Without: a name of CloudFront's. */
  domain: z
    .strictObject({
      name: z.hostname(),
      certificateArn: z.string().regex(/^arn:[\w-]+:acm:us-east-1:\d{12}:certificate\/[\w-]+$/, 'must be of us-east-1'),
    })
    .optional(),
});
export type ConsoleSettings = z.output<typeof Console>;

/** Against floods: from outside (what needs no token), from schedules that share an hour, and from many syncs at once. */
const ReservedConcurrency = z.strictObject({
  /** Each of the functions that may be called without a token: the hooks of git hosts, health, the API's description. */
  open: whole,
  /** Agents' function: it answers at once without a good token, and with one may wait for a job. */
  mcp: whole,
  scheduledSync: whole,
  embedBatch: whole,
});
export type ReservedConcurrency = z.output<typeof ReservedConcurrency>;

const isOfUserPool = ({ signInPrefix, clientId, scope, parameters, issuerOrigins }: ConsoleSettings): boolean =>
  signInPrefix !== undefined && [clientId, scope, parameters, issuerOrigins].every((each) => each === undefined);

/** All that one stage of the service is: stages.json holds them, docs/deploy.md explains each setting. */
export const Stage = z
  .strictObject({
    /** The only account and region that this stage may be deployed to; whatever the credentials say without. */
    account: z
      .string()
      .regex(/^\d{12}$/, 'must be 12 digits')
      .optional(),
    region: z
      .string()
      .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be a region such as eu-central-1')
      .optional(),
    embedding: Embedding,
    /**
     * embed-batch children that one sync runs at once. The embedding model's quota is the limit, not Lambda's: one child
     * takes 2 million tokens a minute, and those that only wait are paid for (docs/scaling.md). Raise it with the quota.
     */
    maxConcurrency: whole.max(1000),
    /** Requests a second, of all callers together, and how many may come at once above it. */
    throttling: z.strictObject({ rate: whole, burst: whole }),
    /** Whether tables, buckets and users stay when the stack goes, and refuse to be deleted until then. */
    deletionProtection: z.boolean(),
    /** Who may register repositories: those whose token has the right (core/contract/rights.ts), or everyone with a token. */
    registration: z.enum(registrations),
    /** What each user may use: repositories owned, and tokens that these have embedded in a day (UTC). */
    quotas: z.strictObject({ repositories: whole, tokensPerDay: whole }),
    /** Of every log group: what CloudWatch Logs knows. */
    logRetentionDays: z.literal([
      1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
    ]),
    /** Absent: a Cognito user pool. */
    oidc: OidcIssuer.optional(),
    /**
     * Whether this stage makes the role as which API Gateway writes the logs of every API of the account and region, and
     * sets it there. Absent: the account has one.
     */
    apiGatewayLogRole: z.boolean().optional(),
    /** Absent: no console. */
    console: Console.optional(),
    /** Web pages' origins that may call the API; none without. */
    corsOrigins: z.array(origin).min(1).optional(),
    /**
     * Instances of start-sync, and of the authorizer before it, that are always warm: a cold start takes longer than the
     * 500 ms that an answer may. Paid by the hour; none without.
     */
    provisionedConcurrency: whole.optional(),
    /**
     * How many of these run at once, at most. Absent: no limit but the account's, which a new account (10 at once) needs,
     * since Lambda reserves only what the account has.
     */
    reserved: ReservedConcurrency.optional(),
    /** The address that alarms are sent to, after a click on the link in the first message. */
    alarmEmail: z.email().optional(),
  })
  .refine(
    ({ account, region }) => (account === undefined) === (region === undefined),
    'account and region go together: both of them, or none',
  )
  .refine(({ oidc, console }) => console === undefined || oidc !== undefined || isOfUserPool(console), {
    path: ['console'],
    error: 'needs a signInPrefix for the user pool, and nothing that an oidc issuer has',
  })
  .refine(
    ({ oidc, console }) =>
      console === undefined ||
      oidc === undefined ||
      (console.clientId !== undefined && console.signInPrefix === undefined),
    { path: ['console'], error: 'needs a clientId at the oidc issuer, and no signInPrefix' },
  );
export type StageSettings = z.output<typeof Stage>;

/** A stage's name is the end of its stack's name, and with it of every name that AWS knows the stage's resources by. */
export const Stages = z.record(z.string().regex(/^[a-z][a-z0-9-]{0,19}$/), Stage);

/** What stages.json says. */
export const stages: Readonly<Record<keyof typeof configured, StageSettings>> = Stages.parse(configured) as Record<
  keyof typeof configured,
  StageSettings
>;

/** What an earlier version took by `-c`. */
const formerFlags = ['issuer', 'audience', 'jwks'];

/**
 * The stages that a command is about: all of them, or the one that `-c stage=<name>` names. A setting given by `-c` is
 * refused, since a deployment without it would remove it: another issuer would lock out every user.
 */
export const chosenStages = (
  all: Readonly<Record<string, StageSettings>>,
  context: Readonly<Record<string, unknown>>,
): Readonly<Record<string, StageSettings>> => {
  const settings = [...Object.keys(Stage.shape), ...formerFlags].filter((name) => context[name] !== undefined);
  if (settings.length > 0)
    throw new RangeError(`-c ${settings.join(', ')}: settings belong in stages.json; -c names only the stage`);
  const { stage: name } = context;
  if (name === undefined) return all;
  const chosen = typeof name === 'string' ? all[name] : undefined;
  if (chosen === undefined) throw new RangeError(`-c stage=${name}: stages.json has ${Object.keys(all).join(', ')}`);
  return { [String(name)]: chosen };
};
