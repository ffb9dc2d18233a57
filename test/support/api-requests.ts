import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import type { OpenApiDocument, ParameterObject } from '../../core/contract/openapi/openapi.ts';
import type { JsonSchema } from '../../core/contract/openapi/schemas.ts';
import type { ContractOperation } from './api-contract.ts';
import { hostileText, nearValid, valid } from './schema-arbitrary.ts';

export interface Sent {
  readonly operation: ContractOperation;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** Every part of it is as documented. */
  readonly isValid: boolean;
  /** What the body is as JSON; undefined where it is none. */
  readonly value?: unknown;
}

/** What there is in the service that is asked: what is generated names it now and then, so that not everything is a 404. */
export interface Grounds {
  readonly document: OpenApiDocument;
  /** A repository on this machine, for sources. */
  readonly repositoryPath: string;
  /** By user. */
  readonly tokens: Readonly<Record<string, string>>;
  /** Of the repository `indexed`. */
  readonly pushSecret: string;
  /** These grow while requests are made. */
  readonly jobs: readonly string[];
  readonly deliveries: readonly string[];
}

/** Values that exist now and then, so that not everything is answered 404. */
const known = (
  { jobs, deliveries }: Grounds,
  operation: ContractOperation,
  name: string,
): fc.Arbitrary<string> | null => {
  const [change, read] = [
    ['victim', 'gone'],
    ['indexed', 'indexed', 'indexed', 'victim', 'gone'],
  ];
  // What lasts must stay: the repository, its source and its secret.
  if (name === 'repo_id')
    return fc.constantFrom(...(/^(delete-repository|rotate-secret)$/.test(operation.operationId) ? change : read));
  if (name === 'delivery_id') return fc.nat().map((at) => deliveries[at % deliveries.length] ?? '');
  if (name === 'job_id') return fc.nat().map((at) => jobs[at % jobs.length] ?? '');
  if (name === 'Idempotency-Key') return fc.constantFrom('one', 'two');
  if (name === 'branch') return fc.constantFrom('main', 'current', 'gone');
  if (name === 'file_path') return fc.constantFrom('a.ts', 'b.bin', 'gone.ts');
  if (name === 'start' || name === 'end') return fc.constant('1');
  if (name === 'path_bytes') return fc.constant('YS50cw==');
  if (name === 'pattern') return fc.constantFrom('animal', 'vic.*', '(', 'x');
  return null;
};

/** A lone surrogate has no UTF-8; `.` and `..` are no segments of a path but ways through it; an empty one is none. */
const inPath = (value: string): string => {
  const text = encodeURIComponent(value.toWellFormed());
  return text === '' || text === '.' || text === '..' ? '-' : text;
};

/** What node lets through: Latin-1 without control characters. */
const inHeader = (value: string): string => value.replaceAll(/[^\t\u0020-\u007e\u00a0-\u00ff]/g, '').slice(0, 2000);

const parameter = (grounds: Grounds, operation: ContractOperation, each: ParameterObject, isValid: boolean) => {
  const documented = valid(each.schema, {}).map(String);
  const there = known(grounds, operation, each.name);
  const right = there === null ? documented : fc.oneof({ weight: 9, arbitrary: there }, documented);
  const value = isValid ? right : fc.oneof({ weight: 3, arbitrary: right }, hostileText);
  const present = each.required && (isValid || each.in === 'path') ? value : fc.option(value, { nil: null });
  return present.map((text) => [each, text] as const);
};

/** Sources and webhooks lead nowhere beyond this machine. */
const bodyOf = ({ document, repositoryPath }: Grounds, schema: JsonSchema, isValid: boolean): fc.Arbitrary<unknown> => {
  const right = valid(schema, document.components.schemas).chain((value) => {
    // Half of the syncs are ones that no rule beyond the schemas refuses.
    if (typeof value === 'object' && value !== null && 'force' in value) {
      const {
        branch: _,
        remote: __,
        progress_webhook: ___,
        pull_remote: ____,
        ...rest
      } = value as Record<string, unknown>;
      return fc.constantFrom<unknown>(value, rest);
    }
    if (typeof value !== 'object' || value === null || !('source' in value) || !Reflect.has(value.source ?? {}, 'url'))
      return fc.constant(value);
    const urls = fc.constantFrom(
      repositoryPath,
      '/nowhere',
      `file://${repositoryPath}`,
      'http://127.0.0.1:1/x.git',
      'ssh://x/y',
      'https://u:p@h/',
    );
    // What was deleted comes back.
    const id = fc.option(fc.constant({ repository_id: 'victim' }), { nil: {}, freq: 2 });
    return fc
      .tuple(urls, id)
      .map(([url, known]) => ({ ...value, ...known, source: { ...(value.source as object), url } }));
  });
  return isValid ? right : nearValid(right);
};

const notJson = fc.constantFrom(
  '{',
  '{"force":tru',
  '[1,',
  'null',
  '"x"',
  '7',
  '\u0000',
  'force=true',
  '<x/>',
  '{"a":1}{',
  '\ufeff{}',
  `{"x":"${'y'.repeat(1_100_000)}"}`,
);

/**
 * Requests for one operation: as documented, or almost. Make it once: to build the arbitraries takes many times what it
 * takes to draw from them.
 */
export const requestsOf = (grounds: Grounds, operation: ContractOperation, isValid: boolean): fc.Arbitrary<Sent> => {
  const { parameters = [], requestBody, security } = operation;
  const [media] = Object.values(requestBody?.content ?? {});
  const never = fc.constant(null);
  return fc
    .record({
      given: fc.tuple(...parameters.map((each) => parameter(grounds, operation, each, isValid))),
      json: media === undefined ? fc.constant(undefined) : bodyOf(grounds, media.schema, isValid),
      raw: media === undefined || isValid ? never : fc.option(notJson, { freq: 8 }),
      type: isValid ? fc.constant('application/json') : contentTypes,
      isSigned: isValid ? fc.constant(true) : fc.boolean(),
      user: isValid ? fc.constant('ann') : fc.constantFrom('ann', 'ann', 'ann', 'bob', 'eve', 'nobody', 'forged'),
      extra: isValid ? fc.constant({}) : oddHeaders,
      unknown: isValid ? never : fc.option(fc.tuple(hostileText, hostileText), { freq: 6 }),
    })
    .map(({ given, json, raw, type, isSigned, user, extra, unknown }): Sent => {
      const search = new URLSearchParams();
      let path = operation.path;
      const headers: Record<string, string> = { ...extra };
      for (const [{ name, in: place }, value] of given) {
        if (value === null) continue;
        if (place === 'path') path = path.replace(`{${name}}`, inPath(value));
        else if (place === 'header') headers[name] = inHeader(value);
        else search.append(name, value.toWellFormed());
      }
      if (unknown !== null) search.append(unknown[0].toWellFormed(), unknown[1].toWellFormed());
      if (security.length > 0 && user !== 'nobody')
        headers.authorization = `Bearer ${grounds.tokens[user] ?? 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ.'}`;
      const body = raw ?? (json === undefined ? null : JSON.stringify(json));
      if (body !== null && type !== '') headers['content-type'] = type;
      const query = search.toString();
      const value = raw === null ? { value: json } : {};
      if (isSigned) Object.assign(headers, signedAsHost(operation.operationId, body ?? '', grounds.pushSecret));
      return { operation, path: query === '' ? path : `${path}?${query}`, headers, body, isValid, ...value };
    });
};

/** The headers that the git hosts send their hooks with. */
export const signedAsHost = (operationId: string, body: string, pushSecret: string): Record<string, string> => {
  if (operationId === 'gitlab-hook') return { 'X-Gitlab-Token': pushSecret, 'X-Gitlab-Event': 'Push Hook' };
  if (operationId !== 'github-hook') return {};
  const signature = createHmac('sha256', pushSecret).update(body).digest('hex');
  return { 'X-Hub-Signature-256': `sha256=${signature}`, 'X-GitHub-Event': 'push' };
};

const contentTypes = fc.constantFrom(
  'application/json',
  'text/plain',
  'multipart/form-data',
  'application/json; charset=utf-16',
  '',
);

const oddHeaders: fc.Arbitrary<Record<string, string>> = fc.constantFrom<Record<string, string>[]>(
  {},
  {},
  { 'x-forwarded-for': "127.0.0.1, '" },
  { accept: 'text/nonsense' },
  { 'accept-encoding': 'br, *;q=0' },
  { expect: '100-continue' },
  { 'if-none-match': '*' },
  { 'idempotency-key': 'twice' },
  { 'x-http-method-override': 'DELETE' },
  { range: 'bytes=0-1' },
  { cookie: 'a=b; '.repeat(100) },
  { 'content-encoding': 'gzip' },
);
