import { Tracer } from '@aws-lambda-powertools/tracer';

/** Wraps an SDK client. */
export type TraceClient = <Client extends object>(client: Client) => Client;

/**
 * Makes each call of a client a subsegment of the function's X-Ray trace, so that a slow request shows which store, embedder or
 * execution it waited for. Outside Lambda, or with POWERTOOLS_TRACE_ENABLED=false, clients stay as they are.
 */
export const createClientTracing = (tracer: Tracer = new Tracer()): TraceClient => {
  return (client) => tracer.captureAWSv3Client(client);
};
