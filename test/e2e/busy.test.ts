import { beforeAll, expect, it } from 'vitest';
import { buildOpenApi } from '../../core/contract/openapi/openapi.ts';
import { operations } from '../../core/contract/operations/operations.ts';
import { routes } from '../../core/contract/routes.ts';
import { EmbedderThrottledError, EmbedderUnavailableError, StoreBusyError } from '../../core/domain/errors.ts';
import type { Runtime } from '../../core/ports/runtime.ts';
import { createApiContract } from '../support/api-contract.ts';
import { createGitRepository } from '../support/git-repository.ts';
import { useWorld } from '../support/use-world.ts';

/** Every handler, composed as in the service, when what it needs asks for less. */
const contract = createApiContract(buildOpenApi());
const world = useWorld({ git: () => createGitRepository({ 'a.ts': 'export const a = "aphid";\n' }) });
const { faults } = world;
beforeAll(async () => {
  await world.api.register('repo-123', world.git.path);
  await world.api.synced('repo-123');
});

const stores: readonly (keyof Runtime)[] = [
  'repositories',
  'jobs',
  'claims',
  'running',
  'batches',
  'ends',
  'objects',
  'outbox',
  'followUps',
  'index',
];
const refuse = (port: keyof Runtime, error: Error): void =>
  faults.set(port, () => new Proxy({}, { get: () => () => Promise.reject(error) }));

const pathOf = (path: string): string =>
  path
    .replace('{repo_id}', 'repo-123')
    .replace('{job_id}', 'sync-00000000-0000-4000-8000-000000000000')
    .replace('{delivery_id}', 'msg-00000000-0000-4000-8000-000000000000')
    .replace('{user}', 'bob')
    .replace('{name+}', 'main')
    .replace('{secret}', 'push')
    .replace('{page}', '0'.repeat(32))
    .replace(/search$/, 'search?q=aphid')
    .replace(/grep$/, 'grep?pattern=aphid');

const stateless = ['get-health', 'get-openapi', 'get-docs'];
it.each(routes.filter(({ operation }) => !stateless.includes(operation)))(
  '$operation answers 503 with Retry-After while its stores are busy',
  async ({ operation, method, path }) => {
    const secret = 'told to nobody: arn:aws:dynamodb:eu-central-1:123456789012:table/x';
    for (const port of stores) refuse(port, new StoreBusyError('the store answers Throttled', { cause: secret }));
    const described = operations[operation as keyof typeof operations];
    const reply = await world.api.call(method, pathOf(path), method === 'GET' ? undefined : described.body?.example);
    expect(reply.status).toBe(503);
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
    const text = JSON.stringify(reply.body);
    expect(contract.answerFaults(operation, 503, reply.headers.get('content-type'), text)).toEqual([]);
    expect(text).not.toContain('arn:');
  },
);

it.each([new EmbedderThrottledError('fewer'), new EmbedderUnavailableError('not ready')])(
  'a search answers 503 with Retry-After where the model is busy: $name',
  async (error) => {
    faults.set('embedder', (real) => ({
      id: real.id,
      dimensions: real.dimensions,
      embed: () => Promise.reject(error),
    }));
    const reply = await world.api.search('repo-123', { q: 'aphid' });
    expect(reply).toMatchObject({ status: 503, body: { title: 'Service busy' } });
    expect(reply.headers.get('retry-after')).toBe('10');
    faults.clear();
    expect((await world.api.search('repo-123', { q: 'aphid' })).status).toBe(200);
  },
);

it('what does not pass by itself stays a 500 that tells nothing', async () => {
  refuse('repositories', new Error('arn:aws:iam::123456789012:role/x may not'));
  const reply = await world.api.call('GET', '/api/repositories/repo-123');
  expect(reply.status).toBe(500);
  expect(JSON.stringify(reply.body)).not.toContain('arn:');
});
