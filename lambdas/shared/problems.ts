import type { z } from 'zod';
import type { Problem } from '../../core/contract/api.ts';

/** An answer before API Gateway's wrapping. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export const problem = (
  status: number,
  title: string,
  detail: string,
  extra: { readonly [member: string]: unknown } = {},
  headers: Readonly<Record<string, string>> = {},
): Answer => {
  const body: Problem = {
    type: `urn:repository-sync:problem:${title.toLowerCase().replaceAll(' ', '-')}`,
    title,
    status,
    detail,
    error: title,
    message: detail,
    ...extra,
  };
  return { status, body, headers: { 'content-type': 'application/problem+json', ...headers } };
};

/** 400 with every offending field and what is allowed there. */
export const invalid = (errors: readonly { field: string; message: string }[]): Answer =>
  problem(400, 'Bad request', errors.map(({ field, message }) => `${field}: ${message}`).join('; '), { errors });

/** Where each issue stands (`body.branches.0`) and what is expected there. */
export const invalidFields = (where: string, error: z.ZodError): { field: string; message: string }[] =>
  error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({ field: field(where, [...issue.path, key]), message: 'is not a known member' }));
    return [{ field: field(where, issue.path), message: issue.message }];
  });

const field = (where: string, path: readonly PropertyKey[]): string => {
  // A member may be named by no letter at all.
  const place = path.map((part) => (part === '' ? '""' : String(part))).join('.');
  return place === '' ? where : where === 'body' ? place : `${where}.${place}`;
};

export const badCursor = (): Answer => invalid([{ field: 'query.cursor', message: 'must be a cursor from `next`' }]);
export const notFound = (what: string): Answer => problem(404, 'Not found', `${what} not found`);
export const forbidden = (): Answer => problem(403, 'Access denied', 'Access denied');
export const unauthorized = (): Answer =>
  problem(401, 'Unauthorized', 'a valid bearer token is needed', {}, { 'www-authenticate': 'Bearer' });
