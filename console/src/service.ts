import {
  createClient,
  type JobPlan,
  overLimitOf,
  ProblemError,
  UnexpectedAnswerError,
  UnreachableError,
} from '../../client/src/client.ts';
import { renew } from './session/session.ts';
import { tokenStore } from './session/token-store.ts';

/** The service that this page came from. A token that it does not take any more is renewed, or leads back to the sign-in. */
export const service = createClient({
  url: location.origin,
  token: () => tokenStore.get() ?? '',
  // A page says at once that the service is away, and asks again by itself.
  retries: { times: 1, longestWaitSeconds: 2 },
  fetch: async (input, init) => {
    const sent = tokenStore.get();
    const response = await fetch(input, init);
    if (response.status !== 401 || sent === null) return response;
    // Nothing was done of what was asked for: it is asked again with the next token, if there is one.
    const token = await renew(sent);
    if (token === null) return response;
    const headers = new Headers(init?.headers);
    headers.set('authorization', `Bearer ${token}`);
    return fetch(input, { ...init, headers });
  },
});

/** An error in words, with what may be done about it. */
export interface Trouble {
  readonly title: string;
  readonly detail: string;
  /** What is wrong with each field of what was sent. */
  readonly fields: Readonly<Record<string, string>>;
  /** The job that is in the way, or that has `plan`. */
  readonly jobId: string | null;
  /** What a sync was going to do that a limit has refused. */
  readonly plan: JobPlan | null;
}

export const troubleOf = (error: unknown): Trouble => {
  if (error instanceof ProblemError) {
    const { title, errors = [], job_id: jobId } = error.problem;
    return {
      title: title ?? `The service answered ${error.status}`,
      detail: error.message,
      fields: Object.fromEntries(errors.map(({ field, message }) => [field, message])),
      jobId: typeof jobId === 'string' ? jobId : null,
      plan: overLimitOf(error)?.plan ?? null,
    };
  }
  const none = { fields: {}, jobId: null, plan: null };
  if (error instanceof UnreachableError)
    return {
      title: 'The service does not answer',
      detail: 'It may have been stopped. This page asks again by itself.',
      ...none,
    };
  if (error instanceof UnexpectedAnswerError)
    return { title: 'Something else answers', detail: error.message, ...none };
  return { title: 'Something went wrong', detail: error instanceof Error ? error.message : String(error), ...none };
};
