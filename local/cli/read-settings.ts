import { homedir, userInfo } from 'node:os';
import { delimiter, isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { isLogLevel, type LogLevel } from '../../adapters/system/json-logger.ts';
import { isWebhookAllowEntry } from '../../adapters/webhook/webhook-allow.ts';
import { UserId } from '../../core/contract/ids.ts';
import { type Registration, registrations } from '../../core/contract/rights.ts';
import type { Quotas } from '../../core/domain/quota.ts';
import { defaultQuotas } from '../default-quotas.ts';
import { nameSource } from './name-source.ts';

/** What was typed or set cannot be used; the message says which and what is allowed. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

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
  /** Host names and CIDR ranges that webhooks may reach although private. */
  readonly webhookAllow: readonly string[];
  /** Folders whose repositories may be read. `forAll`: the operator has named them, so everyone may register them. */
  readonly sourceRoots: { readonly folders: readonly string[]; readonly forAll: boolean };
  readonly registration: Registration;
  readonly quotas: Quotas;
  readonly user: string;
}

export const usage = `Usage: npm start -- [<path or url>] [--once] [--search <words>]

  <path or url>  a git repository to register and sync: a path, a file:// or https:// URL, or http:// on loopback
  --once         exit after the sync; the exit code is not 0 when it failed
  --search       what to search for after the sync

Environment: PORT (3000; 0 = any), HOST (127.0.0.1), DATA_DIR (.repo-sync), DYNAMODB_ENDPOINT, LOG_LEVEL (warn),
             WEBHOOK_ALLOW (none; host names and CIDRs, comma-separated, that webhooks may reach although private),
             SOURCE_ROOTS (the folder that is named, else your home and this folder; absolute paths with : between, whose
             repositories everyone may register), REGISTRATION (anyone; granted: only tokens with the right to),
             QUOTA_REPOSITORIES (10000; that a user may own), QUOTA_TOKENS_PER_DAY (10000000000; embedded for a user),
             ALLOWED_HOSTS (none; names, comma-separated, that the service is called by beside its addresses and localhost)`;

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
  ALLOWED_HOSTS: List.refine(
    (entries) => entries.every((entry) => /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(entry)),
    'must be host names without ports, with commas between',
  ),
});

/** Throws UsageError for what cannot be used. */
export const readSettings = (args: readonly string[], environment: NodeJS.ProcessEnv): Settings => {
  const parsed = Environment.safeParse(environment);
  if (!parsed.success)
    throw new UsageError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'));
  const {
    PORT,
    HOST,
    DATA_DIR,
    DYNAMODB_ENDPOINT,
    LOG_LEVEL,
    WEBHOOK_ALLOW,
    ALLOWED_HOSTS,
    SOURCE_ROOTS,
    REGISTRATION,
  } = parsed.data;
  const { values, positionals } = parseArguments(args);
  if (positionals.length > 1) throw new UsageError('only one repository can be named');
  const source = positionals[0] ?? null;
  if (source === null && (values.once || values.search !== undefined))
    throw new UsageError('--once and --search need a repository');
  return {
    source,
    once: values.once,
    search: values.search ?? null,
    dataDir: resolve(DATA_DIR),
    host: HOST,
    port: PORT,
    hostNames: ALLOWED_HOSTS,
    dynamodbEndpoint: DYNAMODB_ENDPOINT,
    logLevel: LOG_LEVEL,
    webhookAllow: WEBHOOK_ALLOW,
    sourceRoots:
      SOURCE_ROOTS === undefined
        ? { folders: defaultRoots(source), forAll: false }
        : { folders: SOURCE_ROOTS, forAll: true },
    registration: REGISTRATION,
    quotas: { repositories: parsed.data.QUOTA_REPOSITORIES, tokensPerDay: parsed.data.QUOTA_TOKENS_PER_DAY },
    user: localUser(),
  };
};

/** The folder that was named; without one, the home of the user who starts the service, and the working directory. */
const defaultRoots = (source: string | null): readonly string[] => {
  const path = source === null ? null : pathOf(nameSource(source, process.cwd()).url);
  return path === null ? [homedir(), process.cwd()] : [path];
};

const pathOf = (url: string): string | null => {
  if (url.startsWith('/')) return url;
  return /^file:/i.test(url) && URL.canParse(url) ? fileURLToPath(url) : null;
};

const parseArguments = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { once: { type: 'boolean', default: false }, search: { type: 'string' } },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
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
