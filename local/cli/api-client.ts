import type { JobAnswer, Problem, SearchAnswer } from '../../core/contract/api.ts';

/** An answer that is no success; the message is the problem's own. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly problem: Partial<Problem> & { readonly job_id?: string };

  constructor(status: number, problem: Partial<Problem>) {
    super(problem.detail ?? `the service answered ${status}`);
    this.status = status;
    this.problem = problem;
  }
}

export interface ApiClient {
  /** Registers a repository; one that is registered already is left as it is. */
  register(repositoryId: string, url: string): Promise<void>;
  /** The id of the new job, or of the one that runs already. */
  sync(repositoryId: string): Promise<{ readonly jobId: string; readonly joined: boolean }>;
  job(jobId: string): Promise<JobAnswer>;
  search(repositoryId: string, query: string, limit: number): Promise<SearchAnswer>;
}

/** The command line uses the service as everybody does: over HTTP, with a token. */
export const createApiClient = (url: string, token: string): ApiClient => {
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = response.status === 204 ? null : await response.json();
    if (!response.ok) throw new ApiError(response.status, answer as Partial<Problem>);
    return answer;
  };

  return {
    register: async (repository_id, sourceUrl) => {
      try {
        await call('POST', '/api/repositories', { repository_id, source: { url: sourceUrl } });
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 409) throw error;
      }
    },
    sync: async (repositoryId) => {
      try {
        const job = (await call('POST', `/api/repositories/${repositoryId}/sync`)) as JobAnswer;
        return { jobId: job.job_id, joined: false };
      } catch (error) {
        const running = error instanceof ApiError && error.status === 409 ? error.problem.job_id : undefined;
        if (running === undefined) throw error;
        return { jobId: running, joined: true };
      }
    },
    job: async (jobId) => (await call('GET', `/api/jobs/${jobId}`)) as JobAnswer,
    search: async (repositoryId, query, limit) =>
      (await call(
        'GET',
        `/api/repositories/${repositoryId}/search?${new URLSearchParams({ q: query, limit: String(limit) })}`,
      )) as SearchAnswer,
  };
};
