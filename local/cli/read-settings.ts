import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { isLogLevel, type LogLevel } from '../../adapters/system/json-logger.ts';
import { isWebhookAllowEntry } from '../../adapters/webhook/webhook-allow.ts';
import { UserId } from '../../core/contract/ids.ts';

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
  readonly dynamodbEndpoint: string | undefined;
  readonly logLevel: LogLevel;
  /** Host names and CIDR ranges that webhooks may reach although private. */
  readonly webhookAllow: readonly string[];
  readonly user: string;
}

export const usage = `Usage: npm start -- [<path or url>] [--once] [--search <words>]

  <path or url>  a git repository to register and sync: a path, a file:// or https:// URL, or http:// on loopback
  --once         exit after the sync; the exit code is not 0 when it failed
  --search       what to search for after the sync

Environment: PORT (3000; 0 = any), HOST (127.0.0.1), DATA_DIR (.repo-sync), DYNAMODB_ENDPOINT, LOG_LEVEL (warn),
             WEBHOOK_ALLOW (none; host names and CIDRs, comma-separated, that webhooks may reach although they are private)`;

const Environment = z.object({
  PORT: z.coerce.number('must be a port, 0 to 65535').int().min(0).max(65535).default(3000),
  HOST: z.string().min(1).default('127.0.0.1'),
  DATA_DIR: z.string().min(1).default('.repo-sync'),
  DYNAMODB_ENDPOINT: z.url('must be a URL').optional(),
  LOG_LEVEL: z.string().refine(isLogLevel, 'must be debug, info, warn, error or silent').default('warn'),
  WEBHOOK_ALLOW: z
    .string()
    .default('')
    .transform((list) => list.split(',').map((entry) => entry.trim()))
    .transform((entries) => entries.filter((entry) => entry !== ''))
    .refine(
      (entries) => entries.every(isWebhookAllowEntry),
      'must be host names, addresses and CIDRs, separated by commas',
    ),
});

/** Throws UsageError for what cannot be used. */
export const readSettings = (args: readonly string[], environment: NodeJS.ProcessEnv): Settings => {
  const parsed = Environment.safeParse(environment);
  if (!parsed.success)
    throw new UsageError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'));
  const { PORT, HOST, DATA_DIR, DYNAMODB_ENDPOINT, LOG_LEVEL, WEBHOOK_ALLOW } = parsed.data;
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
    dynamodbEndpoint: DYNAMODB_ENDPOINT,
    logLevel: LOG_LEVEL,
    webhookAllow: WEBHOOK_ALLOW,
    user: localUser(),
  };
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
