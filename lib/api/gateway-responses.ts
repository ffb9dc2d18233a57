import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';

interface Answer {
  readonly type: ResponseType;
  /** Null for the fallbacks, which keep the status of the answer that they replace. */
  readonly status: number | null;
  readonly title: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * What API Gateway itself answers, before or instead of a function, under the titles that the functions' own problems have
 * (lambdas/handling/problems.ts) and with its own statuses except one: for a path that it does not know it says 403 "Missing
 * Authentication Token", which is 404 here.
 */
const answers: readonly Answer[] = [
  {
    type: ResponseType.UNAUTHORIZED,
    status: 401,
    title: 'Unauthorized',
    headers: { 'WWW-Authenticate': "'Bearer'" },
  },
  { type: ResponseType.EXPIRED_TOKEN, status: 401, title: 'Unauthorized', headers: { 'WWW-Authenticate': "'Bearer'" } },
  { type: ResponseType.ACCESS_DENIED, status: 403, title: 'Access denied' },
  { type: ResponseType.WAF_FILTERED, status: 403, title: 'Access denied' },
  // Nothing validates here (lib/api/request-models.ts); if it is turned on, its answers are problems too.
  { type: ResponseType.BAD_REQUEST_BODY, status: 400, title: 'Bad request' },
  { type: ResponseType.BAD_REQUEST_PARAMETERS, status: 400, title: 'Bad request' },
  { type: ResponseType.MISSING_AUTHENTICATION_TOKEN, status: 404, title: 'Not found' },
  { type: ResponseType.RESOURCE_NOT_FOUND, status: 404, title: 'Not found' },
  { type: ResponseType.REQUEST_TOO_LARGE, status: 413, title: 'Content too large' },
  { type: ResponseType.UNSUPPORTED_MEDIA_TYPE, status: 415, title: 'Unsupported media type' },
  { type: ResponseType.THROTTLED, status: 429, title: 'Too many requests', headers: { 'Retry-After': "'1'" } },
  { type: ResponseType.QUOTA_EXCEEDED, status: 429, title: 'Too many requests' },
  { type: ResponseType.AUTHORIZER_FAILURE, status: 500, title: 'Internal error' },
  { type: ResponseType.AUTHORIZER_CONFIGURATION_ERROR, status: 500, title: 'Internal error' },
  { type: ResponseType.API_CONFIGURATION_ERROR, status: 500, title: 'Internal error' },
  { type: ResponseType.INTEGRATION_FAILURE, status: 504, title: 'Gateway timeout' },
  { type: ResponseType.INTEGRATION_TIMEOUT, status: 504, title: 'Gateway timeout' },
  { type: ResponseType.DEFAULT_4XX, status: null, title: 'Request refused' },
  { type: ResponseType.DEFAULT_5XX, status: null, title: 'Internal error' },
];

/**
 * Makes every answer of API Gateway's own an RFC 9457 problem, with the members that the functions' problems have. With
 * `cors` any page may read them: they contain no user's data, and a page that cannot read a 401 cannot tell it from a
 * broken network.
 */
export const addGatewayResponses = (api: RestApi, { cors }: { readonly cors: boolean }): void => {
  const forPages = cors ? { 'Access-Control-Allow-Origin': "'*'" } : {};
  for (const { type, status, title, headers } of answers)
    api.addGatewayResponse(type.responseType.toLowerCase(), {
      type,
      ...(status === null ? {} : { statusCode: String(status) }),
      responseHeaders: { 'Content-Type': "'application/problem+json'", ...forPages, ...headers },
      templates: { 'application/json': problem(status, title) },
    });
};

/**
 * `messageString` is API Gateway's own text as a JSON string, quotes included: such a template only replaces variables, so
 * what its validator has found (`validationErrorString`, bare, with quotes in it) could not be put in. A fallback's status
 * is not known here.
 */
const problem = (status: number | null, title: string): string => {
  const text = '$context.error.messageString';
  const members = [
    `"type":${JSON.stringify(`urn:repository-sync:problem:${title.toLowerCase().replaceAll(' ', '-')}`)}`,
    `"title":${JSON.stringify(title)}`,
    ...(status === null ? [] : [`"status":${status}`]),
    `"detail":${text}`,
    `"error":${JSON.stringify(title)}`,
    `"message":${text}`,
  ];
  return `{${members.join(',')}}`;
};
