import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  AuthorizationType,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RestApi,
  TokenAuthorizer,
} from 'aws-cdk-lib/aws-apigateway';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { routes } from '../core/contract/routes.ts';
import { type ApiFunctionsProps, apiFunctions, authorizerFunction } from './api-functions.ts';
import { addGatewayResponses } from './gateway-responses.ts';

export interface ApiProps extends ApiFunctionsProps {
  /** Requests a second, of all callers together, and how many may come at once above it. */
  readonly throttling: { readonly rate: number; readonly burst: number };
}

/** The REST API: every route of core/contract/routes.ts, its function behind it, the token authorizer before it. */
export class Api extends Construct {
  readonly restApi: RestApi;

  constructor(scope: Construct, props: ApiProps) {
    super(scope, 'api');
    this.restApi = this.#restApi(props);
    addGatewayResponses(this.restApi);

    const authorizerLambda = authorizerFunction(this, props.tokens);
    const authorizer = new TokenAuthorizer(this, 'token', {
      handler: authorizerLambda.lambda,
      // What cannot be a bearer token is refused without a call.
      validationRegex: '^[Bb]earer [A-Za-z0-9._~+/=-]+$',
      // The authorizer's answer holds for every path. A token is good for at most a minute after its expiry.
      resultsCacheTtl: Duration.minutes(1),
    });

    const functions = apiFunctions(this, props);
    for (const { operation, method, path, auth } of routes) {
      const target = functions.get(operation);
      if (target === undefined)
        throw new Error(`lib/api-functions.ts has no function for ${method} ${path}: ${operation}`);
      const added = this.restApi.root
        .resourceForPath(path.replace(/^\/api/, ''))
        .addMethod(
          method,
          new LambdaIntegration(target.lambda, { allowTestInvoke: false }),
          auth === 'token' ? { authorizer } : { authorizationType: AuthorizationType.NONE },
        );
      Validations.of(added).acknowledge({
        id: 'AwsSolutions-COG4',
        reason: 'Tokens are any OIDC issuer’s, checked by the authorizer function: Cognito is not a part.',
      });
      if (auth === 'none')
        Validations.of(added).acknowledge({ id: 'AwsSolutions-APIG4', reason: `Open to all by contract: ${path}.` });
    }
  }

  #restApi({ throttling }: ApiProps): RestApi {
    const api = new RestApi(this, 'rest', {
      endpointTypes: [EndpointType.REGIONAL],
      // Access and execution logs need the account's role for API Gateway; an account that has one keeps it.
      cloudWatchRole: true,
      cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
      deployOptions: {
        // The routes' own first part: Location and every other path of the contract then hold as they are.
        stageName: 'api',
        tracingEnabled: true,
        metricsEnabled: true,
        loggingLevel: MethodLoggingLevel.ERROR,
        // Off: it would write tokens and bodies to the log.
        dataTraceEnabled: false,
        throttlingRateLimit: throttling.rate,
        throttlingBurstLimit: throttling.burst,
        accessLogDestination: new LogGroupLogDestination(
          new LogGroup(this, 'access-logs', {
            retention: RetentionDays.THREE_MONTHS,
            removalPolicy: RemovalPolicy.DESTROY,
          }),
        ),
        accessLogFormat: AccessLogFormat.jsonWithStandardFields(),
      },
    });
    Validations.of(api).acknowledge(
      {
        id: 'AwsSolutions-APIG2',
        reason: 'Each function checks its request by its schema, and names every offending field: API Gateway cannot.',
      },
      {
        id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
        reason: 'The account’s role for API Gateway’s logs, as AWS defines it.',
      },
    );
    Validations.of(api.deploymentStage).acknowledge({
      id: 'AwsSolutions-APIG3',
      reason:
        'No web ACL: every call but health needs a token, and the stage is throttled. Whoever wants one associates it.',
    });
    return api;
  }
}
