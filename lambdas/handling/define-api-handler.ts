import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { z } from 'zod';
import { UserId } from '../../core/contract/ids.ts';
import { type Right, rightsAmong } from '../../core/contract/rights.ts';
import type { Logger } from '../../core/ports/logger.ts';
import { busyAnswer } from './busy-answer.ts';
import { corsHeaders } from './cors-headers.ts';
import { pathParametersOf } from './path-parameters.ts';
import { type Answer, type FieldError, invalid, invalidFields, problem, unauthorized } from './problems.ts';

interface Shapes<Params, Query, Body, Headers> {
  readonly params?: z.ZodType<Params>;
  readonly query?: z.ZodType<Query>;
  readonly body?: z.ZodType<Body>;
  /** By their names in lower case; headers that it does not name are ignored. */
  readonly headers?: z.ZodType<Headers>;
}

export interface ApiRequest<Params, Query, Body, Headers> {
  /** The caller, as the authorizer found. */
  readonly user: UserId;
  /** What the token lets them do beside the grants that they have. */
  readonly rights: readonly Right[];
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly headers: Headers;
  /** When the gateway got the request: before the authorizer and a cold start. */
  readonly receivedAt: Date;
  /**
   * Aborted when the caller has gone, where the gateway passes on an answer's parts as they come. Null: an answer goes out whole, within
   * 29 s.
   */
  readonly streaming: AbortSignal | null;
}

/** What is in Lambda's context when a gateway calls that can pass on parts; API Gateway's own never does. */
interface CallContext {
  readonly streaming?: AbortSignal;
  /** Where the gateway itself is, such as http://127.0.0.1:3000, for a function that calls the API. */
  readonly url?: string;
}

const Nothing = z.object({});

/**
 * An API call as a Lambda behind API Gateway's proxy integration: parses path, query and body, answers 400 with every
 * offending field, and else what `act` answers.
 */
export const defineApiHandler = <Params = object, Query = object, Body = object, Headers = object>(
  logger: Logger,
  shapes: Shapes<Params, Query, Body, Headers>,
  act: (request: ApiRequest<Params, Query, Body, Headers>) => Promise<Answer>,
) =>
  answerSafely(logger, async (event, { streaming = null }: { readonly streaming?: AbortSignal | null }) => {
    const { principalId, rights } = event.requestContext.authorizer ?? {};
    const user = UserId.safeParse(principalId);
    if (!user.success) return unauthorized();
    return answer(shapes, act, event, {
      user: user.data,
      rights: rightsAmong(String(rights ?? '').split(' ')),
      receivedAt: new Date(event.requestContext.requestTimeEpoch),
      streaming,
    });
  });

/**
 * Wraps an answer for API Gateway. What passes by itself is a 503 that says when to ask again; anything unexpected is a 500 that
 * tells nothing. Both leave a log line that tells all.
 */
export const answerSafely =
  (logger: Logger, serve: (event: APIGatewayProxyEvent, context: CallContext) => Promise<Answer>) =>
  async (event: APIGatewayProxyEvent, context: CallContext = {}): Promise<GatewayAnswer> => {
    const request_id = event.requestContext.requestId;
    try {
      return wrap(await serve(event, context), event);
    } catch (error) {
      const facts = { request_id, path: event.path, method: event.httpMethod, error: describe(error) };
      const busy = busyAnswer(error);
      if (busy !== null) {
        logger.warn('request not served now', facts);
        return wrap(busy, event);
      }
      logger.error('request failed', facts);
      const detail = `the request could not be served; its id is ${request_id}`;
      return wrap(problem(500, 'Internal error', detail), event);
    }
  };

const answer = async <Params, Query, Body, Headers>(
  shapes: Shapes<Params, Query, Body, Headers>,
  act: (request: ApiRequest<Params, Query, Body, Headers>) => Promise<Answer>,
  event: APIGatewayProxyEvent,
  caller: Pick<ApiRequest<Params, Query, Body, Headers>, 'user' | 'rights' | 'receivedAt' | 'streaming'>,
): Promise<Answer> => {
  const json = shapes.body === undefined ? { ok: true as const, value: {} } : parseBody(event);
  if (!json.ok) return invalid([{ field: 'body', message: json.message }]);
  const params = (shapes.params ?? Nothing).safeParse(pathParametersOf(event));
  const query = (shapes.query ?? Nothing).safeParse(event.queryStringParameters ?? {});
  const body = (shapes.body ?? Nothing).safeParse(json.value);
  const headers = (shapes.headers ?? Nothing).safeParse(headersOf(event));
  const repeated = repeatedIn(event);
  if (repeated.length === 0 && params.success && query.success && body.success && headers.success)
    return act({
      ...caller,
      params: params.data as Params,
      query: query.data as Query,
      body: body.data as Body,
      headers: headers.data as Headers,
    });
  return invalid([
    ...(params.error ? invalidFields('path', params.error) : []),
    ...repeated,
    ...(query.error ? invalidFields('query', query.error) : []),
    ...(body.error ? invalidFields('body', body.error) : []),
    ...(headers.error ? invalidFields('header', headers.error) : []),
  ]);
};

/** Parameters of the query that are given more than once: API Gateway and others take now the first and now the last. */
const repeatedIn = ({ multiValueQueryStringParameters }: APIGatewayProxyEvent): FieldError[] =>
  Object.entries(multiValueQueryStringParameters ?? {}).flatMap(([name, values]) =>
    (values ?? []).length > 1 ? [{ field: `query.${name}`, message: 'must be given once' }] : [],
  );

/** API Gateway hands names on as the client wrote them. */
export const headersOf = ({ headers }: APIGatewayProxyEvent): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));

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

/** As API Gateway takes it; a body in parts only goes to a gateway that has said in the call's context that it passes them on. */
type GatewayAnswer = Omit<APIGatewayProxyResult, 'body'> & { readonly body: string | AsyncIterable<string> };

const wrap = ({ status, body, text, headers }: Answer, event: APIGatewayProxyEvent): GatewayAnswer => ({
  statusCode: status,
  headers: {
    ...(body === null ? {} : { 'content-type': 'application/json' }),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-request-id': event.requestContext.requestId,
    ...corsHeaders(event),
    ...headers,
  },
  body: text ?? (body === null ? '' : JSON.stringify(body)),
});

/** With its causes: an error of ours says what was busy, what it wraps says why. */
const describe = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const text = error.stack ?? error.message;
  return error.cause === undefined ? text : `${text}\ncaused by ${describe(error.cause)}`;
};
