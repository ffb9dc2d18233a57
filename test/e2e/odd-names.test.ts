import { beforeAll, describe, expect, it } from 'vitest';
import type { JobAnswer, RepositoryAnswer, RepositoryCreated } from '../../core/contract/api.ts';
import type { OpenApiDocument, ParameterObject } from '../../core/contract/openapi/openapi.ts';
import type { JsonSchema } from '../../core/contract/openapi/schemas.ts';
import { operations } from '../../core/contract/operations/operations.ts';
import { type ApiContract, type ContractOperation, createApiContract } from '../support/api-contract.ts';
import { signedAsHost } from '../support/api-requests.ts';
import { createGitRepository } from '../support/git-repository.ts';
import { useWorld } from '../support/use-world.ts';

/** Names that every object has without being given them: where one is looked up as if it had none, it is found. */
const names = ['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', '__defineGetter__'];

const files = Object.fromEntries(
  names.flatMap((name, at) => [
    [name, `odd words of a file without an ending, number${at}file\n`],
    [`folder/${name}/${name}.ts`, `export const value = 'number${at}folder';\n`],
    [`endings/a.${name}`, `odd words behind an ending, number${at}ending\n`],
  ]),
);

const world = useWorld({
  git: async () => {
    const git = await createGitRepository({
      ...files,
      '.gitattributes': names.map((name) => `[[:${name}:]]x linguist-generated\n`).join(''),
    });
    for (const name of names) await git.branch(name);
    await git.switch('main');
    return git;
  },
});

describe('a repository full of names that every object has', () => {
  beforeAll(async () => {
    await world.api.register('constructor', world.git.path);
  });

  it('is indexed, branch by branch, and every file is found', async () => {
    for (const branch of names) {
      const job = await world.api.synced('constructor', { branches: [branch] });
      expect([branch, job.status, job.error]).toEqual([branch, 'completed', null]);
    }
    const { index } = await world.api.repository('constructor');
    expect(index.branches.map(({ name }) => name).sort()).toEqual([...names].sort());
    // Each branch with two of the names: every pair would be 147 searches.
    for (const [own, branch] of names.entries())
      for (const at of [own, (own + 1) % names.length]) {
        const name = names[at] ?? '';
        const found = async (q: string) => (await world.api.found('constructor', q, { branch }))[0];
        expect(await found(`number${at}file`)).toBe(name);
        expect(await found(`number${at}folder`)).toBe(`folder/${name}/${name}.ts`);
        expect(await found(`number${at}ending`)).toBe(`endings/a.${name}`);
      }
  });

  it('is followed: a branch of such a name moves, alone and with all others', async () => {
    await world.git.switch('__proto__');
    await world.git.write({ later: 'the word antediluvian\n' });
    const commit = await world.git.commit();
    await world.git.switch('main');
    const job = await world.api.synced('constructor', { branches: names });
    expect(job).toMatchObject({ status: 'completed', mode: 'incremental', counts: { added: 1 } });
    expect((await world.api.found('constructor', 'antediluvian', { branch: '__proto__' }))[0]).toBe('later');
    const { index } = await world.api.repository('constructor');
    expect(index.branches.find(({ name }) => name === '__proto__')?.commit).toBe(commit);
    expect(index.branches).toHaveLength(names.length);
  });

  it('answers for a branch that was never indexed as for any other', async () => {
    await world.api.register('tostring', world.git.path);
    for (const branch of names)
      expect((await world.api.search('tostring', { q: 'odd', branch })).status).toBe(
        (await world.api.search('tostring', { q: 'odd', branch: 'ordinary' })).status,
      );
  });

  it('lets users of such names in by their grants, and no others', async () => {
    for (const name of names)
      expect((await world.as(name).call('GET', '/api/repositories/constructor')).status).not.toBe(200);
    for (const name of names) {
      const put = await world.api.call('PUT', `/api/repositories/constructor/grants/${name}`, { role: 'read' });
      expect([name, put.status]).toEqual([name, 204]);
      const seen = await world.as(name).call<RepositoryAnswer>('GET', '/api/repositories/constructor');
      expect([name, seen.status, seen.body.role]).toEqual([name, 200, 'read']);
    }
    for (const name of names) {
      await world.api.call('DELETE', `/api/repositories/constructor/grants/${name}`);
      expect((await world.as(name).call('GET', '/api/repositories/constructor')).status).not.toBe(200);
    }
  });

  it('is removed, with what it had', async () => {
    await world.api.call('PUT', '/api/repositories/tostring/grants/__proto__', { role: 'read' });
    expect((await world.api.call('DELETE', '/api/repositories/tostring')).status).toBe(204);
  });
});

/** A place of a request that holds a string: a member of its body, a parameter, or one that nobody knows. */
interface Place {
  readonly shown: string;
  put(request: Request, text: string): void;
}

interface Got {
  readonly status: number;
  readonly body: unknown;
}

interface Request {
  readonly params: Record<string, string>;
  readonly query: Record<string, string>;
  readonly headers: Record<string, string>;
  body: unknown;
}

const resolved = (document: OpenApiDocument, schema: JsonSchema): JsonSchema =>
  schema.$ref === undefined
    ? schema
    : resolved(document, document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {});

/** The ways to every string that a schema allows. */
const stringsIn = (document: OpenApiDocument, schema: JsonSchema, way: readonly string[] = []): string[][] => {
  const each = resolved(document, schema);
  const inner = [...(each.anyOf ?? []).flatMap((one) => stringsIn(document, one, way))];
  const types = [each.type].flat();
  if (types.includes('string')) inner.push([...way]);
  if (types.includes('array')) inner.push(...stringsIn(document, each.items ?? {}, [...way, '0']));
  for (const [name, member] of Object.entries(each.properties ?? {}))
    inner.push(...stringsIn(document, member, [...way, name]));
  return inner;
};

const put = (body: unknown, way: readonly string[], text: string): unknown => {
  const [first, ...rest] = way;
  if (first === undefined) return text;
  if (first === '0') return [put(undefined, rest, text)];
  const holder = typeof body === 'object' && body !== null ? body : {};
  const inner = Object.entries(holder).find(([name]) => name === first)?.[1];
  return { ...holder, [first]: put(inner, rest, text) };
};

const at = (body: unknown, way: readonly string[]): unknown =>
  way.reduce((value: unknown, name) => {
    if (typeof value !== 'object' || value === null) return undefined;
    return Object.entries(value).find(([each]) => each === name)?.[1];
  }, body);

const kept: Record<ParameterObject['in'], 'params' | 'query' | 'headers'> = {
  path: 'params',
  query: 'query',
  header: 'headers',
};

describe('every string of every call', () => {
  let contract: ApiContract;
  let document: OpenApiDocument;
  let job: JobAnswer;
  let secret: string;
  beforeAll(async () => {
    document = (await world.anonymous.call<OpenApiDocument>('GET', '/api/openapi.json')).body;
    contract = createApiContract(document);
    secret = ((await world.api.register('hasownproperty', world.git.path)) as RepositoryCreated).secrets.push;
    job = await world.api.synced('hasownproperty', { branches: names });
  });

  const placesOf = ({ parameters = [], requestBody }: ContractOperation): Place[] => {
    const [media] = Object.values(requestBody?.content ?? {});
    return [
      ...parameters.map((each) => ({
        shown: `${each.in} ${each.name}`,
        put: (request: Request, text: string) => {
          request[kept[each.in]][each.name] = text;
        },
      })),
      ...(media === undefined ? [] : stringsIn(document, media.schema)).map((way) => ({
        shown: `body ${way.join('.')}`,
        put: (request: Request, text: string) => {
          request.body = put(request.body, way, text);
        },
      })),
      // What no one knows: as the name of a member, of a parameter, of a header.
      {
        shown: 'unknown member',
        put: (request, text) => {
          const known = typeof request.body === 'object' ? request.body : {};
          request.body = { ...known, [text]: { [text]: [text] } };
        },
      },
      {
        shown: 'unknown parameter',
        put: (request, text) => Object.defineProperty(request.query, text, { value: 'x', enumerable: true }),
      },
      {
        shown: 'unknown header',
        put: (request, text) => Object.defineProperty(request.headers, text, { value: 'x', enumerable: true }),
      },
    ];
  };

  const start = (operation: ContractOperation, way: number): Request => {
    const [media] = Object.values(operation.requestBody?.content ?? {});
    const known: Record<string, string> = {
      repo_id: 'hasownproperty',
      job_id: job.job_id,
      user: 'bob',
      secret: 'webhook',
    };
    const params = (operation.parameters ?? []).filter((each) => each.in === 'path');
    const body = structuredClone(media?.example);
    // Each registration makes a repository of its own, of the one source that is there.
    if (operation.operationId === 'create-repository')
      Object.assign(body as object, { repository_id: `odd-${way}`, source: { url: world.git.path } });
    // Nothing is sent anywhere.
    if (operation.operationId === 'start-sync') Reflect.deleteProperty(body as object, 'progress_webhook');
    return {
      params: Object.fromEntries(params.map(({ name }) => [name, known[name] ?? 'x'])),
      query: Object.fromEntries(
        (operation.parameters ?? [])
          .filter((each) => each.in === 'query' && each.required)
          .map(({ name }) => [name, 'x']),
      ),
      headers: {},
      body,
    };
  };

  const send = async (operation: ContractOperation, { params, query, headers, body }: Request): Promise<Got> => {
    const path = Object.entries(params).reduce(
      (text, [name, value]) => text.replace(`{${name}}`, encodeURIComponent(value)),
      operation.path,
    );
    const sent = body === undefined || operation.method === 'GET' ? null : JSON.stringify(body);
    const response = await fetch(`${world.server.url}${path}?${new URLSearchParams(Object.entries(query))}`, {
      method: operation.method,
      headers: {
        authorization: `Bearer ${world.server.token}`,
        ...signedAsHost(operation.operationId, sent ?? '', secret),
        ...headers,
      },
      body: sent,
    });
    const text = await response.text();
    const type = response.headers.get('content-type');
    expect(contract.answerFaults(operation.operationId, response.status, type, text)).toEqual([]);
    return { status: response.status, body: type?.includes('json') ? JSON.parse(text) : text };
  };

  /**
   * At a place that takes any text, the one that sets what it names, one that is inherited, and the others in turn; all of them
   * where the name becomes that of a member, as `toString` then stands in the way of the one that is there for all.
   */
  const namesFor = ({ shown }: Place, way: number): readonly string[] => {
    const [first = '', second = '', ...others] = names;
    return shown.startsWith('unknown') ? names : [first, second, others[way % others.length] ?? ''];
  };

  // Which would take away what the others ask for.
  it.each(Object.keys(operations).filter((each) => each !== 'delete-repository'))(
    '%s takes them as names, or says what is wrong',
    async (operationId) => {
      const operation = contract.operations.find((each) => each.operationId === operationId) as ContractOperation;
      let way = 0;
      for (const place of placesOf(operation))
        for (const name of namesFor(place, way)) {
          const request = start(operation, ++way);
          place.put(request, name);
          const got = await send(operation, request);
          const shown = `${operationId}, ${place.shown} = ${name} → ${got.status} ${JSON.stringify(got.body)}`;
          expect(got.status, shown).toBeLessThan(500);
          if (got.status < 300 && place.shown.startsWith('body ')) {
            const member = place.shown.slice('body '.length).split('.');
            const told = at(got.body, member) ?? at(got.body, ['options', ...member]);
            if (told !== undefined) expect(told, shown).toEqual(name);
          }
          const started = at(got.body, ['job_id']);
          if (got.status === 202 && typeof started === 'string') await world.api.ended(started);
        }
    },
    300_000,
  );
});
