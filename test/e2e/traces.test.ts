import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createGitRepository, type GitRepository } from '../support/git-repository.ts';
import { makeDataDir, type ServiceProcess, startService } from '../support/service-process.ts';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
  readonly status: { readonly code?: number };
}

/** A receiver of OTLP over HTTP (JSON): what came, and from which service. */
const startReceiver = async () => {
  const spans: Span[] = [];
  const services = new Set<unknown>();
  const paths = new Set<string>();
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    const body = (await Array.fromAsync(request)).map(String).join('');
    paths.add(`${request.method} ${request.url} ${request.headers['content-type']} ${request.headers['x-tenant']}`);
    bodies.push(body);
    for (const { resource, scopeSpans } of JSON.parse(body).resourceSpans) {
      for (const { key, value } of resource.attributes) if (key === 'service.name') services.add(value.stringValue);
      for (const scope of scopeSpans) spans.push(...scope.spans);
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, spans, services, paths, bodies, close: () => new Promise((done) => server.close(done)) };
};

let receiver: Awaited<ReturnType<typeof startReceiver>>;
let data: Awaited<ReturnType<typeof makeDataDir>>;
let git: GitRepository;
let service: ServiceProcess;
beforeAll(async () => {
  receiver = await startReceiver();
  data = await makeDataDir();
  git = await createGitRepository({
    'secret-name.ts': 'export const a = "avocet";\n',
    'b.ts': 'export const b = 2;\n',
  });
  service = await startService(data.path, {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=birds',
    OTEL_SERVICE_NAME: 'sync-here',
  });
});
afterAll(async () => {
  await service.terminate();
  await receiver.close();
  await Promise.all([git.cleanup(), data.remove()]);
});

const called = (name: string): Span => {
  const span = receiver.spans.find((each) => each.name === name);
  if (span === undefined) throw new Error(`no span ${name}`);
  return span;
};
const parentOf = ({ parentSpanId }: Span): Span | undefined =>
  receiver.spans.find(({ spanId }) => spanId === parentSpanId);
const waysUp = (span: Span): string[] => {
  const above = parentOf(span);
  return above === undefined ? [span.name] : [span.name, ...waysUp(above)];
};
const factsOf = ({ attributes }: Span) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

it('a sync is one trace: from the caller’s own, by the request, the job and its steps in their threads, to git, the stores and the embedder', async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  await service.api.register('shop', git.path);
  const { body } = await service.api.call<{ job_id: string }>(
    'POST',
    '/api/repositories/shop/sync',
    {},
    {
      traceparent: `00-${traceId}-b7ad6b7169203331-01`,
    },
  );
  await service.api.ended(body.job_id);
  const within = (step: string): string[] =>
    receiver.spans.filter((span) => waysUp(span).includes(step)).map(({ name }) => name);
  // Each thread sends its own spans, half a second after the first of them.
  const wanted = [
    ['sync', 'POST '],
    ['begin-sync', 'database.'],
    ['pull', 'git.'],
    ['diff', 'diff'],
    ['stage', 'objects.'],
    ['embed-batch', 'embedder.embed'],
    ['publish', 'index.'],
  ] as const;
  const missing = () =>
    wanted.filter(([step, name]) =>
      step === 'sync'
        ? !receiver.spans.some((span) => span.name === step && waysUp(span).some((each) => each.startsWith(name)))
        : !within(step).some((each) => each.startsWith(name)),
    );
  await expect.poll(missing, { timeout: 20_000 }).toEqual([]);
  const request = called('POST /api/repositories/{repo_id}/sync');
  // 2 is a server's.
  expect(request).toMatchObject({ traceId, parentSpanId: 'b7ad6b7169203331', kind: 2 });
  expect(factsOf(request)).toEqual({
    'http.request.method': 'POST',
    'http.route': '/api/repositories/{repo_id}/sync',
    'http.response.status_code': 202,
  });
  const sync = called('sync');
  expect(waysUp(sync)).toEqual(['sync', request.name]);
  expect(factsOf(sync)).toMatchObject({ job_id: body.job_id, repository_id: 'shop', outcome: 'SUCCEEDED' });
  for (const step of ['begin-sync', 'pull', 'diff', 'stage', 'embed-batch', 'publish']) {
    expect(waysUp(called(step)), step).toEqual([step, 'sync', request.name]);
    // A batch is found by its place in the job.
    if (step !== 'embed-batch') expect(factsOf(called(step)), step).toMatchObject({ job_id: body.job_id });
  }
  expect(waysUp(called('embedder.embed'))).toEqual(['embedder.embed', 'embed-batch', 'sync', request.name]);
  for (const { traceId: of, startTimeUnixNano: from, endTimeUnixNano: to, name } of receiver.spans.filter(
    (span) => waysUp(span).at(-1) === request.name,
  )) {
    expect(of, name).toBe(traceId);
    expect(BigInt(to) >= BigInt(from), name).toBe(true);
  }
});

it('a failure is seen in its span, by its kind alone; a request that is refused by its status', async () => {
  await service.api.register('gone', `${git.path}-nowhere`);
  const { body } = await service.api.sync<{ job_id: string }>('gone');
  if (body.job_id !== undefined) await service.api.ended(body.job_id);
  await service.api.call('GET', '/api/repositories/none');
  await expect
    .poll(() => receiver.spans.filter(({ status }) => status.code === 2).map((span) => factsOf(span)['error.type']), {
      timeout: 20_000,
    })
    .toContain('SourceNotFoundError');
  await expect
    .poll(() => receiver.spans.some((span) => factsOf(span)['http.response.status_code'] === 404), { timeout: 20_000 })
    .toBe(true);
});

it('goes where the variables of OpenTelemetry say, and holds no file’s name, no address and no text', () => {
  expect([...receiver.paths]).toEqual(['POST /v1/traces application/json birds']);
  expect([...receiver.services]).toEqual(['sync-here']);
  const sent = receiver.bodies.join('\n');
  for (const word of ['secret-name', 'avocet', git.path, service.token]) expect(sent).not.toContain(word);
});

it('holds nothing up where no one takes it', async () => {
  await receiver.close();
  const { status } = await service.api.call('GET', '/api/repositories/shop');
  expect(status).toBe(200);
  expect((await service.api.synced('shop')).status).toBe('completed');
});
