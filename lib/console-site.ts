import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CfnOutput, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Certificate, type ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  Function as CloudFrontFunction,
  Distribution,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { Policy } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, CacheControl, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { flattenCfnReference } from 'cdk-nag/lib/utils/flatten-cfn-reference.js';
import { Construct } from 'constructs';
import { CONSOLE_CONFIG_FILE, consoleCaching, consolePolicy, notConsolePages } from '../core/contract/console-page.ts';
import type { TokenIssuer } from './api/token-issuer.ts';
import type { ConsoleSettings } from './stages.ts';
import { closedBucket } from './storage.ts';

export interface ConsoleSiteProps {
  readonly api: RestApi;
  readonly tokens: TokenIssuer;
  readonly domain?: ConsoleSettings['domain'] | undefined;
}

/** Where `npm ci` builds it (console/build.js). */
const built = fileURLToPath(new URL('../console/dist', import.meta.url));

/**
 * The console on CloudFront: its files from a bucket that no one else may read, and the API below `/api` of the same name, so that
 * the page speaks to its own origin.
 */
export class ConsoleSite extends Construct {
  constructor(scope: Construct, { api, tokens, domain }: ConsoleSiteProps) {
    super(scope, 'console');
    const signIn = tokens.consoleSignIn;
    if (signIn === null) throw new Error('the stage’s console has no way to sign in');
    if (!existsSync(`${built}/index.html`)) throw new Error('console/dist is missing: node console/build.js makes it');
    const bucket = fileBucket(this);
    const distribution = new Distribution(this, 'distribution', {
      comment: `The console of ${Stack.of(this).stackName}`,
      httpVersion: HttpVersion.HTTP2_AND_3,
      defaultBehavior: pages(this, bucket, signIn.origins),
      additionalBehaviors: { '/api/*': calls(api) },
      ...(domain === undefined
        ? {}
        : {
            domainNames: [domain.name],
            minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
            certificate: Certificate.fromCertificateArn(this, 'certificate', domain.certificateArn) as ICertificate,
          }),
    });
    acknowledgeDistribution(distribution);
    const home = `https://${domain?.name ?? distribution.distributionDomainName}/`;
    tokens.leadBackTo(home);
    this.#deploy(bucket, signIn.config);
    new CfnOutput(Stack.of(this), 'Console', { value: home, description: 'Where the console is.' });
    if (domain !== undefined)
      new CfnOutput(Stack.of(this), 'ConsoleAlias', {
        value: distribution.distributionDomainName,
        description: 'What the console’s name must lead to in DNS.',
      });
  }

  /** First what pages load, then the page. What earlier pages load stays: one that is open goes on. */
  #deploy(bucket: Bucket, config: object): void {
    const shared = {
      destinationBucket: bucket as IBucket,
      prune: false,
      // The bucket goes with the stack, and only an empty one can.
      retainOnDelete: false,
      logGroup: new LogGroup(this, 'deployment-logs', { removalPolicy: RemovalPolicy.DESTROY }),
    };
    const assets = new BucketDeployment(this, 'assets', {
      ...shared,
      sources: [Source.asset(`${built}/assets`)],
      destinationKeyPrefix: 'assets',
      cacheControl: [CacheControl.fromString(consoleCaching.hashed)],
    });
    const page = new BucketDeployment(this, 'page', {
      ...shared,
      sources: [Source.asset(built, { exclude: ['assets', '.*'] }), Source.jsonData(CONSOLE_CONFIG_FILE, config)],
      cacheControl: [CacheControl.fromString(consoleCaching.other)],
    });
    page.node.addDependency(assets);
    acknowledgeDeployer(page);
  }
}

const fileBucket = (scope: Construct): Bucket => {
  // All that is in it is built: nothing is lost with it.
  const bucket = new Bucket(scope, 'files', { ...closedBucket, removalPolicy: RemovalPolicy.DESTROY });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason:
      'It holds the page alone, which is the same for everyone: who reads it tells nothing. The API logs each call.',
  });
  return bucket;
};

/** The page's files, with the headers that one machine's gateway sends too. */
const pages = (scope: Construct, bucket: Bucket, signInOrigins: readonly string[]): BehaviorOptions => ({
  origin: S3BucketOrigin.withOriginAccessControl(bucket as IBucket),
  viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
  cachePolicy: CachePolicy.CACHING_OPTIMIZED,
  responseHeadersPolicy: new ResponseHeadersPolicy(scope, 'headers', {
    securityHeadersBehavior: {
      contentSecurityPolicy: { contentSecurityPolicy: consolePolicy(signInOrigins), override: true },
      contentTypeOptions: { override: true },
      frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
      referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
      strictTransportSecurity: { accessControlMaxAge: Duration.days(365), override: true },
    },
    customHeadersBehavior: {
      customHeaders: [{ header: 'cross-origin-opener-policy', value: 'same-origin', override: true }],
    },
  }),
  functionAssociations: [
    {
      eventType: FunctionEventType.VIEWER_REQUEST,
      function: new CloudFrontFunction(scope, 'page-of', {
        code: FunctionCode.fromInline(pageFunction(readdirSync(built))),
        runtime: FunctionRuntime.JS_2_0,
      }),
    },
  ],
});

/** Pages have no files of their own: what asks for one gets index.html, as from local/gateway/console-files.ts. Error pages could not do it: the API's 404 would become one. */
export const pageFunction = (names: readonly string[]): string => {
  const files = [...names, CONSOLE_CONFIG_FILE].filter((name) => !name.startsWith('.')).map((name) => `/${name}`);
  return `function handler(event) {
  var request = event.request;
  var accept = request.headers.accept ? request.headers.accept.value : '';
  var isFile = ${JSON.stringify(files)}.indexOf(request.uri) !== -1 || ${notConsolePages}.test(request.uri);
  if (request.uri === '/' || (!isFile && accept.indexOf('text/html') !== -1)) request.uri = '/index.html';
  return request;
}`;
};

/** By its id, not by its stage: that one waits for the authorizer, which waits for the client at the user pool, which waits for this. */
const calls = (api: RestApi): BehaviorOptions => ({
  origin: new HttpOrigin(`${api.restApiId}.execute-api.${Stack.of(api).region}.${Stack.of(api).urlSuffix}`, {
    protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
    // API Gateway gives up after 29 s.
    readTimeout: Duration.seconds(30),
  }),
  viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
  allowedMethods: AllowedMethods.ALLOW_ALL,
  cachePolicy: CachePolicy.CACHING_DISABLED,
  originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
});

const acknowledgeDistribution = (distribution: Distribution): void =>
  Validations.of(distribution).acknowledge(
    { id: 'AwsSolutions-CFR1', reason: 'Maintainers may be anywhere; nothing is shown without a token.' },
    {
      id: 'AwsSolutions-CFR2',
      reason:
        'As before the API: files are static, and each call is throttled by API Gateway. An operator who wants a web ACL can associate one.',
    },
    {
      id: 'AwsSolutions-CFR3',
      reason: 'The files are the same for everyone, and API Gateway’s access log has each call.',
    },
    {
      id: 'AwsSolutions-CFR4',
      reason:
        'CloudFront’s own certificate leaves the oldest TLS to CloudFront; a stage with a domain of its own has 1.2 or later.',
    },
  );

/** CDK's own function, which copies files at a deployment: its role may read the files that CDK has uploaded, and write this bucket. */
const acknowledgeDeployer = ({ handlerRole }: BucketDeployment): void => {
  const deployer = handlerRole.node.scope as Construct;
  const { document } = handlerRole.node.findChild('DefaultPolicy') as Policy;
  const { Statement: statements }: { Statement: { Action: string | string[]; Resource: unknown }[] } = Stack.of(
    deployer,
  ).resolve(document.toJSON());
  const wide = statements.flatMap(({ Action: action, Resource: resource }) => [
    ...[action].flat().map((each) => `Action::${each}`),
    ...[resource].flat().map((each) => `Resource::${flattenCfnReference(each as string)}`),
  ]);
  Validations.of(deployer).acknowledge(
    ...wide
      .filter((each) => each.includes('*'))
      .map((each) => ({
        id: `AwsSolutions-IAM5[${each}]`,
        reason:
          'CDK’s own function for files: it reads what CDK has uploaded and writes the console’s bucket, whose keys are the files’ names.',
      })),
    {
      id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
      reason: 'Lambda’s own policy for writing logs: it holds nothing else.',
    },
    ...['AwsSolutions-L1', 'Serverless-LambdaLatestVersion'].map((id) => ({
      id,
      reason: 'Its runtime comes with CDK’s version.',
    })),
    ...['Serverless-LambdaDLQ', 'Serverless-LambdaTracing'].map((id) => ({
      id,
      reason: 'It runs while the stack is deployed, and what it fails at fails the deployment.',
    })),
  );
};
