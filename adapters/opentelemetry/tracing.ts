import { AsyncLocalStorage } from 'node:async_hooks';
import { ROOT_CONTEXT, type SpanContext, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Tracing } from '../../core/ports/tracing.ts';

/** A thread that is ended at once loses what it has not sent by then. */
const SEND_EVERY_MILLISECONDS = 500;
/** Of a large sync's database calls, between two sendings. What does not fit is dropped. */
const MOST_SPANS = 8_192;

/**
 * Spans by OTLP over HTTP, as JSON. Where to, with which headers and how long is in the variables of OpenTelemetry's own specification
 * (OTEL_EXPORTER_OTLP_…), which its exporter reads. What cannot be sent is dropped: a collector that is away holds up nothing.
 */
export const createTracing = (serviceName: string): Tracing => {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new OTLPTraceExporter(),
        scheduledDelayMillis: SEND_EVERY_MILLISECONDS,
        maxQueueSize: MOST_SPANS,
      }),
    ],
  });
  const tracer = provider.getTracer('repository-sync');
  // Of its own, not the global one: services of one process do not mix.
  const current = new AsyncLocalStorage<SpanContext>();
  return {
    span: async (name, facts, work, { parent, isRequest = false } = {}) => {
      const above = spanOf(parent) ?? current.getStore();
      const context = above === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, above);
      const kind = isRequest ? SpanKind.SERVER : SpanKind.INTERNAL;
      const span = tracer.startSpan(name, { kind, attributes: { ...facts } }, context);
      try {
        return await current.run(span.spanContext(), () => work((more) => span.setAttributes({ ...more })));
      } catch (error) {
        // The message may hold names and addresses.
        span.setStatus({ code: SpanStatusCode.ERROR });
        span.setAttribute('error.type', error instanceof Error ? error.name : 'unknown');
        throw error;
      } finally {
        span.end();
      }
    },
    traceparent: () => {
      const span = current.getStore();
      return span === undefined ? undefined : `00-${span.traceId}-${span.spanId}-0${span.traceFlags & 1}`;
    },
    within: (traceparent, work) => {
      const span = spanOf(traceparent);
      return span === undefined ? work() : current.run(span, work);
    },
    close: () => provider.shutdown(),
  };
};

/** The span that a `traceparent` header names; undefined for what is none. */
const spanOf = (traceparent: string | undefined): SpanContext | undefined => {
  const [, traceId, spanId, flags] =
    /^[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})/.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
};
