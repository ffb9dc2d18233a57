import { Command, CommanderError } from 'commander';

/** What was typed or set cannot be used; the message says which and what is allowed. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** `--help` was typed: the message is what to show. */
export class HelpAsked extends Error {
  override readonly name = 'HelpAsked';
}

export interface StartArguments {
  readonly source: string | null;
  readonly once: boolean;
  readonly search: string | null;
}

const environment = `
Environment:
  PORT                  where to listen (3000; 0 = any free port)
  HOST                  the address to listen on (127.0.0.1)
  ALLOWED_HOSTS         names, comma-separated, that the service is called by beside its addresses and localhost (none)
  DATA_DIR              where everything is stored (.repo-sync)
  DYNAMODB_ENDPOINT     a DynamoDB-compatible endpoint in the place of the file in DATA_DIR
  SOURCE_ROOTS          absolute folders with : between, whose repositories everyone may register
                        (the folder that is named, else your home and this folder, for the operator's token)
  REGISTRATION          who may register: anyone, or granted for tokens with the right to (anyone)
  QUOTA_REPOSITORIES    repositories that a user may own (10000)
  QUOTA_TOKENS_PER_DAY  tokens embedded for a user in a day (10000000000)
  EMBEDDINGS_URL        a service with OpenAI's embeddings API that embeds in place of the built-in embedder: http://127.0.0.1:11434/v1 (none)
  EMBEDDINGS_MODEL      its model
  EMBEDDINGS_KEY        its key (none)
  EMBEDDINGS_KEY_FILE   a file that has the key
  EMBEDDINGS_DIMENSIONS  what the service is asked to shorten its vectors to (as long as the model has them)
  EMBEDDINGS_BATCH      texts of one request at most (32)
  EMBEDDINGS_PRICE      US dollars for a million tokens, for plans, max_cost and what a job has used (not known)
  EMBEDDINGS_DOCUMENT_PREFIX  what the model wants before each text that is indexed (none)
  EMBEDDINGS_QUERY_PREFIX  what it wants before each query (none)
  WEBHOOK_ALLOW         host names and CIDRs, comma-separated, that webhooks may reach although private (none)
  METRICS               on or off: whether /metrics tells Prometheus how syncs fare (off)
  OTEL_EXPORTER_OTLP_ENDPOINT  where traces are sent (OpenTelemetry, OTLP over HTTP): http://127.0.0.1:4318 (none)
  LOG_LEVEL             debug, info, warn, error or silent (warn)
  LOG_FILE              where the log goes; - is standard error (in a terminal DATA_DIR/service.log, else standard error)

Examples:
  $ npm start -- . --once
  $ npm start -- https://example.com/some/repository.git --once --search "retry with backoff"
  $ npm start`;

const command = (): Command =>
  new Command('npm start --')
    .description('Runs the service on this machine; with a repository, registers it, syncs it and shows the progress.')
    .argument('[path or url]', 'a git repository: a path, a file:// or https:// URL, or http:// on loopback')
    .option('--once', 'exit after the sync; the exit code is not 0 when it failed')
    .option('--search <words>', 'what to search for after the sync')
    .allowExcessArguments()
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    .addHelpText('after', environment);

/** All that `npm start -- --help` shows. */
export const usage = (): string => `${command().helpInformation()}${environment}`;

/** Throws UsageError and HelpAsked. */
export const parseStart = (args: readonly string[]): StartArguments => {
  const start = command();
  try {
    start.parse(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) throw new HelpAsked(usage());
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  if (start.args.length > 1) throw new UsageError('only one repository can be named');
  const { once = false, search } = start.opts<{ once?: boolean; search?: string }>();
  const source = start.args[0] ?? null;
  if (source === null && (once || search !== undefined)) throw new UsageError('--once and --search need a repository');
  return { source, once, search: search ?? null };
};
