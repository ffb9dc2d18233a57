import { StoreBusyError } from '../../core/domain/errors.ts';

/** What services call it when they want less, or cannot just now. */
const busyNames = new Set([
  'SlowDown',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'ProvisionedThroughputExceededException',
  'InternalError',
  'InternalServerError',
  'InternalServerException',
  'RequestTimeout',
  'RequestTimeoutException',
  'TimeoutError',
]);
const busyStatuses = new Set([429, 500, 502, 503, 504]);
/** Connections that broke, or were never made. */
const busyCodes = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'EHOSTUNREACH']);

/** True for a service's own name of a temporary fault, as in an answer or as an exception's name. */
export const isBusyName = (name: string | undefined): boolean => name !== undefined && busyNames.has(name);

/**
 * StoreBusyError for what passes by itself, with the SDK's error as its cause; anything else as it is. The SDK's message, which may
 * name what is the operator's own, is not repeated: a job tells such an error.
 */
export const orStoreBusy = (error: unknown): unknown => {
  if (!(error instanceof Error) || error instanceof StoreBusyError) return error;
  const { $metadata, code } = error as { $metadata?: { httpStatusCode?: number }; code?: unknown };
  const busy =
    isBusyName(error.name) ||
    busyStatuses.has($metadata?.httpStatusCode ?? 0) ||
    (typeof code === 'string' && busyCodes.has(code));
  return busy ? new StoreBusyError(`the store answers ${error.name}`, { cause: error }) : error;
};

/** What `call` answers; where it fails for what passes by itself, StoreBusyError. */
export const elseStoreBusy = async <T>(call: () => Promise<T>): Promise<T> => {
  try {
    return await call();
  } catch (error) {
    throw orStoreBusy(error);
  }
};

/**
 * Where a client's middleware that calls {@link elseStoreBusy} stands: before the SDK's retries, so that it sees what is left
 * after them. The workflow retries by that name. A client that has it already keeps one.
 */
export const beforeRetries = { step: 'initialize', priority: 'high', name: 'storeBusy', override: true } as const;
