import type { Runtime } from '../core/ports/runtime.ts';
import { noTracing, type SpanFacts, type Tracing } from '../core/ports/tracing.ts';
import type { WorkflowEngine } from './workflow-engine/workflow-engine.ts';

/** Loads OpenTelemetry where traces are wanted, and only there: 0.15 s of processor time a thread. */
export const openTracing = async (wanted: boolean): Promise<Tracing> => {
  if (!wanted) return noTracing;
  const { createTracing } = await import('../adapters/opentelemetry/tracing.ts');
  return createTracing(process.env.OTEL_SERVICE_NAME ?? 'repository-sync');
};

/** The ports whose calls are spans, with the first part of those spans' names. */
const traced = {
  git: 'git',
  remoteLook: 'git',
  sourceRemotes: 'git',
  objects: 'objects',
  index: 'index',
  embedder: 'embedder',
  webhooks: 'webhooks',
  repositories: 'database.repositories',
  branches: 'database.branches',
  jobs: 'database.jobs',
  claims: 'database.claims',
  running: 'database.running',
  batches: 'database.batches',
  ends: 'database.ends',
  outbox: 'database.outbox',
  followUps: 'database.follow-ups',
  removals: 'database.removals',
  pushDeliveries: 'database.push-deliveries',
  tokenQuota: 'database.token-quota',
} as const satisfies Partial<Record<keyof Runtime, string>>;

/** The same ports; each call within a span is one of its own. What the service does by itself, each second, is in none. */
export const tracedRuntime = (runtime: Runtime, tracing: Tracing): Runtime => {
  if (tracing === noTracing) return runtime;
  const ports = new Map<string | symbol, object>();
  return new Proxy(runtime, {
    get: (target, port) => {
      const name = new Map<string | symbol, string>(Object.entries(traced)).get(port);
      const real: unknown = Reflect.get(target, port);
      if (name === undefined || typeof real !== 'object' || real === null) return real;
      const known = ports.get(port) ?? tracedPort(real, name, tracing);
      ports.set(port, known);
      return known;
    },
  });
};

const tracedPort = (port: object, name: string, tracing: Tracing): object =>
  new Proxy(port, {
    get: (target, member) => {
      const real: unknown = Reflect.get(target, member);
      if (typeof real !== 'function') return real;
      return (...args: readonly unknown[]): unknown => {
        const result: unknown = Reflect.apply(real, target, args);
        // Lists that are read piece by piece take their reader's time: they are no spans.
        if (!(result instanceof Promise) || tracing.traceparent() === undefined) return result;
        return tracing.span(`${name}.${String(member)}`, {}, () => result);
      };
    },
  });

/** A job's ids, where the payload of its step has them. */
const idsIn = (payload: unknown): SpanFacts => {
  const { job_id, repository_id } = (payload ?? {}) as { readonly job_id?: unknown; readonly repository_id?: unknown };
  return {
    ...(typeof job_id === 'string' ? { job_id } : {}),
    ...(typeof repository_id === 'string' ? { repository_id } : {}),
  };
};

type Invoke = (name: string, payload: unknown, options: { readonly signal: AbortSignal }) => Promise<unknown>;
/** A worker learns which span its call is within. */
type InvokeWithin = (
  name: string,
  payload: unknown,
  options: { readonly signal: AbortSignal; readonly traceparent?: string | undefined },
) => Promise<unknown>;

/** Each call of a function is a span, which its worker's spans are within. */
export const tracedInvoke =
  (invoke: InvokeWithin, tracing: Tracing): Invoke =>
  (name, payload, options) =>
    tracing.span(name, idsIn(payload), () => invoke(name, payload, { ...options, traceparent: tracing.traceparent() }));

/** An execution is a span of its own, within the request that has started it; it ends with the execution. */
export const tracedStart =
  (engine: Pick<WorkflowEngine, 'start' | 'wait'>, tracing: Tracing): WorkflowEngine['start'] =>
  (name, input) => {
    if (tracing === noTracing) return engine.start(name, input);
    const started = Promise.withResolvers<Awaited<ReturnType<WorkflowEngine['start']>>>();
    const run = async (tell: (more: SpanFacts) => void): Promise<void> => {
      try {
        const outcome = await engine.start(name, input);
        started.resolve(outcome);
        if (outcome === 'started') tell({ outcome: (await engine.wait(name)).status });
      } catch (error) {
        started.reject(error);
      }
    };
    void tracing.span('sync', { execution: name, ...idsIn(input) }, run);
    return started.promise;
  };
