import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consolePolicy } from '../../core/contract/console-page.ts';
import { pageFunction } from '../../lib/console-site.ts';
import { type ConsoleFiles, openConsoleFiles } from '../../local/gateway/console-files.ts';
import { resolved, type Synthesised, synthesise } from './synthesised.ts';

const atPool = synthesise({ console: { signInPrefix: 'team-sync' } });
const oidc = {
  issuer: 'https://login.example.com/tenant',
  audience: 'sync',
  jwksUri: 'https://login.example.com/keys',
};
const certificateArn = 'arn:aws:acm:us-east-1:123456789012:certificate/12345678-aaaa-bbbb-cccc-1234567890ab';
const atIssuer = synthesise({
  oidc,
  console: {
    clientId: 'console',
    scope: 'openid offline_access',
    parameters: { audience: 'sync' },
    issuerOrigins: ['https://tokens.example.com'],
    domain: { name: 'sync.example.com', certificateArn },
  },
});

const distributionOf = ({ one }: Synthesised) => one('AWS::CloudFront::Distribution').Properties.DistributionConfig;
const policyOf = ({ one }: Synthesised): string =>
  resolved(
    one('AWS::CloudFront::ResponseHeadersPolicy').Properties.ResponseHeadersPolicyConfig.SecurityHeadersConfig
      .ContentSecurityPolicy.ContentSecurityPolicy,
  );
const homeOf = (stage: Synthesised): string =>
  resolved(stage.one('AWS::Cognito::UserPoolClient').Properties.CallbackURLs[0]);

it('is not there where a stage does not ask for it, nor is a way to sign in by a browser', () => {
  const { ofType, one } = synthesise();
  expect(ofType('AWS::CloudFront::Distribution')).toEqual([]);
  expect(ofType('AWS::Cognito::UserPoolDomain')).toEqual([]);
  expect(one('AWS::Cognito::UserPoolClient').Properties.AllowedOAuthFlows).toBeUndefined();
});

describe('the console’s distribution', () => {
  it('alone reads the bucket of files, which nobody writes but a deployment', () => {
    const [files] = atPool.ofType('AWS::S3::Bucket').find(([id]) => id.startsWith('consolefiles')) ?? [''];
    const [, policy] =
      atPool.ofType('AWS::S3::BucketPolicy').find(([, { Properties }]) => Properties.Bucket.Ref === files) ?? [];
    const allowed = policy?.Properties.PolicyDocument.Statement.filter(
      ({ Effect }: { Effect: string }) => Effect === 'Allow',
    );
    expect(allowed).toHaveLength(1);
    expect(allowed[0]).toMatchObject({ Action: 's3:GetObject', Principal: { Service: 'cloudfront.amazonaws.com' } });
    expect(resolved(allowed[0].Condition.StringEquals['AWS:SourceArn'])).toMatch(
      /:distribution\/consoledistribution[0-9A-F]{8}$/,
    );
    const writers = [...atPool.functions.keys()].filter((name) =>
      atPool.statements(name).some(({ resources }) => resources.some((each) => each.includes(files))),
    );
    expect(writers).toEqual([]);
  });

  it('has the API below /api, of which it keeps nothing', () => {
    const { CacheBehaviors: behaviors, Origins: origins } = distributionOf(atPool);
    expect(behaviors).toHaveLength(1);
    // AWS's own policies: nothing cached; all that the browser sends but its Host, which is the distribution's.
    expect(behaviors[0]).toMatchObject({
      PathPattern: '/api/*',
      CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
      OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
      ViewerProtocolPolicy: 'https-only',
    });
    expect([...behaviors[0].AllowedMethods].sort()).toEqual([
      'DELETE',
      'GET',
      'HEAD',
      'OPTIONS',
      'PATCH',
      'POST',
      'PUT',
    ]);
    const origin = origins.find(({ Id }: { Id: string }) => Id === behaviors[0].TargetOriginId);
    expect(resolved(origin.DomainName)).toMatch(/^apirest[0-9A-F]{8}\.execute-api\.AWS::Region\.AWS::URLSuffix$/);
    expect(origin.CustomOriginConfig).toMatchObject({ OriginProtocolPolicy: 'https-only', OriginReadTimeout: 30 });
  });

  it('has the policy of one machine’s pages, and besides only those whom users sign in at', () => {
    const { SecurityHeadersConfig: security, CustomHeadersConfig: custom } = atPool.one(
      'AWS::CloudFront::ResponseHeadersPolicy',
    ).Properties.ResponseHeadersPolicyConfig;
    const [, domain] = /(tokenuserssignin[0-9A-F]{8})/.exec(policyOf(atPool)) ?? [];
    expect(policyOf(atPool)).toBe(
      consolePolicy([
        'https://cognito-idp.AWS::Region.AWS::URLSuffix',
        `https://${domain}.auth.AWS::Region.amazoncognito.com`,
      ]),
    );
    expect(policyOf(atIssuer)).toBe(consolePolicy(['https://login.example.com', 'https://tokens.example.com']));
    expect(security).toMatchObject({
      FrameOptions: { FrameOption: 'DENY' },
      ReferrerPolicy: { ReferrerPolicy: 'no-referrer' },
      StrictTransportSecurity: { AccessControlMaxAgeSec: 31_536_000 },
    });
    expect(custom.Items).toEqual([{ Header: 'cross-origin-opener-policy', Override: true, Value: 'same-origin' }]);
  });

  it('has a name and a certificate of the operator’s own where they are given', () => {
    expect(distributionOf(atIssuer)).toMatchObject({
      Aliases: ['sync.example.com'],
      ViewerCertificate: { AcmCertificateArn: certificateArn, MinimumProtocolVersion: 'TLSv1.2_2021' },
    });
    expect(distributionOf(atPool).Aliases).toBeUndefined();
  });
});

describe('a sign-in', () => {
  it('at the user pool is by code alone, and leads back to the console and nowhere else', () => {
    const { AllowedOAuthFlows, AllowedOAuthScopes, CallbackURLs, LogoutURLs, GenerateSecret } =
      atPool.one('AWS::Cognito::UserPoolClient').Properties;
    expect({ AllowedOAuthFlows, AllowedOAuthScopes, GenerateSecret }).toEqual({
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: ['openid'],
      GenerateSecret: false,
    });
    expect(CallbackURLs).toHaveLength(1);
    expect(LogoutURLs).toEqual(CallbackURLs);
    expect(homeOf(atPool)).toMatch(/^https:\/\/consoledistribution[0-9A-F]{8}\.DomainName\/$/);
    const own = synthesise({
      console: { signInPrefix: 'team-sync', domain: { name: 'sync.example.com', certificateArn } },
    });
    expect(homeOf(own)).toBe('https://sync.example.com/');
  });

  it('has pages, and a look for them, without which they are not there', () => {
    expect(atPool.one('AWS::Cognito::UserPoolDomain').Properties).toMatchObject({
      Domain: 'team-sync',
      ManagedLoginVersion: 2,
    });
    const [client] = atPool.ofType('AWS::Cognito::UserPoolClient')[0] ?? [];
    expect(atPool.one('AWS::Cognito::ManagedLoginBranding').Properties).toMatchObject({
      ClientId: { Ref: client },
      UseCognitoProvidedValues: true,
    });
  });

  it('gives a token that the API takes: its audience is the authorizer’s', () => {
    const configOf = ({ stack }: Synthesised) => stack.tokens.consoleSignIn?.config;
    const audience = atPool.functions.get('authorizer')?.properties.Environment.Variables.TOKEN_AUDIENCE;
    const config = atPool.stack.resolve(configOf(atPool));
    expect(config).toMatchObject({ sign_in: 'oidc', token: 'id_token', client_id: audience, scope: 'openid' });
    expect(resolved(config.sign_out_url)).toMatch(/^https:\/\/.*\.amazoncognito\.com\/logout$/);
    // An id token is for the client alone: one for another audience is an access token.
    expect(configOf(atIssuer)).toEqual({
      sign_in: 'oidc',
      issuer: oidc.issuer,
      client_id: 'console',
      scope: 'openid offline_access',
      token: 'access_token',
      parameters: { audience: 'sync' },
      sign_out_url: null,
    });
    expect(configOf(synthesise({ oidc, console: { clientId: 'sync' } }))).toMatchObject({ token: 'id_token' });
  });
});

describe('a page’s address', () => {
  let folder: string;
  let local: ConsoleFiles | null;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'test-console-site-'));
    await mkdir(join(folder, 'assets'));
    for (const name of ['index.html', 'icon.svg', 'assets/a-1.js', '.made-from'])
      await writeFile(join(folder, name), name);
    local = await openConsoleFiles(folder);
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** As CloudFront runs it. */
  const rewritten = (uri: string, accept: string | null): string =>
    runInNewContext(`${pageFunction(['index.html', 'icon.svg', 'assets', '.made-from'])}; handler(event).uri`, {
      event: { request: { uri, headers: accept === null ? {} : { accept: { value: accept } } } },
    });
  /** What a bucket with these files answers. */
  const inBucket = (uri: string): string | null =>
    ['/index.html', '/icon.svg', '/config.json', '/assets/a-1.js'].includes(uri) ? uri : null;

  it.each([
    '/',
    '/index.html',
    '/icon.svg',
    '/config.json',
    '/assets/a-1.js',
    '/assets/none.js',
    '/repositories/demo',
    '/repositories/a.js/files',
    '/jobs/x',
    '/nowhere',
    '/console',
    '/console/sign-in',
    '/apiary',
    '/.made-from',
  ])('leads to the same file as on one machine: %s', (path) => {
    for (const accept of ['text/html,*/*', '*/*', null]) {
      const reply = local?.(path, accept === null ? {} : { accept });
      const file = inBucket(rewritten(path, accept));
      const body = file === null ? undefined : file === '/config.json' ? '{"sign_in":"link"}' : file.slice(1);
      expect(reply?.body, `${path} as ${accept}`).toBe(body);
    }
  });
});
