import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createTables } from '../adapters/dynamodb/create-tables.ts';
import { scheduledRepositories } from '../adapters/dynamodb/scheduled-repositories.ts';
import { requireGit } from '../adapters/git/require-git.ts';
import { requireIndexLibrary } from '../adapters/lancedb/require-binary.ts';
import { startSearchIndexHost } from '../adapters/lancedb/thread/host.ts';
import { createPrometheusMetrics } from '../adapters/prometheus/prometheus-metrics.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { holdDataDir } from '../adapters/system/data-dir-lock.ts';
import { createJsonLogger, type LogLevel } from '../adapters/system/json-logger.ts';
import { openPrivateDirectory } from '../adapters/system/private-directory.ts';
import { useProcessHelper } from '../adapters/system/process-helper/client.ts';
import { startProcessHelper } from '../adapters/system/process-helper/start.ts';
import { type Registration, rights } from '../core/contract/rights.ts';
import type { Quotas } from '../core/domain/quota.ts';
import type { Runtime } from '../core/ports/runtime.ts';
import type { Tracing } from '../core/ports/tracing.ts';
import { openConsole } from './console.ts';
import { openDatabase, prepareDatabase } from './database.ts';
import { defaultQuotas } from './default-quotas.ts';
import { type Embeddings, measureEmbeddings } from './embeddings.ts';
import { BATCHES_A_WORKER, type FunctionHost, runsInWorker, startFunctionHost } from './function-host.ts';
import { type Gateway, startGateway } from './gateway/gateway.ts';
import { keepToken } from './keep-token.ts';
import { loadFunction } from './load-function.ts';
import { logTo, putLargeLogAside } from './log-file.ts';
import { collectMetrics } from './metrics-channel.ts';
import { composeRuntime, type LocalConfig, tableNames, useRuntime } from './runtime.ts';
import { startScheduleLoop } from './schedule-loop.ts';
import { sweepTemporaryFiles } from './temporary-files.ts';
import { openTokenIssuer, type TokenIssuer } from './token-issuer.ts';
import { openTracing, tracedInvoke, tracedRuntime, tracedStart } from './tracing.ts';
import { createWorkflowEngine, type WorkflowEngine } from './workflow-engine/workflow-engine.ts';

export interface ServerOptions {
  readonly dataDir: string;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Names that the service is called by, beside its own addresses and localhost. */
  readonly hostNames?: readonly string[] | undefined;
  /** A server that speaks DynamoDB, in the place of the file in `dataDir`. */
  readonly dynamodbEndpoint?: string | undefined;
  readonly logLevel: LogLevel;
  /** Where the log goes; standard error without. */
  readonly logFile?: string | null | undefined;
  /** Host names and CIDR ranges that webhooks may reach although private; none without. */
  readonly webhookAllow?: readonly string[] | undefined;
  /** Folders whose repositories may be read, and whether everyone may register them; none without. */
  readonly sourceRoots?: LocalConfig['sourceRoots'] | undefined;
  /** Who may register repositories; `anyone` without. */
  readonly registration?: Registration | undefined;
  /** What a user may use; {@link defaultQuotas} without. */
  readonly quotas?: Quotas | undefined;
  /** What embeds; the embedder that is a part of the service without. */
  readonly embeddings?: Embeddings | null | undefined;
  /** Whether metrics are collected, and told at /metrics; not without. */
  readonly metrics?: boolean | undefined;
  /** Whether traces are sent, to where the OTEL_EXPORTER_OTLP_… variables say; not without. */
  readonly traces?: boolean | undefined;
  /** Whom the token in the data directory speaks for: the operator. */
  readonly user: string;
}

/** Parts that a test may exchange. */
export interface ServerParts {
  /** How the workflow's functions are run; worker threads, unless told otherwise. */
  readonly startFunctions?: (...parts: Parameters<typeof startFunctionHost>) => FunctionHost;
  /** Wraps the ports of this thread, to put faults between them and the steps. */
  readonly decorate?: (runtime: Runtime) => Runtime;
}

export interface LocalServer {
  readonly url: string;
  /** A token for the user of the options. */
  readonly token: string;
  /** Signs this user in at the console, once; null where the console is not built. */
  readonly consoleLink: string | null;
  readonly issuer: TokenIssuer;
  readonly runtime: Runtime;
  /** Resolves when something that the service cannot do without has ended; it is of no use any more then. */
  readonly broken: Promise<string>;
  close(): Promise<void>;
}

/** How often jobs are looked after; on AWS a schedule does it each minute. */
const RECONCILE_MILLISECONDS = 10_000;

/** How often webhooks and syncs after pushes are looked for; on AWS the table's stream and a schedule do it. */
const DISPATCH_MILLISECONDS = 1_000;

/** How often what has expired is deleted; on AWS the table does it within days. */
const EXPIRE_MILLISECONDS = 60_000;
/** A removal is cleared by the call that makes it; this is for those that were cut short. */
const REMOVAL_MILLISECONDS = 10_000;

/** A day's work: the next one begins with a new link. */
const SIGNED_IN_DAYS = 1;

/** Bucket is the object store's name inside the workflow definition: there is one store. */
const BUCKET = 'local';

/** Starts everything that one machine needs, in the order in which it is needed, and takes it down in reverse. */
export const startServer = async (options: ServerOptions, parts: ServerParts = {}): Promise<LocalServer> => {
  const { startFunctions = startFunctionHost, decorate = (runtime) => runtime } = parts;
  requireIndexLibrary();
  await requireGit();
  await openPrivateDirectory(options.dataDir);
  const undo: (() => Promise<void> | void)[] = [];
  const broken = Promise.withResolvers<string>();
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    // Two servers on one directory would each think that the other's jobs had died.
    undo.push(holdDataDir(options.dataDir));
    if (typeof options.logFile === 'string') putLargeLogAside(options.logFile);
    await sweepTemporaryFiles(options.dataDir);
    undo.push(() => sweepTemporaryFiles(options.dataDir));
    // First of all, while this process is small.
    const helper = await startProcessHelper();
    useProcessHelper(helper.path);
    undo.push(async () => {
      useProcessHelper(null);
      await helper.close();
    });
    const logger = createJsonLogger(options.logLevel, logTo(options.logFile));
    const { embeddings = null } = options;
    const measured = embeddings === null ? null : await measureEmbeddings(embeddings, options.dataDir, logger);
    const issuer = await openTokenIssuer(options.dataDir);
    prepareDatabase(options);
    const database = openDatabase(options);
    undo.push(() => database.close());
    await createTables(database.client, tableNames);

    const index = startSearchIndexHost(join(options.dataDir, 'index'));
    undo.push(() => index.close());
    void index.exited.then(() => broken.resolve('the search index’s thread has ended'));
    const metrics = options.metrics === true ? startMetrics() : null;
    if (metrics !== null) undo.push(metrics.close);
    const tracing = await openTracing(options.traces === true);
    undo.push(() => tracing.close());
    const workers = Math.max(1, availableParallelism());
    const config: LocalConfig = {
      dataDir: options.dataDir,
      dynamodbEndpoint: options.dynamodbEndpoint,
      jwks: issuer.jwks,
      logLevel: options.logLevel,
      logFile: options.logFile,
      maxConcurrency: workers * BATCHES_A_WORKER,
      webhookAllow: options.webhookAllow ?? [],
      sourceRoots: options.sourceRoots ?? { folders: [], forAll: false },
      registration: options.registration ?? 'anyone',
      quotas: options.quotas ?? defaultQuotas,
      embeddings: measured,
      metricsChannel: metrics?.channel,
      traces: options.traces,
      processHelper: helper.path,
      operator: options.user,
    };
    const engine: { started: WorkflowEngine | null } = { started: null };
    const runtime = tracedRuntime(
      decorate(
        composeRuntime(config, {
          dynamoDb: database.client,
          index: index.index,
          workflow: lateWorkflow(engine, tracing),
        }),
      ),
      tracing,
    );
    void helper.exited.then(() => runtime.logger.info('the process that starts programs has ended'));
    const functions = startFunctions(config, index.connect, runtime.logger, { workers, warm: true });
    undo.push(() => functions.close());
    engine.started = await startEngine(runtime, tracedInvoke(functions.invoke, tracing));
    undo.push(() => engine.started?.close());

    useRuntime(runtime);
    await reconcile(0);
    undo.push(
      systemClock.every(RECONCILE_MILLISECONDS, () =>
        reconcile(RECONCILE_MILLISECONDS / 1000).catch((error: unknown) => {
          runtime.logger.error('jobs not looked after', { error: String(error) });
        }),
      ),
    );
    undo.push(
      systemClock.every(REMOVAL_MILLISECONDS, () =>
        dispatch('removals').catch((error: unknown) => {
          runtime.logger.error('removed repositories not cleared', { error: String(error) });
        }),
      ),
    );
    // Each has its own turn: a receiver that takes its time holds up no sync.
    for (const only of ['webhooks', 'follow-ups'] as const)
      undo.push(
        systemClock.every(DISPATCH_MILLISECONDS, () =>
          dispatch(only).catch((error: unknown) => {
            runtime.logger.error('what is due not dispatched', { only, error: String(error) });
          }),
        ),
      );
    undo.push(
      systemClock.every(EXPIRE_MILLISECONDS, async () => {
        try {
          await database.expire();
        } catch (error) {
          runtime.logger.error('what has expired not deleted', { error: String(error) });
        }
      }),
    );
    undo.push(startScheduleLoop(runtime, () => scheduledRepositories(database.client, tableNames.repositories)));
    const issueOwn = () => issuer.issue(options.user, Object.values(rights));
    const { token, stop } = await keepToken(join(options.dataDir, 'token'), issueOwn, runtime.logger);
    undo.push(stop);
    const console = await openConsole(options.dataDir, () =>
      issuer.issue(options.user, Object.values(rights), SIGNED_IN_DAYS),
    );
    const closing = new AbortController();
    undo.push(() => closing.abort());
    const load: typeof loadFunction = async (name) =>
      runsInWorker(name)
        ? (event) => functions.invoke(name, event, { signal: closing.signal, traceparent: tracing.traceparent() })
        : loadFunction(name);
    const gateway: Gateway = await startGateway({
      ...options,
      load,
      logger: runtime.logger,
      console: console.served,
      metrics: metrics?.page,
      tracing,
    });
    undo.push(() => gateway.close());
    const consoleLink = await console.listens(gateway.url);
    return { url: gateway.url, token, consoleLink, issuer, runtime, broken: broken.promise, close };
  } catch (error) {
    await close();
    throw error;
  }
};

/** Threads have the channel's name from their configuration: each service of a process has its own. */
const startMetrics = () => {
  const { page, ...metrics } = createPrometheusMetrics();
  const channel = `metrics-${randomUUID()}`;
  return { channel, page, close: collectMetrics(channel, metrics) };
};

/** The engine needs the object store of the runtime, and the runtime names the engine: this closes the circle. */
const lateWorkflow = (engine: { started: WorkflowEngine | null }, tracing: Tracing): Runtime['workflow'] => {
  const started = (): WorkflowEngine => {
    if (engine.started === null) throw new Error('the workflow engine has not started');
    return engine.started;
  };
  return {
    start: (name, input) => tracedStart(started(), tracing)(name, input),
    stop: (name, cause) => started().stop(name, cause),
    describe: (name) => started().describe(name),
  };
};

/** The state machine that is deployed, with this machine's functions in the place of ARNs. */
const startEngine = async (
  runtime: Runtime,
  invoke: Parameters<typeof createWorkflowEngine>[0]['invoke'],
): Promise<WorkflowEngine> => {
  const definition: unknown = JSON.parse(
    await readFile(new URL('../core/workflow/sync.asl.json', import.meta.url), 'utf8'),
  );
  return createWorkflowEngine({
    definition,
    substitutions: {
      BeginSyncFunction: 'begin-sync',
      PullFunction: 'pull',
      ImportSnapshotFunction: 'import-snapshot',
      DiffFunction: 'diff',
      StageFunction: 'stage',
      EmbedBatchFunction: 'embed-batch',
      PublishFunction: 'publish',
      FailSyncFunction: 'fail-sync',
      Bucket: BUCKET,
    },
    invoke,
    objects: runtime.objects,
    logger: runtime.logger,
  });
};

const dispatch = async (only: 'webhooks' | 'follow-ups' | 'removals'): Promise<void> => {
  const handler = await loadFunction('dispatch-due');
  await handler({ only });
};

const reconcile = async (graceSeconds: number): Promise<void> => {
  const handler = await loadFunction('reconcile-syncs');
  await handler({ graceSeconds });
};
