import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RepositoryCreated } from '../../core/contract/api.ts';
import type { OpenApiDocument } from '../../core/contract/openapi/openapi.ts';
import { type ApiContract, createApiContract } from '../support/api-contract.ts';
import { type Grounds, requestsOf, type Sent } from '../support/api-requests.ts';
import { createGitRepository } from '../support/git-repository.ts';
import { bodyWith, extremes, numberMembers } from '../support/number-members.ts';
import { useWorld } from '../support/use-world.ts';

/**
 * The API against its own document: requests made from the document, right ones and almost right ones, against the real
 * service. Set FUZZ_SEED and FUZZ_RUNS to look further, or again.
 */
const SEED = Number(process.env.FUZZ_SEED ?? 20240115);
const RUNS = Number(process.env.FUZZ_RUNS ?? 400);
/** Requests that are under way at once. */
const TOGETHER = 10;

const world = useWorld({
  git: () => createGitRepository({ 'a.ts': 'export const animal = "vicuna";\n', 'b.bin': 'a\0b' }),
});
let contract: ApiContract;
let grounds: Grounds;
const agent = new Agent({ keepAlive: true, maxSockets: TOGETHER });
const jobs: string[] = [];
/** Of webhooks; the first one is not there. */
const deliveries = ['msg-00000000-0000-0000-0000-000000000000'];
beforeAll(async () => {
  const document = (await world.anonymous.call<OpenApiDocument>('GET', '/api/openapi.json')).body;
  contract = createApiContract(document);
  const registered = await world.api.register('indexed', world.git.path);
  await world.api.register('victim', world.git.path);
  jobs.push((await world.api.synced('indexed')).job_id);
  await world.api.call('PUT', '/api/repositories/indexed/grants/bob', { role: 'read' });
  const issued = ['ann', 'bob', 'eve'].map(async (user) => [user, await world.server.issuer.issue(user)]);
  grounds = {
    document,
    repositoryPath: world.git.path,
    tokens: Object.fromEntries(await Promise.all(issued)),
    pushSecret: (registered as RepositoryCreated).secrets.push,
    jobs,
    deliveries,
  };
});
afterAll(() => agent.destroy());

interface Got {
  readonly status: number;
  readonly contentType: string | null;
  readonly body: string;
}

const send = ({ operation, path, headers, body }: Sent): Promise<Got> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(world.server.url);
    const outgoing = httpRequest({ hostname, port, agent, method: operation.method, path, headers }, (incoming) => {
      const parts: Buffer[] = [];
      incoming.on('data', (part) => parts.push(part));
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          contentType: incoming.headers['content-type'] ?? null,
          body: Buffer.concat(parts).toString('utf8'),
        }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body ?? undefined);
  });

/** Sources that this machine may not read, what a cron expression holds, cursors, which fields go together. */
const BEYOND_SCHEMAS =
  /^(source\.url|source\.credential|from|credential|schedule|query\.(cursor|q|pattern|path|path_bytes|start|end|repositories|language)|force|remote|branch|progress_webhook|on_conflict|dry_run|max_cost|max_files)$/;

const check = async (sent: Sent): Promise<void> => {
  const got = await send(sent);
  const { operationId, requestBody } = sent.operation;
  const shown = `${sent.operation.method} ${sent.path.slice(0, 500)} ${JSON.stringify(sent.headers).slice(0, 500)} ${sent.body?.slice(0, 1000)}\n→ ${got.status} ${got.body.slice(0, 1000)}`;
  expect(got.status, shown).toBeLessThan(500);
  expect(contract.answerFaults(operationId, got.status, got.contentType, got.body), shown).toEqual([]);
  if (got.status === 400) {
    const { errors } = JSON.parse(got.body) as { errors: { field: string; message: string }[] };
    expect(errors.length, shown).toBeGreaterThan(0);
    for (const { field, message } of errors) {
      expect(field, shown).not.toBe('');
      expect(message, shown).not.toBe('');
      // What the document allows is refused only for what no schema can say.
      if (sent.isValid) expect(field, shown).toMatch(BEYOND_SCHEMAS);
    }
  }
  // What the document forbids, the service refuses.
  const [media] = Object.values(requestBody?.content ?? {});
  if (
    media !== undefined &&
    'value' in sent &&
    sent.value !== undefined &&
    contract.faults(media.schema, sent.value).length > 0
  )
    expect(got.status, shown).toBeGreaterThanOrEqual(400);
  seen.add(`${operationId} ${got.status}`);
  const [, job] = /"job_id":"(sync-[0-9a-f-]{36})"/.exec(got.body) ?? [];
  if (job !== undefined && jobs.length < 50) jobs.push(job);
  const [, delivery] = /"delivery_id":"(msg-[0-9a-f-]{36})"/.exec(got.body) ?? [];
  if (delivery !== undefined && deliveries.length < 20) deliveries.push(delivery);
};

const seen = new Set<string>();

it('answers every request as its document says, whatever it is asked', async () => {
  const each = contract.operations.flatMap((operation) =>
    [true, false].map((isValid) => requestsOf(grounds, operation, isValid)),
  );
  const batches = fc.array(fc.oneof(...each), { minLength: TOGETHER, maxLength: TOGETHER });
  // A failure is told as it came: what came before it has left its traces in the service, and shrinking would mislead.
  await fc.assert(
    fc.asyncProperty(batches, async (batch) => {
      await Promise.all(batch.map(check));
    }),
    {
      seed: SEED,
      numRuns: RUNS,
      endOnFailure: true,
      asyncReporter: async ({ failed, errorInstance, numRuns }) => {
        if (failed) throw new Error(`FUZZ_SEED=${SEED}, batch ${numRuns}: ${errorInstance}`);
      },
    },
  );
  const reached = new Set([...seen].filter((each) => / 2\d\d$/.test(each)).map((each) => each.split(' ')[0]));
  if (process.env.FUZZ_RUNS !== undefined) process.stdout.write(`${[...seen].sort().join('\n')}\n`);
  // Nearly every call got through now and then: nothing failed in the file that was synced, so nothing is retried;
  // an import needs another service, a page of a snapshot its name, and what is taken back must wait just then.
  expect(reached.size).toBeGreaterThanOrEqual(contract.operations.length - 9);
}, 120_000);

it('takes no number that it could not keep: any number of any request, at its extremes', async () => {
  const numbers = numberMembers(grounds.document, contract.operations);
  expect(numbers.map(({ operation, path }) => `${operation.operationId} ${path.join('.')}`)).toEqual(
    expect.arrayContaining(['start-sync max_cost', 'start-sync max_files', 'search limit', 'read-file start']),
  );
  const values: Readonly<Record<string, string>> = { repo_id: 'indexed', job_id: jobs[0] ?? '', file_path: 'a.ts' };
  for (const { operation, path, schema, ...member } of numbers)
    for (const written of extremes) {
      const there = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? 'x');
      const needed = (operation.parameters ?? [])
        .filter(({ required, in: where, name }) => where === 'query' && required && name !== path[0])
        .map(({ name }) => `&${name}=a`);
      const got = await send({
        operation,
        path: member.in === 'query' ? `${there}?${path[0]}=${written}${needed.join('')}` : there,
        headers: { authorization: `Bearer ${grounds.tokens.ann}`, 'content-type': 'application/json' },
        // By force, so that each is claimed, and stored.
        body:
          member.in === 'query'
            ? null
            : bodyWith(path, written, operation.operationId === 'start-sync' ? { force: true } : {}),
        isValid: false,
      });
      const shown = `${operation.operationId} ${path.join('.')}=${written}: ${got.status} ${got.body.slice(0, 300)}`;
      expect(got.status, shown).toBeLessThan(500);
      const faulty = contract.faults(schema, Number(written)).length > 0 || !Number.isFinite(Number(written));
      if (!faulty || got.status === 401) continue;
      const name = member.in === 'query' ? `query.${path[0]}` : path.join('.');
      expect(got.status, shown).toBe(400);
      const { errors } = JSON.parse(got.body) as { errors: { field: string }[] };
      expect(
        errors.map(({ field }) => field),
        shown,
      ).toContain(name);
    }
}, 120_000);

it.each([
  ['a head of 20 kB', `GET /api/health?q=${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
  ['what is not HTTP', 'HELLO\r\n\r\n', 400],
])('answers %s with a problem document too', async (_what, text, status) => {
  const { hostname, port } = new URL(world.server.url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.on('data', (data) => {
    answer += data;
  });
  socket.write(text);
  await once(socket, 'close');
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} .*content-type: application/problem\\+json`, 's'));
  expect(JSON.parse(body)).toMatchObject({ status });
});
