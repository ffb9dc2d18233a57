import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BranchName, RemoteName } from '../../../core/contract/ids.ts';
import { buildOpenApi } from '../../../core/contract/openapi/openapi.ts';
import { responseOf } from '../../../core/contract/openapi/text.ts';
import { operations } from '../../../core/contract/operations/operations.ts';
import { routes } from '../../../core/contract/routes.ts';
import { apiMarkdown } from '../../../local/cli/api-markdown.ts';
import { createApiContract } from '../../support/api-contract.ts';

const document = buildOpenApi();
const contract = createApiContract(document);
const { schemas } = document.components;

it('describes every route, and no other', () => {
  const described = contract.operations.map(({ method, path, operationId }) => `${method} ${path} ${operationId}`);
  expect(described.sort()).toEqual(
    routes.map(({ method, path, operation }) => `${method} ${path.replace('+}', '}')} ${operation}`).sort(),
  );
  expect(Object.keys(operations).sort()).toEqual(routes.map(({ operation }) => operation).sort());
});

describe.each(contract.operations)('$operationId', (operation) => {
  const { path, parameters = [], security, responses, requestBody } = operation;

  it('has the parameters of its path, each described', () => {
    const inPath = parameters.filter((each) => each.in === 'path').map(({ name }) => `{${name}}`);
    expect(inPath).toEqual(path.match(/\{\w+\}/g) ?? []);
    for (const { name, description, schema, example } of parameters) {
      expect(description, name).not.toBe('');
      if (example !== undefined) expect(contract.faults(schema, example)).toEqual([]);
    }
  });

  it('needs a token where its route does, and says what comes without one', () => {
    const needsToken = routes.find((route) => route.operation === operation.operationId)?.auth === 'token';
    expect(security).toEqual(needsToken ? [{ token: [] }] : []);
    if (needsToken) expect(responses).toHaveProperty('401');
  });

  it('says what a wrong parameter, an unknown id and a failure lead to', () => {
    if (parameters.some((each) => each.in !== 'header') || requestBody !== undefined)
      expect(responses).toHaveProperty('400');
    if (path.includes('{') && security.length > 0) {
      expect(responses).toHaveProperty('403');
      expect(responses).toHaveProperty('404');
    }
    for (const status of ['429', '431', '500', '504']) expect(responses).toHaveProperty(status);
  });

  it('answers every error with a problem document', () => {
    for (const [status, reference] of Object.entries(responses).filter(([status]) => Number(status) >= 400)) {
      const { content = {} } = responseOf(document, reference);
      // Its 503 is an answer: which of the stores are away.
      const isAnswer = operation.operationId === 'get-health' && status === '503';
      expect(Object.keys(content), status).toEqual([isAnswer ? 'application/json' : 'application/problem+json']);
    }
  });

  it('has examples that are as its schemas say', () => {
    const bodies = Object.values(requestBody?.content ?? {});
    const answers = Object.values(responses).flatMap((each) => Object.values(responseOf(document, each).content ?? {}));
    for (const { schema, example } of [...bodies, ...answers])
      if (example !== undefined) expect(contract.faults(schema, example)).toEqual([]);
  });

  it('has a curl example that names it', () => {
    const [sample] = operation['x-codeSamples'];
    expect(sample?.source).toMatch(/^curl -s /);
    expect(sample?.source).not.toMatch(/[{]\w+[}]"/);
    if (security.length > 0) expect(sample?.source).toContain('Authorization: Bearer $TOKEN');
  });
});

it.each(Object.entries(schemas))('%s has every member described', (_name, schema) => {
  expect(schema.description).toBeTruthy();
  for (const [member, { description }] of Object.entries(schema.properties ?? {}))
    expect(description, member).toBeTruthy();
});

it('leads to no schema that is not there', () => {
  const references = JSON.stringify(document).matchAll(/"#\/components\/(\w+)\/([^"]+)"/g);
  const parts = document.components as unknown as Record<string, Record<string, unknown>>;
  for (const [, kind = '', name = ''] of references) expect(parts[kind], name).toHaveProperty(name);
});

describe('requests', () => {
  it('are closed: unknown members are refused', () => {
    for (const name of ['NewRepository', 'SyncOptions', 'RepositoryChange', 'Grant', 'NewSource', 'SourceChange'])
      expect(schemas[name]?.additionalProperties, name).toBe(false);
  });

  it('show the defaults of the story', () => {
    const { force, full_reindex, incremental, remote, branches } = schemas.SyncOptions?.properties ?? {};
    expect([force, full_reindex, incremental, remote, branches].map((each) => each?.default)).toEqual([
      false,
      false,
      true,
      'origin',
      ['current'],
    ]);
  });

  it.each([
    ['a branch', BranchName, schemas.SyncOptions?.properties?.branch?.pattern],
    ['a remote', RemoteName, schemas.SyncOptions?.properties?.remote?.pattern],
  ])('have for %s a pattern that says what the code checks', (_what, schema, pattern) => {
    const expression = new RegExp(pattern ?? '', 'u');
    const name = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'-a/.@{~^:?*[\\ \u0000\u007f'), minLength: 1, maxLength: 6 }),
      fc
        .array(fc.constantFrom('a', '.', '/', '.lock', '@', '{', '-', '..', 'é', '🌱', '\n'), {
          minLength: 1,
          maxLength: 6,
        })
        .map((parts) => parts.join('')),
      fc.string({ minLength: 1, maxLength: 12 }),
    );
    fc.assert(
      fc.property(name, (each) => expression.test(each) === schema.safeParse(each).success),
      { numRuns: 3000 },
    );
  });
});

describe('docs/api.md', () => {
  const markdown = apiMarkdown(document);

  it('is what the contract says (npm run docs:api)', async () => {
    expect(await readFile(new URL('../../../docs/api.md', import.meta.url), 'utf8')).toBe(markdown);
  });

  it('shows every call with its example, and has no link that leads nowhere', () => {
    for (const { method, path, 'x-codeSamples': samples } of contract.operations) {
      expect(markdown).toContain(`\`${method} ${path}\``);
      expect(markdown).toContain(samples[0]?.source);
    }
    const anchors = [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    );
    expect(new Set(anchors).size).toBe(anchors.length);
    for (const [, anchor] of markdown.matchAll(/\]\(#([^)]+)\)/g)) expect(anchors).toContain(anchor);
  });
});
