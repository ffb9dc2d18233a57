import type { APIGatewayProxyEvent } from 'aws-lambda';
import { expect, it } from 'vitest';
import { corsHeaders } from '../../../lambdas/handling/cors-headers.ts';

const event = (headers: Record<string, string> | null, corsOrigins?: string): APIGatewayProxyEvent =>
  ({ headers, stageVariables: corsOrigins === undefined ? null : { corsOrigins } }) as unknown as APIGatewayProxyEvent;
const allowed = 'https://app.example.com,https://other.example.com';

it('lets pages of the stage’s origins read answers', () => {
  for (const name of ['origin', 'Origin'])
    expect(corsHeaders(event({ [name]: 'https://other.example.com' }, allowed))).toMatchObject({
      'access-control-allow-origin': 'https://other.example.com',
      vary: 'Origin',
    });
});

it('lets nobody else', () => {
  expect(corsHeaders(event({ origin: 'https://app.example.com.evil.example' }, allowed))).toEqual({ vary: 'Origin' });
  expect(corsHeaders(event(null, allowed))).toEqual({ vary: 'Origin' });
  expect(corsHeaders(event({ origin: 'https://app.example.com' }))).toEqual({});
});
