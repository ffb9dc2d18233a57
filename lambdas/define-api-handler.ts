import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { z } from 'zod';
import { UserId } from '../core/contract/ids.ts';
import type { Logger } from '../core/ports/logger.ts';
import { type Answer, invalid, invalidFields, problem, unauthorized } from './problems.ts';

interface Shapes<Params, Query, Body> {
  readonly params?: z.ZodType<Params>;
  readonly query?: z.ZodType<Query>;
  readonly body?: z.ZodType<Body>;
}

export interface ApiRequest<Params, Query, Body> {
  /** Who asks, as the authorizer found. */
  readonly user: UserId;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
}

const Nothing = z.object({});

/**
 * An API call as a Lambda behind API Gateway's proxy integration: parses path, query and body, answers 400 with every
 * offending field, calls `act` and wraps its answer. What nobody expected is a 500 that tells nothing and a log line that tells all.
 */
export const defineApiHandler =
  <Params = object, Query = object, Body = object>(
    logger: Logger,
    shapes: Shapes<Params, Query, Body>,
    act: (request: ApiRequest<Params, Query, Body>) => Promise<Answer>,
  ) =>
  async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    const request_id = event.requestContext.requestId;
    try {
      const user = UserId.safeParse(event.requestContext.authorizer?.principalId);
      if (!user.success) return wrap(unauthorized(), request_id);
      return wrap(await answer(shapes, act, event, user.data), request_id);
    } catch (error) {
      logger.error('request failed', {
        request_id,
        path: event.path,
        method: event.httpMethod,
        error: describe(error),
      });
      const detail = `the request could not be served; its id is ${request_id}`;
      return wrap(problem(500, 'Internal error', detail), request_id);
    }
  };

const answer = async <Params, Query, Body>(
  shapes: Shapes<Params, Query, Body>,
  act: (request: ApiRequest<Params, Query, Body>) => Promise<Answer>,
  event: APIGatewayProxyEvent,
  user: UserId,
): Promise<Answer> => {
  const json = shapes.body === undefined ? { ok: true as const, value: {} } : parseBody(event);
  if (!json.ok) return invalid([{ field: 'body', message: json.message }]);
  const params = (shapes.params ?? Nothing).safeParse(event.pathParameters ?? {});
  const query = (shapes.query ?? Nothing).safeParse(event.queryStringParameters ?? {});
  const body = (shapes.body ?? Nothing).safeParse(json.value);
  if (params.success && query.success && body.success)
    return act({ user, params: params.data as Params, query: query.data as Query, body: body.data as Body });
  return invalid([
    ...(params.error ? invalidFields('path', params.error) : []),
    ...(query.error ? invalidFields('query', query.error) : []),
    ...(body.error ? invalidFields('body', body.error) : []),
  ]);
};

type ParsedBody = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string };

/** An absent body is an empty object: every member of every request has a default or says that it is missing. */
const parseBody = (event: APIGatewayProxyEvent): ParsedBody => {
  const text = event.isBase64Encoded ? Buffer.from(event.body ?? '', 'base64').toString('utf8') : (event.body ?? '');
  if (text.trim() === '') return { ok: true, value: {} };
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false, message: 'must be JSON' };
  }
};

const wrap = ({ status, body, headers }: Answer, requestId: string): APIGatewayProxyResult => ({
  statusCode: status,
  headers: {
    ...(body === null ? {} : { 'content-type': 'application/json' }),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-request-id': requestId,
    ...headers,
  },
  body: body === null ? '' : JSON.stringify(body),
});

const describe = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
