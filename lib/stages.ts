import { z } from 'zod';
import type { Registration } from '../core/contract/rights.ts';
import type { OidcIssuer } from './api/token-issuer.ts';
import type { Embedding } from './embedding.ts';

/** What one stage of the service may choose. */
export interface StageSettings {
  readonly embedding: Embedding;
  /**
   * embed-batch children that one sync runs at once. The embedding model's quota is the limit, not Lambda's: one child
   * takes 2 million tokens a minute, and those that only wait are paid for (docs/scaling.md). Raise it with the quota.
   */
  readonly maxConcurrency: number;
  /** Requests a second, of all callers together, and how many may come at once above it. */
  readonly throttling: { readonly rate: number; readonly burst: number };
  /**
   * Whether tables, buckets and users stay when the stack goes, and refuse to be deleted until then. What a stack that
   * does not keep them leaves behind is a bucket that is not empty: CloudFormation deletes no other.
   */
  readonly deletionProtection: boolean;
  /** Who may register repositories: those whose token has the right (core/contract/rights.ts), or everyone with a token. */
  readonly registration: Registration;
  /** Of every log group, in days: one that CloudWatch Logs knows (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365 …). */
  readonly logRetentionDays: number;
  /** Absent: a Cognito user pool. */
  readonly oidc?: OidcIssuer | undefined;
  /** Web pages' origins that may call the API; none without. */
  readonly corsOrigins?: readonly string[] | undefined;
  /**
   * Instances of start-sync, and of the authorizer before it, that are always warm: a cold start takes longer than the
   * 500 ms that an answer may. Paid by the hour; none without.
   */
  readonly provisionedConcurrency?: number | undefined;
  /**
   * How many of these run at once, at most. Absent: no limit but the account's, which a new account (10 at once) needs,
   * since Lambda reserves only what the account has.
   */
  readonly reserved?: ReservedConcurrency | undefined;
  /** The address that alarms are sent to, after a click on the link in the first message. */
  readonly alarmEmail?: string | undefined;
}

/** Against floods: from outside (what needs no token), from schedules that share an hour, and from many syncs at once. */
export interface ReservedConcurrency {
  /** Each of the functions that may be called without a token: the hooks of git hosts, health, the API's description. */
  readonly open: number;
  readonly scheduledSync: number;
  readonly embedBatch: number;
}

/** Cohere Embed v4's smallest size is 256, its largest 1,536: 1,024 is what it is measured at most often. */
const embedding: Embedding = { model: 'cohere.embed-v4:0', dimensions: 1024 };

export const stages = {
  /** To try things in: cheap, and gone without a trace. */
  dev: {
    embedding,
    maxConcurrency: 2,
    throttling: { rate: 20, burst: 40 },
    deletionProtection: false,
    registration: 'granted',
    logRetentionDays: 7,
  },
  /** For users. Its sum of reserved concurrency, 5 × 10 + 50 + 400 = 500, is half of an account's usual 1,000. */
  prod: {
    embedding,
    maxConcurrency: 5,
    throttling: { rate: 200, burst: 400 },
    deletionProtection: true,
    registration: 'granted',
    logRetentionDays: 90,
    provisionedConcurrency: 2,
    reserved: { open: 10, scheduledSync: 50, embedBatch: 400 },
  },
} as const satisfies Record<string, StageSettings>;

const https = z.url({ protocol: /^https$/ });
const origin = https.refine(
  (url) => URL.canParse(url) && new URL(url).origin === url,
  'must be an origin such as https://app.example.com',
);

/** What a deployment may say itself (`cdk deploy -c alarmEmail=…`): whose tokens, whose pages, whom to tell. */
export const DeploymentContext = z
  .object({
    issuer: https.optional(),
    audience: z.string().min(1).optional(),
    jwks: https.optional(),
    /** With commas between. */
    corsOrigins: z
      .string()
      .transform((text) => text.split(','))
      .pipe(z.array(origin))
      .optional(),
    alarmEmail: z.email().optional(),
  })
  .refine(
    ({ issuer, audience, jwks }) => new Set([issuer, audience, jwks].map((each) => each === undefined)).size === 1,
    'issuer, audience and jwks go together: all of them, or none for a Cognito user pool',
  );

/** A stage with what its deployment says. */
export const settingsOf = (stage: StageSettings, context: z.output<typeof DeploymentContext>): StageSettings => {
  const { issuer, audience, jwks, corsOrigins, alarmEmail } = context;
  return {
    ...stage,
    ...(issuer !== undefined && audience !== undefined && jwks !== undefined
      ? { oidc: { issuer, audience, jwksUri: jwks } }
      : {}),
    ...(corsOrigins === undefined ? {} : { corsOrigins }),
    ...(alarmEmail === undefined ? {} : { alarmEmail }),
  };
};
