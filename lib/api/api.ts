import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import {
  AccessLogField,
  AccessLogFormat,
  AuthorizationType,
  type CorsOptions,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  type Method,
  MethodLoggingLevel,
  RestApi,
  TokenAuthorizer,
} from 'aws-cdk-lib/aws-apigateway';
import { Alias, type IFunction, type IVersion } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { FunctionName } from '../../core/contract/environment.ts';
import { mcpRoutes } from '../../core/contract/mcp-routes.ts';
import { routes } from '../../core/contract/routes.ts';
import type { AppFunction } from '../app-function.ts';
import type { StageSettings } from '../stages.ts';
import { type ApiFunctionsProps, apiFunctions, authorizerFunction, mcpFunction } from './api-functions.ts';
import { addGatewayResponses } from './gateway-responses.ts';
import { requestModels } from './request-models.ts';

export type ApiProps = ApiFunctionsProps &
  Pick<StageSettings, 'throttling' | 'corsOrigins' | 'provisionedConcurrency' | 'apiGatewayLogRole'>;

/** The functions before the 202 of a sync, which must come within 500 ms: a cold start takes longer. */
const keptWarm: readonly FunctionName[] = ['authorizer', 'start-sync'];

/** The REST API: every route of core/contract/routes.ts, its function behind it, the token authorizer before it. */
export class Api extends Construct {
  readonly restApi: RestApi;
  readonly #provisioned: number | undefined;

  constructor(scope: Construct, props: ApiProps) {
    super(scope, 'api');
    this.#provisioned = props.provisionedConcurrency;
    this.restApi = this.#restApi(props);
    const { corsOrigins = [] } = props;
    addGatewayResponses(this.restApi, { cors: corsOrigins.length > 0 });
    const models = requestModels(this.restApi);

    const authorizer = new TokenAuthorizer(this, 'token', {
      handler: this.#called(authorizerFunction(this, props.tokens)),
      // What cannot be a bearer token is refused without a call.
      validationRegex: '^[Bb]earer [A-Za-z0-9._~+/=-]+$',
      // The authorizer's answer holds for every path. A token is good for at most a minute after its expiry.
      resultsCacheTtl: Duration.minutes(1),
    });

    const functions = new Map([...apiFunctions(this, props), ['mcp' as const, mcpFunction(this, props)]]);
    for (const { operation, method, path, auth } of [...routes, ...mcpRoutes]) {
      const target = functions.get(operation);
      if (target === undefined)
        throw new Error(`lib/api/api-functions.ts has no function for ${method} ${path}: ${operation}`);
      const integration = new LambdaIntegration(this.#called(target), { allowTestInvoke: false });
      const added = this.restApi.root.resourceForPath(path.replace(/^\/api/, '')).addMethod(method, integration, {
        ...(auth === 'token' ? { authorizer } : { authorizationType: AuthorizationType.NONE }),
        requestModels: models.get(operation) ?? {},
      });
      acknowledgeMethod(added, auth === 'none' ? `Open to all by contract: ${path}.` : null);
    }
    if (corsOrigins.length > 0) this.#answerPreflights(corsOrigins);
  }

  /** A function as the API calls it: itself, or the version of it that is kept warm. */
  #called({ name, lambda }: AppFunction): IFunction {
    if (this.#provisioned === undefined || !keptWarm.includes(name)) return lambda as IFunction;
    return new Alias(this, `${name}-warm`, {
      aliasName: 'warm',
      version: lambda.currentVersion as IVersion,
      provisionedConcurrentExecutions: this.#provisioned,
    }) as IFunction;
  }

  /**
   * Browsers ask before they call. The answer needs no function; the calls' own answers get their header by
   * lambdas/handling/cors-headers.ts, which learns the origins from the stage's variable.
   */
  #answerPreflights(origins: readonly string[]): void {
    const options: CorsOptions = {
      allowOrigins: [...origins],
      allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'If-None-Match', 'Last-Event-ID', 'Prefer'],
      maxAge: Duration.hours(2),
    };
    const paths = new Set(routes.filter(({ auth }) => auth === 'token').map(({ path }) => path));
    for (const path of paths)
      acknowledgeMethod(
        this.restApi.root.resourceForPath(path.replace(/^\/api/, '')).addCorsPreflight(options),
        'A browser’s preflight carries no token.',
      );
  }

  #restApi({ throttling, corsOrigins = [], apiGatewayLogRole = false }: ApiProps): RestApi {
    const api = new RestApi(this, 'rest', {
      endpointTypes: [EndpointType.REGIONAL],
      // The metrics know an API by its name alone.
      restApiName: Stack.of(this).stackName,
      // Logs are written as one role for all APIs of an account and region: it outlives the stage that made it.
      ...(apiGatewayLogRole
        ? { cloudWatchRole: true, cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN }
        : { cloudWatchRole: false }),
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
        ...(corsOrigins.length === 0 ? {} : { variables: { corsOrigins: corsOrigins.join(',') } }),
        accessLogDestination: new LogGroupLogDestination(
          new LogGroup(this, 'access-logs', { removalPolicy: RemovalPolicy.DESTROY }),
        ),
        accessLogFormat: accessLogFormat(),
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
        'No web ACL: what is open to all has its own small share of functions, and the stage is throttled. An operator who wants one can associate it.',
    });
    return api;
  }
}

/** The caller, the request, and how long it took where; paths without their query, which holds what people search for. */
const accessLogFormat = (): AccessLogFormat =>
  AccessLogFormat.custom(
    JSON.stringify({
      requestId: AccessLogField.contextRequestId(),
      time: AccessLogField.contextRequestTimeEpoch(),
      ip: AccessLogField.contextIdentitySourceIp(),
      user: AccessLogField.contextAuthorizerPrincipalId(),
      method: AccessLogField.contextHttpMethod(),
      path: AccessLogField.contextPath(),
      route: AccessLogField.contextResourcePath(),
      status: AccessLogField.contextStatus(),
      bytes: AccessLogField.contextResponseLength(),
      milliseconds: AccessLogField.contextResponseLatency(),
      functionMilliseconds: AccessLogField.contextIntegrationLatency(),
      error: AccessLogField.contextErrorMessage(),
    }),
  );

const acknowledgeMethod = (method: Method, open: string | null): void => {
  Validations.of(method).acknowledge({
    id: 'AwsSolutions-COG4',
    reason:
      'Tokens are any OIDC issuer’s, checked by the authorizer function; Cognito’s own authorizer knows only its pools.',
  });
  if (open !== null) Validations.of(method).acknowledge({ id: 'AwsSolutions-APIG4', reason: open });
};
