import { describe, expect, it } from 'vitest';
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

it('has the routes of the contract, and no others', () => {
  const calls = routes.map(({ method, path }) => `${method} ${path}`);
  expect(methods.map(({ call }) => call).sort()).toEqual(calls.sort());
});

describe.each(routes)('$method $path', ({ method, path, operation, auth }) => {
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
    expect(body).toMatchObject({ type: 'about:blank', title: body.error, detail: 'Not today', message: 'Not today' });
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
