/** The account that recorded calls and the synthesised template are read in. */
export const awsAccount = { partition: 'aws', region: 'eu-central-1', id: '123456789012' } as const;

/** What AWS checks before it does something: an action and the ARN that it is about. */
export interface Authorisation {
  readonly action: string;
  readonly resource: string;
  /** What a condition may look at, by its key. */
  readonly context?: Readonly<Record<string, string>>;
}

/** A request as a service sees it, and the status that it was answered with. */
export interface AwsRequest {
  /** The name that the request is signed for: `dynamodb`, `s3`, `states` … */
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array;
  readonly status: number;
}

// biome-ignore lint/suspicious/noExplicitAny: JSON as the services define it; what is not there throws, and that fails the test
type Json = any;
type Rule = (request: AwsRequest) => readonly Authorisation[];

/**
 * The authorisations that a request needs, by the rules of its service. Throws for a service, or an operation, that has no
 * rule here: a guess would make the test of least privilege worthless. New ones are found in the Service Authorization
 * Reference, one page for each service.
 */
export const authorisationsOf = (request: AwsRequest): readonly Authorisation[] => {
  const rule = rules[request.service];
  if (rule === undefined)
    throw new Error(`test/support/aws-actions.ts has no rules for the service ${request.service}`);
  return rule(request);
};

const unknown = ({ service, method, path }: AwsRequest, operation = `${method} ${path}`): never => {
  throw new Error(`test/support/aws-actions.ts has no rule for ${service}: ${operation}`);
};

const arn = (
  service: string,
  resource: string,
  region: string = awsAccount.region,
  account: string = awsAccount.id,
): string => `arn:${awsAccount.partition}:${service}:${region}:${account}:${resource}`;

const json = ({ body }: AwsRequest): Json => JSON.parse(Buffer.from(body).toString('utf8'));

/** AWS JSON protocols name the operation in a header. */
const targetOf = ({ headers }: AwsRequest): string => String(headers['x-amz-target']).split('.').at(-1) ?? '';

/**
 * Service Authorization Reference, "Amazon DynamoDB": a query of an index is authorised on the index, and only there.
 * Developer Guide, "IAM and DynamoDB transactions": a transaction has no action of its own; each of its items needs the
 * action of its kind. An owned KMS key, or AWS's own for DynamoDB (`aws/dynamodb`), needs no right of the caller
 * ("DynamoDB encryption at rest: usage notes").
 */
const dynamodb: Rule = (request) => {
  const operation = targetOf(request);
  const input = json(request);
  const table = (name: string): string => arn('dynamodb', `table/${name}`);
  switch (operation) {
    case 'GetItem':
    case 'PutItem':
    case 'UpdateItem':
    case 'DeleteItem':
      return [{ action: `dynamodb:${operation}`, resource: table(input.TableName) }];
    case 'Query':
    case 'Scan': {
      const index = input.IndexName === undefined ? '' : `/index/${input.IndexName}`;
      return [{ action: `dynamodb:${operation}`, resource: `${table(input.TableName)}${index}` }];
    }
    case 'TransactWriteItems':
      return input.TransactItems.flatMap((item: Json) =>
        Object.entries(item).map(([kind, { TableName }]: [string, Json]) => ({
          action: `dynamodb:${kind}Item`,
          resource: table(TableName),
        })),
      );
    case 'TransactGetItems':
      return input.TransactItems.map(({ Get }: Json) => ({
        action: 'dynamodb:GetItem',
        resource: table(Get.TableName),
      }));
    case 'BatchGetItem':
    case 'BatchWriteItem':
      return Object.keys(input.RequestItems).map((name) => ({
        action: `dynamodb:${operation}`,
        resource: table(name),
      }));
    default:
      return unknown(request, operation);
  }
};

/**
 * S3 User Guide, "Required permissions for Amazon S3 API operations": HeadObject is GetObject; every step of a multipart
 * upload is PutObject, its abortion has an action of its own; a write with tags is PutObjectTagging too; DeleteObjects is
 * DeleteObject for each key. API reference, GetObject and HeadObject: who may not list is answered 403 where there is no
 * object, so an answer of 404 needs ListBucket. Buckets here are addressed by path, as an endpoint that is an IP asks for.
 */
const s3: Rule = (request) => {
  const { method, path, query, headers, status } = request;
  const [, bucket = '', key = ''] = /^\/([^/]+)\/?(.*)$/s.exec(path) ?? [];
  const bucketArn = `arn:${awsAccount.partition}:s3:::${bucket}`;
  const on = (action: string, of = key): Authorisation => ({ action: `s3:${action}`, resource: `${bucketArn}/${of}` });
  const listing = { action: 's3:ListBucket', resource: bucketArn };
  const written = [on('PutObject'), ...(headers['x-amz-tagging'] === undefined ? [] : [on('PutObjectTagging')])];
  if (method === 'POST' && query.has('delete'))
    return [
      ...Buffer.from(request.body)
        .toString('utf8')
        .matchAll(/<Key>([^<]+)<\/Key>/g),
    ].map(([, each]) => on('DeleteObject', each));
  if (key === '') return method === 'GET' && query.get('list-type') === '2' ? [listing] : unknown(request);
  const subresources = ['acl', 'tagging', 'attributes', 'retention', 'legal-hold', 'versionId', 'torrent', 'restore'];
  if (subresources.some((each) => query.has(each)) || headers['x-amz-copy-source'] !== undefined)
    return unknown(request);
  if (method === 'GET' || method === 'HEAD') return [on('GetObject'), ...(status === 404 ? [listing] : [])];
  if (method === 'PUT' || method === 'POST') return written;
  if (method === 'DELETE') return [query.has('uploadId') ? on('AbortMultipartUpload') : on('DeleteObject')];
  return unknown(request);
};

/**
 * S3 User Guide, "S3 Vectors: identity and access management": each operation is the action of its name on the index.
 * API reference, QueryVectors: with a filter, or with metadata in the answer, it also needs GetVectors; ListVectors
 * likewise with data or metadata.
 */
const s3vectors: Rule = (request) => {
  const operation = request.path.slice(1);
  const input = json(request);
  const resource = input.indexArn ?? arn('s3vectors', `bucket/${input.vectorBucketName}/index/${input.indexName}`);
  const own = { action: `s3vectors:${operation}`, resource };
  const reads = { action: 's3vectors:GetVectors', resource };
  switch (operation) {
    case 'CreateIndex':
    case 'DeleteIndex':
    case 'GetIndex':
    case 'PutVectors':
    case 'GetVectors':
    case 'DeleteVectors':
      return [own];
    case 'QueryVectors':
      return [own, ...(input.filter !== undefined || input.returnMetadata === true ? [reads] : [])];
    case 'ListVectors':
      return [own, ...(input.returnData === true || input.returnMetadata === true ? [reads] : [])];
    default:
      return unknown(request, operation);
  }
};

/**
 * Bedrock User Guide, "Prerequisites for inference profiles": a model is invoked on its own ARN; an inference profile on the
 * profile's and on the model's in every region that it may answer from. Two of those stand for all.
 */
const bedrock: Rule = (request) => {
  const model = /^\/model\/([^/]+)\/invoke$/.exec(request.path)?.[1] ?? unknown(request);
  const action = 'bedrock:InvokeModel';
  const foundation = (id: string, region: string) => ({
    action,
    resource: arn('bedrock', `foundation-model/${id}`, region, ''),
  });
  const [, behind] = /^(?:us|eu|apac|jp|au|ca|us-gov|global)\.(.+)$/.exec(model) ?? [];
  if (behind === undefined) return [foundation(model, awsAccount.region)];
  const profile = arn('bedrock', `inference-profile/${model}`);
  const context = { 'bedrock:InferenceProfileArn': profile };
  return [
    { action, resource: profile },
    // The simulator knows no model without a region, which a global profile may answer from.
    ...[awsAccount.region, 'eu-west-1'].map((region) => ({ ...foundation(behind, region), context })),
  ];
};

/** Service Authorization Reference, "AWS Step Functions": to start is the state machine's matter, the rest each execution's. */
const states: Rule = (request) => {
  const operation = targetOf(request);
  const { stateMachineArn, executionArn } = json(request);
  switch (operation) {
    case 'StartExecution':
      // An alias or a version is authorised as its state machine (Step Functions guide, "Authorization for versions and aliases").
      return [{ action: 'states:StartExecution', resource: stateMachineArn.split(':').slice(0, 7).join(':') }];
    case 'StopExecution':
    case 'DescribeExecution':
      return [{ action: `states:${operation}`, resource: executionArn }];
    default:
      return unknown(request, operation);
  }
};

/** Secrets Manager User Guide, "Permissions policy examples": a secret's ARN ends in six characters that AWS adds to its name. */
const secretsmanager: Rule = (request) => {
  const operation = targetOf(request);
  if (operation !== 'GetSecretValue') return unknown(request, operation);
  const { SecretId } = json(request);
  return [{ action: 'secretsmanager:GetSecretValue', resource: arn('secretsmanager', `secret:${SecretId}-AbCdEf`) }];
};

/** Lambda Developer Guide, "Resources and conditions for Lambda actions": Invoke is InvokeFunction, on the function. */
const lambda: Rule = (request) => {
  const name = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(request.path)?.[1] ?? unknown(request);
  return [
    { action: 'lambda:InvokeFunction', resource: name.startsWith('arn:') ? name : arn('lambda', `function:${name}`) },
  ];
};

/**
 * Service Authorization Reference, "Amazon EventBridge Scheduler". Scheduler User Guide, "Identity and access management":
 * whoever makes or changes a schedule passes its target's role on (iam:PassRole, to `scheduler.amazonaws.com`).
 */
const scheduler: Rule = (request) => {
  const { method, path, query } = request;
  const operations: Readonly<Record<string, string>> = { POST: 'Create', PUT: 'Update', GET: 'Get', DELETE: 'Delete' };
  const name = /^\/schedules\/([^/]+)$/.exec(path)?.[1] ?? unknown(request);
  const input = method === 'POST' || method === 'PUT' ? json(request) : { GroupName: query.get('groupName') };
  const operation = operations[method] ?? unknown(request);
  const own = {
    action: `scheduler:${operation}Schedule`,
    resource: arn('scheduler', `schedule/${input.GroupName}/${name}`),
  };
  if (input.Target === undefined) return [own];
  const context = { 'iam:PassedToService': 'scheduler.amazonaws.com' };
  return [own, { action: 'iam:PassRole', resource: input.Target.RoleArn, context }];
};

const rules: Readonly<Record<string, Rule>> = {
  scheduler,
  dynamodb,
  s3,
  s3vectors,
  bedrock,
  states,
  secretsmanager,
  lambda,
};
