import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';

interface Answer {
  readonly type: ResponseType;
  /** Null for the fallbacks, which keep the status of what they stand in for. */
  readonly status: number | null;
  readonly title: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * What API Gateway itself answers, before or instead of a function, with its own statuses except one: for a path that it
 * does not know it says 403 "Missing Authentication Token", which is 404 here.
 */
const answers: readonly Answer[] = [
  {
    type: ResponseType.UNAUTHORIZED,
    status: 401,
    title: 'Unauthorized',
    headers: { 'WWW-Authenticate': "'Bearer'" },
  },
  { type: ResponseType.ACCESS_DENIED, status: 403, title: 'Forbidden' },
  { type: ResponseType.MISSING_AUTHENTICATION_TOKEN, status: 404, title: 'Not Found' },
  { type: ResponseType.RESOURCE_NOT_FOUND, status: 404, title: 'Not Found' },
  { type: ResponseType.REQUEST_TOO_LARGE, status: 413, title: 'Content Too Large' },
  { type: ResponseType.UNSUPPORTED_MEDIA_TYPE, status: 415, title: 'Unsupported Media Type' },
  { type: ResponseType.THROTTLED, status: 429, title: 'Too Many Requests', headers: { 'Retry-After': "'1'" } },
  { type: ResponseType.AUTHORIZER_FAILURE, status: 500, title: 'Internal Server Error' },
  { type: ResponseType.INTEGRATION_FAILURE, status: 504, title: 'Gateway Timeout' },
  { type: ResponseType.INTEGRATION_TIMEOUT, status: 504, title: 'Gateway Timeout' },
  { type: ResponseType.DEFAULT_4XX, status: null, title: 'Request refused' },
  { type: ResponseType.DEFAULT_5XX, status: null, title: 'Internal Server Error' },
];

/** Makes every answer of API Gateway's own an RFC 9457 problem, with the members that the functions' problems have. */
export const addGatewayResponses = (api: RestApi): void => {
  for (const { type, status, title, headers } of answers)
    api.addGatewayResponse(type.responseType.toLowerCase(), {
      type,
      ...(status === null ? {} : { statusCode: String(status) }),
      responseHeaders: { 'Content-Type': "'application/problem+json'", ...headers },
      templates: { 'application/json': problem(status, title) },
    });
};

/** `messageString` is API Gateway's own text as a JSON string, quotes included. A fallback's status is not known here. */
const problem = (status: number | null, title: string): string => {
  const members = [
    '"type":"about:blank"',
    `"title":${JSON.stringify(title)}`,
    ...(status === null ? [] : [`"status":${status}`]),
    '"detail":$context.error.messageString',
    `"error":${JSON.stringify(title)}`,
    '"message":$context.error.messageString',
  ];
  return `{${members.join(',')}}`;
};
