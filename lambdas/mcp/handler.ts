import type { APIGatewayProxyEvent } from 'aws-lambda';
import { compose, logger, tokens } from '#ports';
import { createClient } from '../../client/src/client.ts';
import { MCP_METADATA_PATH, MCP_PATH } from '../../core/contract/mcp-routes.ts';
import { createMcpEndpoint } from '../../mcp/mcp-endpoint.ts';
import { answerSafely, headersOf } from '../handling/define-api-handler.ts';
import { type Answer, problem } from '../handling/problems.ts';
import { isAllowedOrigin } from './origin-check.ts';

const ports = compose({ logger, tokens });

/** API Gateway gives up after 29 s, and to start a sync takes some of them. */
const whole = createMcpEndpoint({ streams: false, longestWaitSeconds: 20 });
const streamed = createMcpEndpoint({ streams: true, longestWaitSeconds: 600 });

/** The size of a body that the API takes, and more than any call of a tool has. */
const MAX_BODY_CHARACTERS = 1024 * 1024;

/**
 * The MCP server: a client of the API at the address that it was called by, with the caller's own token. Open to all at the gateway; the token is
 * checked here.
 */
export const handler = answerSafely(
  ports.logger,
  async (event, { streaming = null, url = `https://${event.requestContext.domainName}` }) => {
    const headers = headersOf(event);
    const { issuer } = ports.tokens;
    if (event.requestContext.path.endsWith(MCP_METADATA_PATH)) return metadata(url, issuer);
    const origins = event.stageVariables?.corsOrigins?.split(',') ?? [];
    if (!isAllowedOrigin(headers.origin, url, origins))
      return problem(403, 'Access denied', 'pages of this origin may not speak to the service');
    const [, token] = /^Bearer ([A-Za-z0-9._~+/=-]+)$/i.exec(headers.authorization ?? '') ?? [];
    const principal = token === undefined ? null : await ports.tokens.verify(token);
    if (token === undefined || principal === null) return unauthorized(url, issuer, token !== undefined);
    const body = bodyOf(event);
    if (body.length > MAX_BODY_CHARACTERS)
      return problem(413, 'Content too large', `the body may have ${MAX_BODY_CHARACTERS} characters`);

    const request = new Request(`${url}${MCP_PATH}`, {
      method: event.httpMethod,
      headers: Object.entries(headers).filter((header): header is [string, string] => header[1] !== undefined),
      ...(streaming === null ? {} : { signal: streaming }),
    });
    const endpoint = streaming === null ? whole : streamed;
    const answer = await endpoint(request, body, { client: createClient({ url, token }), user: principal.userId });
    return passedOn(answer, streaming !== null);
  },
);

const bodyOf = ({ body, isBase64Encoded }: APIGatewayProxyEvent): string =>
  isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString('utf8') : (body ?? '');

/** Where to sign in, in the form of RFC 9728; not on one machine, which has no such place. */
const metadata = (url: string, issuer: string | null): Answer =>
  issuer === null
    ? problem(404, 'Not found', 'tokens of this service come from its operator: there is no sign-in')
    : {
        status: 200,
        body: {
          resource: `${url}${MCP_PATH}`,
          authorization_servers: [issuer],
          bearer_methods_supported: ['header'],
          resource_name: 'Repository Sync',
        },
        headers: { 'access-control-allow-origin': '*' },
      };

const unauthorized = (url: string, issuer: string | null, hadToken: boolean): Answer => {
  const challenge = [
    ...(hadToken ? ['error="invalid_token"'] : []),
    ...(issuer === null ? [] : [`resource_metadata="${url}${MCP_METADATA_PATH}"`]),
  ].join(', ');
  return problem(
    401,
    'Unauthorized',
    'a valid bearer token is needed',
    {},
    {
      'www-authenticate': `Bearer ${challenge}`.trim(),
    },
  );
};

/** Of the protocol's answers these headers matter; all others are set as for every answer. */
const HEADERS = ['content-type', 'allow', 'mcp-session-id'];

const passedOn = async (answer: Response, streams: boolean): Promise<Answer> => {
  const headers = Object.fromEntries(
    HEADERS.flatMap((name) => {
      const value = answer.headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
  const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream') === true;
  const text =
    streams && isStream && answer.body !== null
      ? (answer.body.pipeThrough(new TextDecoderStream()) as unknown as AsyncIterable<string>)
      : await answer.text();
  return { status: answer.status, body: null, text, headers };
};
