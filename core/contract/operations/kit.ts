import type { z } from 'zod';
import { InvalidRequest, Problem, TooManyRequests } from '../api.ts';
import type { FunctionName } from '../environment.ts';

/** The functions that no call of the API leads to; agents’ door speaks a protocol of its own. Every other one is an operation, and must be described. */
type InnerFunction =
  | 'authorizer'
  | 'mcp'
  | 'begin-sync'
  | 'pull'
  | 'import-snapshot'
  | 'diff'
  | 'stage'
  | 'embed-batch'
  | 'publish'
  | 'fail-sync'
  | 'reconcile-syncs'
  | 'dispatch-due'
  | 'scheduled-sync'
  | 'look-remote';
export type ApiOperation = Exclude<FunctionName, InnerFunction>;

export const tags = {
  Repositories: 'What is indexed, from where, and what each user may do with it.',
  Syncs: 'Starting a sync, following it, and its results.',
  Search: 'Finding code in the index.',
  Files: 'The files of a branch, at the commit that is indexed.',
  Snapshots: 'An index as another service takes it over: a read replica embeds nothing.',
  Webhooks: 'What the service sends (progress webhooks), and what git hosts send to it (push hooks).',
  Service: 'The service itself. No token is needed.',
} as const;

export const answerHeaders = {
  Location: 'The address of what was created.',
  'Retry-After': 'Seconds to wait before asking again.',
  'WWW-Authenticate': 'The expected authentication scheme.',
  'Content-Digest': 'The SHA-256 of the answer’s body (RFC 9530).',
  ETag: 'Identifies this state of the answer: send it in `If-None-Match`.',
  'Preference-Applied': 'Which of the preferences in `Prefer` was followed: `wait`, and how many seconds at most.',
  'Idempotency-Replayed': '`true` when this is the stored answer to an earlier request with the same key.',
} as const;
export type AnswerHeader = keyof typeof answerHeaders;

export interface AnswerSpec {
  readonly description: string;
  /** Absent: the answer has no body. */
  readonly schema?: z.ZodType;
  /** application/json, for problems application/problem+json, unless told otherwise. */
  readonly contentType?: string;
  readonly headers?: readonly AnswerHeader[];
  readonly example?: unknown;
}

/** One call, with the schemas that its handler parses and answers by. */
export interface Operation {
  readonly tag: keyof typeof tags;
  readonly description: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** What parameters mean that have another meaning in other calls. */
  readonly words?: Readonly<Record<string, string>>;
  /** By their names in lower case. */
  readonly headers?: z.ZodObject;
  readonly body?: { readonly schema: z.ZodType; readonly required: boolean; readonly example: unknown };
  readonly answers: Readonly<Record<number, AnswerSpec>>;
  /** Lines for the curl example, after the method and the address, where a body and a token are not all of it. */
  readonly curl?: readonly string[];
}

const problemAnswer = (description: string, headers: readonly AnswerHeader[] = []): AnswerSpec => ({
  description,
  schema: Problem,
  headers,
});

/** Answers that many calls have. Each is in the document once, under this name. */
export const commonAnswers = {
  BadRequest: { description: 'Something in the request is wrong: `errors` names each field.', schema: InvalidRequest },
  Unauthorized: problemAnswer('There is no bearer token, or it is not valid.', ['WWW-Authenticate']),
  Forbidden: problemAnswer('You may read this repository, but your role on it does not allow this.'),
  NotFound: problemAnswer('It does not exist, or you may not read it: the answer is the same.'),
  ContentTooLarge: problemAnswer('The body is larger than 1 MiB.'),
  HeadTooLarge: problemAnswer('The address and the headers together are larger than 10 kB.'),
  TooManyRequests: {
    description: 'More requests than the deployment allows, or more than your quota: `quota` names it.',
    schema: TooManyRequests,
    headers: ['Retry-After'],
  },
  InternalError: problemAnswer('The service failed; `detail` holds the id to ask its operator about.'),
  ServiceBusy: problemAnswer('A store or the embedding model is busy. Nothing was done.', ['Retry-After']),
  GatewayTimeout: problemAnswer('No answer within 29 seconds.'),
} as const satisfies Record<string, AnswerSpec>;

/** What may come instead of any answer: from the gateway's limits, from what is busy, or from a defect. */
export const everywhere: Readonly<Record<number, AnswerSpec>> = {
  429: commonAnswers.TooManyRequests,
  431: commonAnswers.HeadTooLarge,
  500: commonAnswers.InternalError,
  503: commonAnswers.ServiceBusy,
  504: commonAnswers.GatewayTimeout,
};

/** Of every call that needs a token. */
export const token = { 401: commonAnswers.Unauthorized } as const;
/** Of every call whose path names a repository or a job. */
export const access = {
  400: commonAnswers.BadRequest,
  403: commonAnswers.Forbidden,
  404: commonAnswers.NotFound,
} as const;
/** Of every call with a body. */
export const withBody = { 400: commonAnswers.BadRequest, 413: commonAnswers.ContentTooLarge } as const;
