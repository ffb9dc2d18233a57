import { homedir, userInfo } from 'node:os';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import { isLogLevel, type LogLevel } from '../../adapters/system/json-logger.ts';
import { isWebhookAllowEntry } from '../../adapters/webhook/webhook-allow.ts';
import { UserId } from '../../core/contract/ids.ts';
import { type Registration, registrations } from '../../core/contract/rights.ts';
import type { Quotas } from '../../core/domain/quota.ts';
import { defaultQuotas } from '../default-quotas.ts';
import type { Embeddings } from '../embeddings.ts';
import { nameSource } from './name-source.ts';
import { readEmbeddings } from './read-embeddings.ts';
import { folderOf } from './source-fault.ts';
import { parseStart, UsageError } from './start-arguments.ts';

export interface Settings {
  /** What to index: a path or a URL as it was typed; null: only serve. */
  readonly source: string | null;
  readonly once: boolean;
  /** The sample search; null: words of the repository's name. */
  readonly search: string | null;
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  /** Names that the service may be called by, beside its own addresses and localhost. */
  readonly hostNames: readonly string[];
  readonly dynamodbEndpoint: string | undefined;
  readonly logLevel: LogLevel;
  /** Null: standard error. */
  readonly logFile: string | null;
  /** Host names and CIDR ranges that webhooks may reach although private. */
  readonly webhookAllow: readonly string[];
  /** Folders whose repositories may be read. `forAll`: the operator has named them, so everyone may register them. */
  readonly sourceRoots: { readonly folders: readonly string[]; readonly forAll: boolean };
  readonly registration: Registration;
  readonly quotas: Quotas;
  /** Null: the embedder that is a part of the service. */
  readonly embeddings: Embeddings | null;
  /** Whether /metrics answers. */
  readonly metrics: boolean;
  /** Whether traces are sent. */
  readonly traces: boolean;
  readonly user: string;
}

const List = z
  .string()
  .default('')
  .transform((list) => list.split(',').map((entry) => entry.trim()))
  .transform((entries) => entries.filter((entry) => entry !== ''));

const quota = (usual: number) => z.coerce.number('must be a whole number').int().min(0).default(usual);

const Environment = z.object({
  PORT: z.coerce.number('must be a port, 0 to 65535').int().min(0).max(65535).default(3000),
  HOST: z.string().min(1).default('127.0.0.1'),
  DATA_DIR: z.string().min(1).default('.repo-sync'),
  DYNAMODB_ENDPOINT: z.url('must be a URL').optional(),
  LOG_LEVEL: z.string().refine(isLogLevel, 'must be debug, info, warn, error or silent').default('warn'),
  LOG_FILE: z.string().min(1).optional(),
  WEBHOOK_ALLOW: List.refine(
    (entries) => entries.every(isWebhookAllowEntry),
    'must be host names, addresses and CIDRs with commas between',
  ),
  SOURCE_ROOTS: z
    .string()
    .transform((list) => list.split(delimiter).filter((entry) => entry !== ''))
    .refine((entries) => entries.every((entry) => isAbsolute(entry)), 'must be absolute paths with : between')
    .optional(),
  QUOTA_REPOSITORIES: quota(defaultQuotas.repositories),
  QUOTA_TOKENS_PER_DAY: quota(defaultQuotas.tokensPerDay),
  REGISTRATION: z.enum(registrations, 'must be anyone or granted').default('anyone'),
  METRICS: z.enum(['on', 'off'], 'must be on or off').default('off'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' }).optional(),
  ALLOWED_HOSTS: List.refine(
    (entries) => entries.every((entry) => /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(entry)),
    'must be host names without ports, with commas between',
  ),
});

/** Throws UsageError for what cannot be used, and HelpAsked. `isTerminal`: progress is drawn on standard error, and is not to be torn by log lines. */
export const readSettings = (args: readonly string[], environment: NodeJS.ProcessEnv, isTerminal = false): Settings => {
  const { source, once, search } = parseStart(args);
  const parsed = Environment.safeParse(environment);
  if (!parsed.success)
    throw new UsageError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'));
  const {
    PORT,
    HOST,
    DATA_DIR,
    DYNAMODB_ENDPOINT,
    LOG_LEVEL,
    LOG_FILE,
    WEBHOOK_ALLOW,
    ALLOWED_HOSTS,
    SOURCE_ROOTS,
    REGISTRATION,
  } = parsed.data;
  const dataDir = resolve(DATA_DIR);
  return {
    source,
    once,
    search,
    dataDir,
    host: HOST,
    port: PORT,
    hostNames: ALLOWED_HOSTS,
    dynamodbEndpoint: DYNAMODB_ENDPOINT,
    logLevel: LOG_LEVEL,
    logFile: logFileOf(LOG_FILE, dataDir, isTerminal),
    webhookAllow: WEBHOOK_ALLOW,
    sourceRoots:
      SOURCE_ROOTS === undefined
        ? { folders: defaultRoots(source), forAll: false }
        : { folders: SOURCE_ROOTS, forAll: true },
    registration: REGISTRATION,
    quotas: { repositories: parsed.data.QUOTA_REPOSITORIES, tokensPerDay: parsed.data.QUOTA_TOKENS_PER_DAY },
    embeddings: readEmbeddings(environment),
    metrics: parsed.data.METRICS === 'on',
    traces: parsed.data.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined,
    user: localUser(),
  };
};

const logFileOf = (named: string | undefined, dataDir: string, isTerminal: boolean): string | null => {
  if (named === '-') return null;
  if (named !== undefined) return resolve(named);
  return isTerminal ? join(dataDir, 'service.log') : null;
};

/** The folder that was named; without one, the home of the user who starts the service, and the working directory. */
const defaultRoots = (source: string | null): readonly string[] => {
  const path = source === null ? null : folderOf(nameSource(source, process.cwd()).url);
  return path === null ? [homedir(), process.cwd()] : [path];
};

/** The user of this machine, where the name will do as a user id. */
export const localUser = (): string => {
  const name = UserId.safeParse(safeUserName());
  return name.success ? name.data : 'local';
};

const safeUserName = (): string => {
  try {
    return userInfo().username;
  } catch {
    // A container's user may have no name.
    return 'local';
  }
};
