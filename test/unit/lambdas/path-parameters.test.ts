import type { APIGatewayProxyEvent } from 'aws-lambda';
import { expect, it } from 'vitest';
import { pathParametersOf } from '../../../lambdas/handling/path-parameters.ts';

const given = (pathParameters: APIGatewayProxyEvent['pathParameters']) =>
  pathParametersOf({ pathParameters } as APIGatewayProxyEvent);

it.each([
  // What a REST API gives for DELETE /api/repositories/x/branches/feature%2Flogin.
  ['feature%2Flogin', 'feature/login'],
  ['feature/login', 'feature/login'],
  ['auth0%7Cann%40example.com', 'auth0|ann@example.com'],
  ['a%252Fb', 'a%2Fb'],
  ['a+b', 'a+b'],
  ['%E7%8C%AB', '猫'],
  // Not well encoded: the schema of the parameter judges it.
  ['100%', '100%'],
  ['%ff', '%ff'],
])('a path parameter that was sent as %s is %s, decoded once', (sent, value) => {
  expect(given({ name: sent })).toEqual({ name: value });
});

it('there may be none', () => {
  expect(given(null)).toEqual({});
});
