import type { JobAnswer, Problem, RepositoryAnswer, SearchAnswer } from '../../core/contract/api.ts';

export interface Reply<T = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export interface Api {
  call<T = Problem>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply<T>>;
  /** Registers a repository; fails the test when it is refused. */
  register(repositoryId: string, url: string, more?: object): Promise<RepositoryAnswer>;
  repository(repositoryId: string): Promise<RepositoryAnswer>;
  sync<T = JobAnswer>(repositoryId: string, options?: object): Promise<Reply<T>>;
  job(jobId: string): Promise<JobAnswer>;
  /** Polls until the job has ended. */
  ended(jobId: string, onLook?: (job: JobAnswer) => void): Promise<JobAnswer>;
  /** Syncs and waits for the end; fails the test when the sync is not accepted. */
  synced(repositoryId: string, options?: object): Promise<JobAnswer>;
  search(repositoryId: string, query: Record<string, string>): Promise<Reply<SearchAnswer>>;
  /** The paths that a search finds, best first. */
  found(repositoryId: string, q: string, more?: Record<string, string>): Promise<string[]>;
}

/** A client of the HTTP API for tests: speaks as the user whose token it has. */
export const createApi = (url: string, token: string | null): Api =>
  createApiOver(async <T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    const parsed: unknown = text === '' ? null : isJson ? JSON.parse(text) : text;
    return { status: response.status, headers: response.headers, body: parsed as T };
  });

/** The same over any way to make a call. */
export const createApiOver = (call: Api['call']): Api => {
  const need = <T>(reply: Reply<T>, status: number): T => {
    if (reply.status !== status) throw new Error(`expected ${status}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body;
  };
  const api: Api = {
    call,
    register: async (repository_id, sourceUrl, more = {}) =>
      need(await call('POST', '/api/repositories', { repository_id, source: { url: sourceUrl }, ...more }), 201),
    repository: async (id) => need(await call('GET', `/api/repositories/${id}`), 200),
    sync: (id, options) => call('POST', `/api/repositories/${id}/sync`, options),
    job: async (id) => need(await call('GET', `/api/jobs/${id}`), 200),
    ended: async (id, onLook) => {
      for (;;) {
        const job = await api.job(id);
        onLook?.(job);
        if (job.ended_at !== null) return job;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    synced: async (id, options) => api.ended(need(await api.sync(id, options), 202).job_id),
    search: (id, query) => call('GET', `/api/repositories/${id}/search?${new URLSearchParams(query)}`),
    found: async (id, q, more = {}) => need(await api.search(id, { q, ...more }), 200).results.map((hit) => hit.path),
  };
  return api;
};

/** The fields that a 400 complains of. */
export const fieldsOf = (problem: Problem): string[] => (problem.errors ?? []).map((error) => error.field);
