import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Route } from '../../core/contract/routes.ts';
import type { Principal } from './remember-principals.ts';

export interface MatchedRequest {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
  readonly url: URL;
  readonly body: string;
  /** What the authorizer says of the user whom it let in; null for a route that is open to all. */
  readonly principal: Principal | null;
}

/** A request as API Gateway's REST proxy integration hands it to a function. */
export const proxyEvent = (request: IncomingMessage, matched: MatchedRequest): APIGatewayProxyEvent => {
  const { route, params, url, body, principal } = matched;
  const headers = singleHeaders(request);
  // Names are the caller's: `__proto__` must be one like any other.
  const query = Object.fromEntries(url.searchParams);
  const multiQuery = Object.fromEntries(
    [...url.searchParams.keys()].map((name) => [name, url.searchParams.getAll(name)]),
  );
  const now = new Date();
  return {
    resource: route.path,
    path: url.pathname,
    httpMethod: route.method,
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    queryStringParameters: Object.keys(query).length === 0 ? null : query,
    multiValueQueryStringParameters: Object.keys(multiQuery).length === 0 ? null : multiQuery,
    pathParameters: Object.keys(params).length === 0 ? null : { ...params },
    stageVariables: null,
    body: body === '' ? null : body,
    isBase64Encoded: false,
    requestContext: {
      accountId: 'local',
      apiId: 'local',
      authorizer: principal === null ? null : { ...principal.context, principalId: principal.principalId },
      protocol: 'HTTP/1.1',
      httpMethod: route.method,
      identity: {
        ...noIdentity,
        sourceIp: request.socket.remoteAddress ?? '',
        userAgent: headers['user-agent'] ?? null,
      },
      path: url.pathname,
      stage: 'local',
      requestId: randomUUID(),
      requestTime: now.toISOString(),
      requestTimeEpoch: now.getTime(),
      resourceId: route.operation,
      resourcePath: route.path,
    },
  };
};

const singleHeaders = (request: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );

const noIdentity = {
  accessKey: null,
  accountId: null,
  apiKey: null,
  apiKeyId: null,
  caller: null,
  clientCert: null,
  cognitoAuthenticationProvider: null,
  cognitoAuthenticationType: null,
  cognitoIdentityId: null,
  cognitoIdentityPoolId: null,
  principalOrgId: null,
  user: null,
  userArn: null,
};
