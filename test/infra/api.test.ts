import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { mcpRoutes } from '../../core/contract/mcp-routes.ts';
import { operations } from '../../core/contract/operations/operations.ts';
import { routes } from '../../core/contract/routes.ts';
import { resolved, synthesise } from './synthesised.ts';

const { ofType, one, resources, functions } = synthesise();
const stage = one('AWS::ApiGateway::Stage').Properties;

/** A resource's path, with the stage's name before it, as a client sees it. */
const pathOf = (reference: { Ref?: string }): string => {
  const properties = reference.Ref === undefined ? undefined : resources[reference.Ref]?.Properties;
  return properties === undefined ? `/${stage.StageName}` : `${pathOf(properties.ParentId)}/${properties.PathPart}`;
};
const methods = ofType('AWS::ApiGateway::Method').map(([, { Properties }]) => ({
  ...Properties,
  call: `${Properties.HttpMethod} ${pathOf(Properties.ResourceId)}`,
}));

/** The API's, and agents' door beside them. */
const all = [...routes, ...mcpRoutes];

it('has the routes of the contract, and no others', () => {
  const calls = all.map(({ method, path }) => `${method} ${path}`);
  expect(methods.map(({ call }) => call).sort()).toEqual(calls.sort());
});

describe.each(all)('$method $path', ({ method, path, operation, auth }) => {
  const found = methods.find(({ call }) => call === `${method} ${path}`);

  it('is answered by its function, which it may call', () => {
    const { id } = functions.get(operation) ?? {};
    expect(found.Integration).toMatchObject({ Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST' });
    expect(resolved(found.Integration.Uri)).toContain(`/functions/${id}.Arn/invocations`);
    const permissions = ofType('AWS::Lambda::Permission').filter(
      ([, { Properties }]) => resolved(Properties.FunctionName) === `${id}.Arn`,
    );
    expect(permissions).not.toHaveLength(0);
  });

  it(auth === 'token' ? 'needs a token' : 'is open to all', () => {
    const authorizer = ofType('AWS::ApiGateway::Authorizer')[0]?.[0];
    expect([found.AuthorizationType, found.AuthorizerId]).toEqual(
      auth === 'token' ? ['CUSTOM', { Ref: authorizer }] : ['NONE', undefined],
    );
  });
});

describe.each(routes.filter(({ operation }) => operations[operation as keyof typeof operations].body !== undefined))(
  'the body of $method $path',
  ({ method, path, operation }) => {
    const found = methods.find(({ call }) => call === `${method} ${path}`);

    it('is described by a model in the draft of JSON schema that API Gateway reads', () => {
      const { Schema, ContentType, Name } = resources[found.RequestModels['application/json'].Ref]?.Properties ?? {};
      expect(ContentType).toBe('application/json');
      expect(Name).toMatch(/^[A-Za-z0-9]+$/);
      expect(Schema).toMatchObject({ $schema: 'http://json-schema.org/draft-04/schema#', type: 'object' });
      // Models may name each other only by their own addresses.
      expect(JSON.stringify(Schema)).not.toMatch(/"\$ref"|"\$defs"|"definitions"|"const"|"propertyNames"/);
      const validate = new Ajv({ strict: false, meta: false, validateSchema: false, logger: false }).compile({
        ...Schema,
        $schema: undefined,
      });
      expect(validate(operations[operation as keyof typeof operations].body?.example)).toBe(true);
      expect(validate([])).toBe(false);
    });

    it('is checked by the function, which names every field', () => {
      expect([found.RequestValidatorId, ofType('AWS::ApiGateway::RequestValidator')]).toEqual([undefined, []]);
    });
  },
);

describe('the authorizer', () => {
  const { Properties } = one('AWS::ApiGateway::Authorizer');

  it('is the function, on the token, kept for a minute', () => {
    expect(Properties).toMatchObject({
      Type: 'TOKEN',
      IdentitySource: 'method.request.header.Authorization',
      AuthorizerResultTtlInSeconds: 60,
    });
    expect(resolved(Properties.AuthorizerUri)).toContain(`${functions.get('authorizer')?.id}.Arn`);
  });

  it.each([
    ['Bearer eyJh.bGci-Oi_J.S~+/=', true],
    ['bearer a.b.c', true],
    ['Basic dXNlcjpwYXNz', false],
    ['Bearer ', false],
    ['Bearer a b', false],
    ['', false],
  ])('is asked about what can be a bearer token: %j, %s', (header, asked) => {
    expect(new RegExp(Properties.IdentityValidationExpression).test(header)).toBe(asked);
  });
});

it('is throttled, traced and logged, without requests’ data', () => {
  expect(stage.MethodSettings).toEqual([
    expect.objectContaining({ ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100, DataTraceEnabled: false }),
  ]);
  expect(stage.TracingEnabled).toBe(true);
  expect(JSON.parse(stage.AccessLogSetting.Format)).toMatchObject({ requestId: '$context.requestId' });
});

describe('what API Gateway itself answers', () => {
  const answers = ofType('AWS::ApiGateway::GatewayResponse').map(([, { Properties }]) => Properties);

  it.each(answers.map((answer) => [answer.ResponseType, answer]))('is a problem: %s', (_, answer) => {
    const body = JSON.parse(
      answer.ResponseTemplates['application/json'].replaceAll('$context.error.messageString', '"Not today"'),
    );
    const type = `urn:repository-sync:problem:${body.title.toLowerCase().replaceAll(' ', '-')}`;
    expect(body).toMatchObject({ type, title: body.error, detail: 'Not today', message: 'Not today' });
    expect(body.status).toBe(answer.StatusCode === undefined ? undefined : Number(answer.StatusCode));
    expect(answer.ResponseParameters['gatewayresponse.header.Content-Type']).toBe("'application/problem+json'");
  });

  it('is 404 for a path that is not there, and says when to come back', () => {
    const of = (type: string) => answers.find(({ ResponseType }) => ResponseType === type);
    expect(of('MISSING_AUTHENTICATION_TOKEN').StatusCode).toBe('404');
    expect(of('THROTTLED').ResponseParameters['gatewayresponse.header.Retry-After']).toBe("'1'");
    expect(of('UNAUTHORIZED').ResponseParameters['gatewayresponse.header.WWW-Authenticate']).toBe("'Bearer'");
    expect([of('DEFAULT_4XX'), of('DEFAULT_5XX')].map(({ StatusCode }) => StatusCode)).toEqual([undefined, undefined]);
  });
});

it('has its own answers for every way in which API Gateway refuses', () => {
  const types = ofType('AWS::ApiGateway::GatewayResponse').map(([, { Properties }]) => Properties.ResponseType);
  // All that the guide lists ("Gateway response types") but API keys, signatures of AWS and quotas' plans, which nobody has here.
  for (const type of ['UNAUTHORIZED', 'ACCESS_DENIED', 'THROTTLED', 'BAD_REQUEST_BODY', 'BAD_REQUEST_PARAMETERS'])
    expect(types).toContain(type);
  expect(types).toEqual(expect.arrayContaining(['AUTHORIZER_FAILURE', 'INTEGRATION_TIMEOUT', 'DEFAULT_4XX']));
});

describe('without web pages of other origins', () => {
  it('answers no preflight and allows nobody', () => {
    expect(methods.filter(({ HttpMethod }) => HttpMethod === 'OPTIONS')).toEqual([]);
    expect(stage.Variables).toBeUndefined();
    expect(JSON.stringify(ofType('AWS::ApiGateway::GatewayResponse'))).not.toContain('Allow-Origin');
  });
});

describe('with web pages of two origins, and warm starts', () => {
  const origins = ['https://app.example.com', 'https://other.example.com:8443'];
  const other = synthesise({ corsOrigins: origins, provisionedConcurrency: 3 });

  it('answers their preflights without a token or a function, on every path that takes a token', () => {
    const preflights = other
      .ofType('AWS::ApiGateway::Method')
      .filter(([, each]) => each.Properties.HttpMethod === 'OPTIONS');
    expect(preflights).toHaveLength(
      new Set(routes.filter(({ auth }) => auth === 'token').map(({ path }) => path)).size,
    );
    for (const [, { Properties }] of preflights) {
      expect([Properties.AuthorizationType, Properties.Integration.Type]).toEqual(['NONE', 'MOCK']);
      const answer = JSON.stringify(Properties.Integration.IntegrationResponses);
      for (const part of [...origins, 'Authorization', 'Idempotency-Key', 'PATCH']) expect(answer).toContain(part);
    }
  });

  it('tells the functions whom they may answer, and lets them read its own refusals', () => {
    expect(other.one('AWS::ApiGateway::Stage').Properties.Variables).toEqual({ corsOrigins: origins.join(',') });
    // API Gateway's rule for a stage variable's value.
    expect(origins.join(',')).toMatch(/^[A-Za-z0-9-._~:/?#&=,]+$/);
    for (const [, { Properties }] of other.ofType('AWS::ApiGateway::GatewayResponse'))
      expect(Properties.ResponseParameters['gatewayresponse.header.Access-Control-Allow-Origin']).toBe("'*'");
  });

  it('keeps warm what stands between a caller and the 202 of a sync, and calls just that', () => {
    const aliases = other.ofType('AWS::Lambda::Alias');
    expect(
      aliases.map(([, { Properties }]) => [resolved(Properties.FunctionName), Properties.ProvisionedConcurrencyConfig]),
    ).toEqual(
      ['authorizer', 'start-sync'].map((name) => [
        other.functions.get(name)?.id,
        { ProvisionedConcurrentExecutions: 3 },
      ]),
    );
    const start = other
      .ofType('AWS::ApiGateway::Method')
      .find(([, { Properties }]) => JSON.stringify(Properties.RequestModels ?? {}).includes('startsyncrequest'));
    const [authorizer, sync] = aliases.map(([id]) => id);
    expect(JSON.stringify(start?.[1].Properties.Integration.Uri)).toContain(sync);
    expect(JSON.stringify(other.one('AWS::ApiGateway::Authorizer').Properties.AuthorizerUri)).toContain(authorizer);
    expect(ofType('AWS::Lambda::Alias')).toEqual([]);
  });
});
