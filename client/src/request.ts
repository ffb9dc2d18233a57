import { type ProblemBody, ProblemError, UnexpectedAnswerError, UnreachableError } from './errors.ts';

/** How often and how long a call is tried again by itself. */
export interface Retries {
  /** Tries after the first one. */
  readonly times: number;
  /** A longer `Retry-After` than this is not waited for: the error says it. */
  readonly longestWaitSeconds: number;
}

export interface Transport {
  /** Where the service is, such as http://127.0.0.1:3000; without `/api`. */
  readonly url: string;
  /** A bearer token, or what gets one for each call. */
  readonly token?: string | (() => string | Promise<string>) | undefined;
  readonly fetch: typeof fetch;
  readonly retries: Retries;
}

export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/** Waits grow from this, doubled each time, where the answer does not say how long. */
const FIRST_WAIT_SECONDS = 0.5;

/**
 * One call, tried again after a 429 or a 503 (then nothing was done) as `Retry-After` says, and after a lost connection where a repetition
 * does no harm: GET, PUT, DELETE, and whatever has an Idempotency-Key. Throws {@link ProblemError} and {@link UnreachableError}.
 */
export const request = async (transport: Transport, sent: Sent): Promise<Response> => {
  for (let tried = 0; ; tried++) {
    try {
      const response = await once(transport, sent);
      if (response.ok || response.status === 304) return response;
      throw await problemOf(response);
    } catch (error) {
      const wait = waitBefore(error, sent, tried);
      if (wait === null || tried >= transport.retries.times || wait > transport.retries.longestWaitSeconds) throw error;
      await pause(wait * 1000, sent.signal);
    }
  }
};

const once = async ({ url, token, fetch }: Transport, sent: Sent): Promise<Response> => {
  const address = new URL(`${url.replace(/\/+$/, '')}${sent.path}`);
  for (const [name, value] of Object.entries(sent.query ?? {}))
    if (value !== undefined) address.searchParams.set(name, String(value));
  const headers = new Headers();
  for (const [name, value] of Object.entries(sent.headers ?? {}))
    if (value !== undefined) headers.set(name, String(value));
  const bearer = typeof token === 'function' ? await token() : token;
  if (bearer !== undefined) headers.set('authorization', `Bearer ${bearer}`);
  if (sent.body !== undefined) headers.set('content-type', 'application/json');
  try {
    return await fetch(address, {
      method: sent.method,
      headers,
      ...(sent.body === undefined ? {} : { body: JSON.stringify(sent.body) }),
      ...(sent.signal === undefined ? {} : { signal: sent.signal }),
    });
  } catch (error) {
    sent.signal?.throwIfAborted();
    throw new UnreachableError(url, error);
  }
};

const problemOf = async (response: Response): Promise<Error> => {
  const type = response.headers.get('content-type') ?? '';
  const text = await response.text().catch(() => '');
  // API Gateway's own refusals and the health check's 503 are plain JSON.
  if (!/^application\/(problem\+)?json\b/.test(type))
    return new UnexpectedAnswerError(response.url, response.status, type);
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  const body = parsed(text);
  return new ProblemError(response.status, body ?? {}, Number.isFinite(seconds) ? seconds : null);
};

const parsed = (text: string): ProblemBody | null => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as ProblemBody) : null;
  } catch {
    return null;
  }
};

/** Seconds to wait before the next try; null: there is none. */
const waitBefore = (error: unknown, { method, headers = {} }: Sent, tried: number): number | null => {
  const growing = FIRST_WAIT_SECONDS * 2 ** tried;
  if (error instanceof UnreachableError) {
    const harmless = method !== 'POST' && method !== 'PATCH';
    return harmless || headers['Idempotency-Key'] !== undefined ? growing : null;
  }
  if (!(error instanceof ProblemError)) return null;
  // A quota that is used up, and an index that only a sync mends, do not pass by themselves.
  if (error.problem.quota !== undefined || error.problem.fault !== undefined) return null;
  return error.status === 429 || (error.status === 503 && error.problem.checks === undefined)
    ? (error.retryAfter ?? growing)
    : null;
};

/** Ends early, by the signal's own error, when it is aborted. */
export const pause = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', abort, { once: true });
  });
