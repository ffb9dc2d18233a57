import type { APIGatewayProxyResult } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { type LambdaFunction, loadFunction } from '../../local/load-function.ts';
import { holdEmbedding } from '../support/faults.ts';
import { useWorld } from '../support/use-world.ts';

const ISSUER = 'https://issuer.example/pool';

/** As a deployment with an issuer of its own is. */
const world = useWorld({ decorate: (runtime) => ({ ...runtime, tokens: { ...runtime.tokens, issuer: ISSUER } }) });

const protocol = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};

const post = (body: unknown, headers: Readonly<Record<string, string>> = {}, path = '/mcp') =>
  fetch(`${world.server.url}${path}`, {
    method: 'POST',
    headers: { ...protocol, authorization: `Bearer ${world.server.token}`, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

describe('who may come in', () => {
  it('needs a token, and is told where to sign in for one', async () => {
    const told = `resource_metadata="${world.server.url}/api/.well-known/oauth-protected-resource"`;
    for (const [authorization, challenge] of [
      ['', `Bearer ${told}`],
      ['Basic YTpi', `Bearer ${told}`],
      ['Bearer nonsense', `Bearer error="invalid_token", ${told}`],
    ] as const) {
      const answer = await post(initialize, { authorization });
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, challenge]);
      expect(await answer.json()).toMatchObject({ status: 401, title: 'Unauthorized' });
    }
    const metadata = await fetch(`${world.server.url}/api/.well-known/oauth-protected-resource`);
    expect(metadata.headers.get('access-control-allow-origin')).toBe('*');
    expect(await metadata.json()).toEqual({
      resource: `${world.server.url}/api/mcp`,
      authorization_servers: [ISSUER],
      bearer_methods_supported: ['header'],
      resource_name: 'Repository Sync',
    });
  });

  it('is no page of another origin', async () => {
    for (const [origin, status] of [
      ['https://elsewhere.example', 403],
      ['null', 403],
      ['http://127.0.0.1.elsewhere.example', 403],
      ['http://localhost:6274', 200],
      [world.server.url, 200],
    ] as const)
      expect((await post(initialize, { origin })).status, origin).toBe(status);
  });
});

describe('the door itself', () => {
  it('is at /mcp, and beside the API', async () => {
    for (const path of ['/mcp', '/api/mcp']) expect((await post(initialize, {}, path)).status).toBe(200);
  });

  it.each(['GET', 'DELETE'])('has no stream and no session to %s', async (method) => {
    const headers = { authorization: `Bearer ${world.server.token}`, accept: 'text/event-stream' };
    expect((await fetch(`${world.server.url}/mcp`, { method, headers })).status).toBe(405);
  });

  it.each([
    ['{', 400],
    ['', 400],
    ['[]', 400],
    ['null', 400],
    ['"text"', 400],
    [{ jsonrpc: '2.0', id: 2, method: 'no/such' }, 200],
  ])('says what is wrong with %j', async (body, status) => {
    const answer = await post(body);
    const text = await answer.text();
    expect([answer.status, text]).toEqual([status, expect.stringContaining('"error"')]);
    expect(text).not.toContain('Internal');
  });

  it('takes a body of 1 MiB at most', async () => {
    expect((await post(' '.repeat(1024 * 1024 + 1))).status).toBe(413);
  });
});

/** As API Gateway calls it: what it answers goes out whole. */
const onAws = async (message: object, headers: Readonly<Record<string, string>> = {}, more: object = {}) => {
  const handler: LambdaFunction = await loadFunction('mcp');
  const event = {
    httpMethod: 'POST',
    headers: { ...protocol, Authorization: `Bearer ${world.server.token}`, ...headers },
    body: JSON.stringify(message),
    isBase64Encoded: false,
    requestContext: { requestId: 'r', path: '/api/mcp', domainName: 'api.example' },
    path: '/api/mcp',
    ...more,
  };
  const context = { url: world.server.url } as unknown as Parameters<LambdaFunction>[1];
  return (await handler(event, context)) as APIGatewayProxyResult;
};

describe('behind API Gateway', () => {
  const call = (name: string, args: object) => ({
    jsonrpc: '2.0',
    id: 3,
    method: 'tools/call',
    params: { name, arguments: args, _meta: { progressToken: 7 } },
  });

  it('answers with one JSON text, and waits 20 s at most', async () => {
    await world.registered('aws', { 'a.ts': 'export const a = "numbat";\n' });
    const { statusCode, headers, body } = await onAws(call('sync_repository', { repository: 'aws' }));
    expect([statusCode, headers?.['content-type']]).toEqual([200, 'application/json']);
    expect(JSON.parse(body).result.structuredContent).toMatchObject({ status: 'completed' });
    const tools = await onAws({ jsonrpc: '2.0', id: 4, method: 'tools/list' });
    const sync = JSON.parse(tools.body).result.tools.find(({ name }: { name: string }) => name === 'sync_repository');
    expect(sync.inputSchema.properties.wait_seconds).toMatchObject({ default: 20, maximum: 20 });
  });

  it('says how far it is when the time is over', async () => {
    const gate = holdEmbedding(world.faults);
    const args = { repository: 'aws', full_reindex: true, wait_seconds: 1 };
    const { body } = await onAws(call('sync_repository', args));
    const { status, next_step, joined } = JSON.parse(body).result.structuredContent;
    // On a slow machine a second is not enough for it to begin.
    expect(['queued', 'running']).toContain(status);
    expect(joined).toBe(false);
    expect(next_step).toContain('call sync_repository with repository aws again');
    const again = JSON.parse((await onAws(call('sync_repository', { ...args, wait_seconds: 0 }))).body);
    expect(again.result.structuredContent).toMatchObject({ joined: true });
    gate.open();
    expect(JSON.parse((await onAws(call('sync_repository', { repository: 'aws' }))).body).result.isError).not.toBe(
      true,
    );
  });

  it('takes the revision of 2026, a body in base64, and its own address from the gateway', async () => {
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const params = { name: 'sync_repository', arguments: { repository: 'aws' }, _meta: { ..._meta, progressToken: 1 } };
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'sync_repository' };
    const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 5, method: 'tools/call', params })).toString(
      'base64',
    );
    const answer = await onAws({}, headers, { body, isBase64Encoded: true });
    expect([answer.statusCode, answer.headers?.['content-type']]).toEqual([200, 'application/json']);
    expect(JSON.parse(answer.body).result.structuredContent).toMatchObject({ status: 'completed' });

    const listen = { jsonrpc: '2.0', id: 6, method: 'subscriptions/listen', params: { notifications: {}, _meta } };
    const refused = await onAws(listen, { ...headers, 'mcp-method': 'subscriptions/listen', 'mcp-name': '' });
    expect(JSON.parse(refused.body)).toHaveProperty('error');

    const handler = await loadFunction('mcp');
    const event = { httpMethod: 'POST', headers: {}, body: '{}', path: '/api/mcp' };
    const requestContext = { requestId: 'r', path: '/api/mcp', domainName: 'api.example' };
    const { headers: told } = (await handler({ ...event, requestContext })) as APIGatewayProxyResult;
    expect(told?.['www-authenticate']).toContain('"https://api.example/api/.well-known/oauth-protected-resource"');
  });
});
