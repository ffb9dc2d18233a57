import type { APIGatewayProxyEvent } from 'aws-lambda';

/**
 * What lets a page of another origin read the answer. The origins are the stage's variable `corsOrigins` (lib/api/api.ts), with
 * commas between; without it there are none. Tokens travel in a header that no browser adds by itself, so there is nothing
 * to allow beyond reading.
 */
export const corsHeaders = ({ headers, stageVariables }: APIGatewayProxyEvent): Readonly<Record<string, string>> => {
  const allowed = stageVariables?.corsOrigins?.split(',') ?? [];
  if (allowed.length === 0) return {};
  const origin = headers?.origin ?? headers?.Origin;
  return {
    // What is answered to one origin must not be kept for another.
    vary: 'Origin',
    ...(origin !== undefined && allowed.includes(origin)
      ? {
          'access-control-allow-origin': origin,
          'access-control-expose-headers':
            'Location, Retry-After, ETag, Idempotency-Replayed, Preference-Applied, X-Request-Id',
        }
      : {}),
  };
};
