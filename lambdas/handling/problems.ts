import type { z } from 'zod';
import { problemBody } from '../../core/contract/problem-body.ts';
import type { QuotaRefusal } from '../../core/domain/quota.ts';
import { fieldMessage } from './field-message.ts';

/** An answer before API Gateway's wrapping. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** In the place of `body`, what is not JSON; in parts only where the gateway passes them on as they come. */
  readonly text?: string | AsyncIterable<string>;
  readonly headers?: Readonly<Record<string, string>>;
}

export const problem = (
  status: number,
  title: string,
  detail: string,
  extra: { readonly [member: string]: unknown } = {},
  headers: Readonly<Record<string, string>> = {},
): Answer => ({
  status,
  body: problemBody(status, title, detail, extra),
  headers: { 'content-type': 'application/problem+json', ...headers },
});

export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** Fields that one answer names. A request of 1 MiB may have 90,000 wrong ones, and an answer is not to outgrow it. */
const MOST_FIELDS = 50;
/** Characters of a field's name that are given back: a caller's own member may have a million. */
const FIELD_LENGTH = 200;

/** 400 with every offending field and what is allowed there; with very many the first of them, and how many there are. */
export const invalid = (all: readonly FieldError[]): Answer => {
  const errors = all.slice(0, MOST_FIELDS).map(({ field, message }) => ({ field: shortened(field), message }));
  const more = all.length - errors.length;
  const told = errors.map(({ field, message }) => `${field}: ${message}`);
  const detail = [...told, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
  return problem(400, 'Bad request', detail, { errors, ...(more > 0 ? { errors_total: all.length } : {}) });
};

const shortened = (field: string): string => (field.length > FIELD_LENGTH ? `${field.slice(0, FIELD_LENGTH)}…` : field);

/** Where each issue stands (`body.branches.0`) and what is expected there. */
export const invalidFields = (where: string, error: z.ZodError): FieldError[] =>
  error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({ field: field(where, [...issue.path, key]), message: 'is not a known member' }));
    return [{ field: field(where, issue.path), message: fieldMessage(issue) }];
  });

const field = (where: string, path: readonly PropertyKey[]): string => {
  // A member may be named by no letter at all.
  const place = path.map((part) => (part === '' ? '""' : String(part))).join('.');
  return place === '' ? where : where === 'body' ? place : `${where}.${place}`;
};

/** The same whether there is such a credential or not: no one learns the names by asking. */
export const credentialRefused = (): Answer =>
  invalid([
    {
      field: 'source.credential',
      message: 'must be a credential that you may use for this source: the operator’s log says why it is not',
    },
  ]);
/** 429: which quota, how much it allows, and when to ask again. */
export const quotaExceeded = ({ quota, limit, retryAfterSeconds }: QuotaRefusal): Answer =>
  problem(
    429,
    'Quota exceeded',
    quota === 'repositories'
      ? `you own ${limit} repositories, which is all that you may: delete one, or ask the operator for more`
      : `the ${limit} tokens that the repository’s owner may have embedded in a day (UTC) are used up`,
    { quota, limit },
    { 'retry-after': String(retryAfterSeconds) },
  );
export const badCursor = (): Answer => invalid([{ field: 'query.cursor', message: 'must be a cursor from `next`' }]);
export const notFound = (what: string): Answer => problem(404, 'Not found', `${what} not found`);
/** What a use case refuses, of what the call names. */
export const refusal = (kind: 'not-found' | 'forbidden', what: 'Repository' | 'Job'): Answer =>
  kind === 'not-found' ? notFound(what) : forbidden();
export const forbidden = (): Answer => problem(403, 'Access denied', 'Access denied');
export const unauthorized = (): Answer =>
  problem(401, 'Unauthorized', 'a valid bearer token is needed', {}, { 'www-authenticate': 'Bearer' });
