import { fileURLToPath } from 'node:url';
import { Duration, RemovalPolicy, type Size, Stack, Validations } from 'aws-cdk-lib';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import type { IGrantable, IPrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  DockerImageCode,
  DockerImageFunction,
  type FunctionOptions,
  type Function as LambdaFunction,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type EnvironmentOf, type FunctionName, gitFunctions } from '../core/contract/environment.ts';
import { bundleEnvironment, bundling } from './bundling.ts';
import { gitImageBase, withGitImage } from './git-image.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

export interface AppFunctionProps<Name extends FunctionName> {
  /** A folder of lambdas/: its handler.ts is what runs. */
  readonly name: Name;
  /** Exactly what the handler parses: a variable that is missing does not compile. */
  readonly environment: EnvironmentOf<Name>;
  readonly memoryMiB: number;
  readonly timeout: Duration;
  /** Room for temporary files; 512 MiB without. */
  readonly ephemeralStorage?: Size;
  /** How many of it run at once, at most; these are kept for it, so a flood of others cannot starve it, nor its own flood others. */
  readonly reservedConcurrency?: number | undefined;
  /** Packages that the code loads by name at run time, with files beside them (WebAssembly): copied as they are installed. */
  readonly packages?: readonly string[];
}

/**
 * One function of the application: its own role, log group, memory, timeout and tracing, arm64. The functions that run
 * git are a container image, all others a bundle that local esbuild makes.
 */
export class AppFunction<Name extends FunctionName = FunctionName> extends Construct implements IGrantable {
  readonly name: Name;
  readonly lambda: LambdaFunction;
  readonly grantPrincipal: IPrincipal;

  constructor(scope: Construct, props: AppFunctionProps<Name>) {
    super(scope, props.name);
    this.name = props.name;
    const options: FunctionOptions = {
      architecture: Architecture.ARM_64,
      // The one dimension of the service's metrics (core/contract/metrics.ts), and a field of every log line. Powertools reads
      // it, no handler does; the name of the stack keeps one stage's numbers from another's.
      environment: { ...props.environment, ...bundleEnvironment, POWERTOOLS_SERVICE_NAME: Stack.of(scope).stackName },
      memorySize: props.memoryMiB,
      timeout: props.timeout,
      tracing: Tracing.ACTIVE,
      // What began on a version ends on it, after the deployment that made the next one.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
      logGroup: new LogGroup(this, 'Logs', {
        retention: RetentionDays.ONE_MONTH,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
      ...(props.reservedConcurrency === undefined ? {} : { reservedConcurrentExecutions: props.reservedConcurrency }),
      ...(props.ephemeralStorage === undefined ? {} : { ephemeralStorageSize: props.ephemeralStorage }),
    };
    this.lambda = (gitFunctions as readonly FunctionName[]).includes(props.name)
      ? gitFunction(this, props.name, options)
      : bundledFunction(this, props.name, options, props.packages ?? []);
    this.grantPrincipal = this.lambda.grantPrincipal;
    Validations.of(this).acknowledge(
      {
        id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
        reason: 'Lambda’s own policy for writing logs: it holds nothing else.',
      },
      {
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason: 'X-Ray’s actions (PutTraceSegments, PutTelemetryRecords) know no resource. No other statement has one.',
      },
      {
        id: 'Serverless-LambdaDLQ',
        reason:
          'Called by API Gateway or Step Functions, which wait for the answer: there is no event to keep. What EventBridge calls has a failure destination.',
      },
    );
  }
}

const bundledFunction = (
  scope: Construct,
  name: string,
  options: FunctionOptions,
  packages: readonly string[],
): LambdaFunction =>
  new NodejsFunction(scope, 'Function', {
    ...options,
    runtime: Runtime.NODEJS_24_X,
    entry: `${root}lambdas/${name}/handler.ts`,
    projectRoot: root,
    depsLockFilePath: `${root}package-lock.json`,
    // The code sets what it wants of the SDK's connections itself.
    awsSdkConnectionReuse: false,
    bundling: {
      ...bundling,
      mainFields: [...bundling.mainFields],
      format: OutputFormat.ESM,
      bundleAwsSDK: true,
      commandHooks: {
        beforeBundling: () => [],
        beforeInstall: () => [],
        afterBundling: (input, output) =>
          packages.flatMap((name) => [
            `mkdir -p "${output}/node_modules/${name}"`,
            `cp -R "${input}/node_modules/${name}/." "${output}/node_modules/${name}/"`,
          ]),
      },
    },
  });

/** `pull`, `stage` and `look-remote` share one image, told apart by its command. Docker is asked when it is deployed, not at synth. */
const gitFunction = (scope: Construct, name: string, options: FunctionOptions): LambdaFunction =>
  withGitImage(
    { bundle: Stack.of(scope).bundlingRequired },
    (directory) =>
      new DockerImageFunction(scope, 'Function', {
        ...options,
        code: DockerImageCode.fromImageAsset(directory, {
          platform: Platform.LINUX_ARM64,
          buildArgs: { BASE: gitImageBase },
          cmd: [`${name}/handler.handler`],
        }),
      }),
  );

/** Timeouts stand 30 s under the state machine's own (core/workflow/sync.asl.json), and at API Gateway's 29 s. */
export const timeouts = {
  api: Duration.seconds(29),
  shortTask: Duration.seconds(60),
  longTask: Duration.minutes(15),
} as const;

/** What a function needs that parses: the parser and its grammars are WebAssembly, loaded by name. */
export const grammarPackages: readonly string[] = ['web-tree-sitter', '@vscode/tree-sitter-wasm'];
