import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLambdaRemoteLook } from '../../../../adapters/lambda/remote-look.ts';
import type { RemoteLook } from '../../../../core/ports/remote-look.ts';
import { answerJsonError, type HttpStub, openHttpStub, stubClientOptions } from '../../../support/aws-http-stub.ts';

let stub: HttpStub;
let look: RemoteLook;
const lines: string[] = [];
const note = (message: string, facts?: object): void => void lines.push(JSON.stringify([message, facts]));
const logger = { debug: note, info: note, warn: note, error: note, with: () => logger };
beforeEach(async () => {
  stub = await openHttpStub();
  lines.length = 0;
  const client = new LambdaClient(stubClientOptions(stub));
  look = createLambdaRemoteLook({ client, functionName: 'look-remote', logger });
});
afterEach(() => stub[Symbol.asyncDispose]());

const from = 'a'.repeat(40);
const ask = (budget = 5000) =>
  look.look(
    { url: 'https://example.com/r.git', credential: { name: 'ci', user: 'ann' } },
    [{ branch: 'main', from }],
    'origin',
    budget,
  );
const nothing = [{ remote: 'origin', branch: 'main', from, to: null, commit_count: null, rewritten: false }];

it('asks the function, for a little less time than it has itself', async () => {
  const report = { remote: 'origin', branch: 'main', from, to: 'b'.repeat(40), commit_count: 3, rewritten: false };
  stub.handler = (_, response) => void response.end(JSON.stringify([report]));
  expect(await ask()).toEqual([report]);
  const [request] = stub.requests;
  expect(request?.path).toBe('/2015-03-31/functions/look-remote/invocations');
  const { budget_milliseconds, ...input } = JSON.parse(request?.body.toString() ?? '');
  expect(input).toEqual({
    source: { url: 'https://example.com/r.git', credential: { name: 'ci', user: 'ann' } },
    branches: [{ branch: 'main', from }],
    remote: 'origin',
  });
  expect(budget_milliseconds).toBeGreaterThan(4000);
  expect(budget_milliseconds).toBeLessThan(5000);
});

it('knows nothing when the function does not answer in time, and does not wait for it', async () => {
  stub.handler = () => undefined;
  const begun = performance.now();
  expect(await ask(100)).toEqual(nothing);
  expect(performance.now() - begun).toBeLessThan(1500);
});

it('knows nothing when the function fails, and does not tell what it said', async () => {
  stub.handler = (_, response) => {
    response.setHeader('X-Amz-Function-Error', 'Unhandled');
    response.end(JSON.stringify({ errorMessage: 's3cret' }));
  };
  expect(await ask()).toEqual(nothing);
  expect(lines.join()).toContain('Unhandled');
  expect(lines.join()).not.toContain('s3cret');
});

it.each([
  ['throttled', (stub: HttpStub) => (stub.handler = (_, r) => answerJsonError(r, 429, 'TooManyRequestsException'))],
  ['another answer', (stub: HttpStub) => (stub.handler = (_, r) => void r.end('{"a":1}'))],
  ['no answer', (stub: HttpStub) => (stub.handler = (_, r) => void r.end())],
])('knows nothing: %s', async (_, set) => {
  set(stub);
  expect(await ask()).toEqual(nothing);
});
