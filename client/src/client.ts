import type { Job, Repository, SyncAccepted, SyncOptions } from './api-types.ts';
import { ProblemError, TakenBackError, UnexpectedAnswerError } from './errors.ts';
import { type FollowOptions, followJob, type JobEvent } from './follow-job.ts';
import { calls, type Operations } from './operations.ts';
import { encodedPart, type PathPart } from './path-part.ts';
import { pause, type Retries, request, type Transport } from './request.ts';

export type * from './api-types.ts';
export {
  overLimitOf,
  PathPartError,
  type ProblemBody,
  ProblemError,
  TakenBackError,
  UnexpectedAnswerError,
  UnreachableError,
} from './errors.ts';
export type { FollowOptions, JobEvent } from './follow-job.ts';
export { foundNoBranch } from './found-no-branch.ts';
export type { Operations } from './operations.ts';
export type { Retries } from './request.ts';
export { syncUnderWay } from './sync-under-way.ts';

/** A queued sync begins within a minute after the end of the one before it; another's may come first. */
const QUEUED_SECONDS = 120;
/** How often it is looked at whether a queued sync still waits. */
const QUEUED_LOOK_MILLISECONDS = 2000;

export interface ClientOptions extends Pick<Transport, 'url' | 'token'> {
  /** In the place of the global one. */
  readonly fetch?: typeof fetch;
  /** 4 times after the first, none after a wait of more than 60 s, unless told otherwise. */
  readonly retries?: Partial<Retries>;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface SyncCall extends CallOptions {
  /**
   * Seconds that the answer may take, 25 at most, until it is known what has become of the sync: it has ended, or keeps the limits that it
   * was given. Without, the answer comes at once.
   */
  readonly wait?: number | undefined;
}

type Name = keyof Operations;
type Request<N extends Name> = Operations[N]['request'] extends { readonly path: infer Path }
  ? Omit<Operations[N]['request'], 'path'> & { readonly path: { readonly [Part in keyof Path]: PathPart } }
  : Operations[N]['request'];
/** The parts of a request that every one of them may have. */
interface Parts {
  readonly path?: Readonly<Record<string, PathPart>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}
/** What has no member that must be given may be left out. */
type Arguments<N extends Name> =
  object extends Request<N>
    ? [request?: Request<N>, options?: CallOptions]
    : [request: Request<N>, options?: CallOptions];

/** The end of a page: what to send as `cursor` for the next one. Files and lines call it `next_cursor`. */
type PageEnd = { readonly next: string | null } | { readonly next_cursor: string | null };
/** The calls that answer in pages. */
type Paged = { [N in Name]: Operations[N]['answer'] extends PageEnd ? N : never }[Name];

export interface Client {
  readonly url: string;
  /**
   * Any call of the API, by the name that it has in docs/api.md. The answer is null where there is none (204, 304). Throws
   * {@link ProblemError} for an answer that is no success, {@link PathPartError} for a part of the path that is empty, `.` or `..`.
   */
  call<N extends Name>(name: N, ...args: Arguments<N>): Promise<Operations[N]['answer']>;
  /** The pages of a list, one after another, as they are taken. */
  pages<N extends Paged>(name: N, ...args: Arguments<N>): AsyncGenerator<Operations[N]['answer'], void>;
  /**
   * Starts a sync; tried again under one Idempotency-Key, so that a lost answer starts no second one. With `wait`, one that a limit refuses
   * throws a {@link ProblemError} of which `overLimitOf` tells the plan.
   */
  sync(repositoryId: string, options?: SyncOptions, call?: SyncCall): Promise<SyncAccepted>;
  /**
   * Waits until a queued sync has begun, which is at once after the end of the one that it waits for, on AWS within a minute. Throws the
   * {@link ProblemError} of a job that is not there after two minutes, and a {@link TakenBackError} soon after it was taken back.
   */
  begun(accepted: SyncAccepted, options?: CallOptions): Promise<void>;
  /** A job's states to its end. */
  follow(jobId: string, options?: FollowOptions): AsyncGenerator<JobEvent, void>;
  /** The job when it has ended, however it did. */
  ended(jobId: string, options?: CallOptions): Promise<Job>;
}

export const createClient = (options: ClientOptions): Client => {
  const transport: Transport = {
    url: options.url.replace(/\/+$/, '').replace(/\/api$/, ''),
    token: options.token,
    fetch: options.fetch ?? ((...args) => fetch(...args)),
    retries: { times: 4, longestWaitSeconds: 60, ...options.retries },
  };
  const call = async (name: Name, parts: Parts = {}, { signal }: CallOptions = {}): Promise<unknown> => {
    const { method, path } = calls[name];
    const response = await request(transport, {
      method,
      path: path.replaceAll(/\{(\w+)\}/g, (_, part: string) => encodedPart(part, parts.path?.[part] ?? '')),
      query: parts.query,
      headers: parts.header,
      body: parts.body,
      signal,
    });
    if (response.status === 204 || response.status === 304) return null;
    const type = response.headers.get('content-type') ?? '';
    const isText = type.startsWith('text/') && (name === 'get-docs' || name === 'get-job-events');
    if (isText) return response.text();
    if (!type.startsWith('application/json')) throw new UnexpectedAnswerError(response.url, response.status, type);
    return response.json();
  };
  async function* pages(name: Name, parts: Parts = {}, options: CallOptions = {}): AsyncGenerator<unknown, void> {
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const query = cursor === undefined ? parts.query : { ...parts.query, cursor };
      const page = (await call(name, { ...parts, ...(query === undefined ? {} : { query }) }, options)) as PageEnd;
      yield page;
      cursor = 'next' in page ? page.next : page.next_cursor;
    }
  }
  const ended = async (jobId: string, options: CallOptions = {}) => {
    let last: Job | undefined;
    for await (const { job } of followJob(transport, jobId, options)) last = job;
    // A stream without a last id begins with the job as it is.
    if (last === undefined) throw new UnexpectedAnswerError(transport.url, 204, '');
    return last;
  };
  /** A service of an earlier version knows a job from when it begins on. */
  const lookAt = async (job_id: string, options: CallOptions): Promise<'begun' | 'waits' | 'absent'> => {
    try {
      const { waits_for_job_id } = (await call('get-job', { path: { job_id } }, options)) as Partial<Job>;
      return (waits_for_job_id ?? null) === null ? 'begun' : 'waits';
    } catch (error) {
      if (error instanceof ProblemError && error.status === 404) return 'absent';
      throw error;
    }
  };
  /** Throws when it waits no more while the other one still runs. A job that has begun between two answers is there. */
  const watchQueued = async (queued: SyncAccepted, options: CallOptions): Promise<never> => {
    for (;;) {
      await pause(QUEUED_LOOK_MILLISECONDS, options.signal);
      const repository = (await call(
        'get-repository',
        { path: { repo_id: queued.repository_id } },
        options,
      )) as Repository;
      const waits = repository.queued_sync?.job_id === queued.job_id;
      if (waits || repository.active_job_id !== queued.waits_for_job_id) continue;
      if ((await lookAt(queued.job_id, options)) === 'absent') throw new TakenBackError(queued.job_id);
    }
  };
  const begun = async (queued: SyncAccepted, options: CallOptions = {}): Promise<void> => {
    const { job_id, waits_for_job_id } = queued;
    if (waits_for_job_id === null) return;
    const over = new AbortController();
    const signal = options.signal === undefined ? over.signal : AbortSignal.any([options.signal, over.signal]);
    try {
      await Promise.race([
        ended(waits_for_job_id, { ...options, signal }),
        watchQueued(queued, { ...options, signal }),
      ]);
    } finally {
      over.abort();
    }
    for (let second = 0; ; second++) {
      // The last look throws what the service says.
      if (second === QUEUED_SECONDS) return void (await call('get-job', { path: { job_id } }, options));
      if ((await lookAt(job_id, options)) === 'begun') return;
      await pause(1000, options.signal);
    }
  };
  const client = {
    url: transport.url,
    call,
    pages,
    sync: async (repo_id: string, body: SyncOptions = {}, { wait, ...options }: SyncCall = {}) => {
      const Prefer = wait === undefined || wait <= 0 ? undefined : `wait=${Math.ceil(wait)}`;
      const header = { 'Idempotency-Key': crypto.randomUUID(), Prefer };
      return call('start-sync', { path: { repo_id }, body, header }, options);
    },
    follow: (jobId: string, options?: FollowOptions) => followJob(transport, jobId, options),
    ended,
    begun,
  };
  // `call` and `pages` take and answer what Operations says of each name; inside they handle all of them alike.
  return client as unknown as Client;
};
